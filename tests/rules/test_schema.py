"""The JSON Schema files of the editor say what the parser says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.rules.plain_nodes import plain

from nextplay.errors import RulebookInvalid
from nextplay.facts import Vocabulary
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.condition import Operator
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_condition import OPERATORS
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.schema import schema_files
from nextplay.rules.source import parse_source, read_rulebook_folder

SHIPPED = Path(__file__).parents[2] / "rules"
SMALL = Path(__file__).parent / "small"
CASES = Path(__file__).parent / "faults"
DECIDED = Path(__file__).parents[1] / "cases" / "rulebook"
"""The rulebook of the decision cases: it has the whole language."""


def _validators(files: Mapping[str, bytes]) -> dict[str, Draft202012Validator]:
    return {name.removesuffix(".json"): Draft202012Validator(json.loads(raw)) for name, raw in files.items()}


def _kind(path: str) -> str:
    return path.removesuffix(".yaml").split("/", maxsplit=1)[0]


def _complaints(files: Mapping[str, bytes], validators: Mapping[str, Draft202012Validator]) -> list[str]:
    found = []
    for path, raw in files.items():
        errors = validators[_kind(path)].iter_errors(plain(parse_source(path, raw, FaultLog())))
        found += [f"{path}: {error.json_path}" for error in errors]
    return found


@pytest.mark.parametrize("name", ["cohorts", "gaps", "plays", "propensities", "rulebook", "signals", "tests"])
def test_schemas_are_json_schema(name: str) -> None:
    """Every file is valid JSON Schema of the draft that it names."""
    judge = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    assert list(judge.iter_errors(json.loads(schema_files()[f"{name}.json"]))) == []


@pytest.mark.parametrize("with_names", [True, False])
def test_schemas_take_the_good_files(small_rulebook: Rulebook, *, with_names: bool) -> None:
    """With the rulebook's names and without, the schemas find nothing in the small rulebook."""
    files = schema_files(small_rulebook if with_names else None)
    assert _complaints(read_rulebook_folder(SMALL), _validators(files)) == []


def test_schemas_of_the_shipped_rulebook_take_its_files() -> None:
    """The schemas that `nextplay rules schema` writes for the shipped rulebook find nothing in any of its files."""
    files = read_rulebook_folder(SHIPPED)
    assert _complaints(files, _validators(schema_files(compile_rulebook(files).rulebook))) == []


@pytest.mark.parametrize("with_names", [True, False])
def test_schemas_take_the_whole_language(*, with_names: bool) -> None:
    """Life, absorbing, events, goals, steps, levels and tables are fine in an editor as well."""
    files = read_rulebook_folder(DECIDED)
    schemas = schema_files(compile_rulebook(files).rulebook if with_names else None)
    complaints = _complaints(files, _validators(schemas))
    assert [one for one in complaints if with_names or "plan_code" not in one] == []


def test_schemas_are_the_same_each_time(small_rulebook: Rulebook) -> None:
    """The same rulebook gives the same bytes, so that a written file only changes with the rules."""
    assert schema_files(small_rulebook) == schema_files(compile_rulebook(FILES).rulebook)


@pytest.mark.parametrize(
    "case",
    [
        "bad_date", "bad_id", "condition_that_is_none", "gap_kind_with_reading", "gap_neither_plain_nor_contested",
        "count_faults", "item_field_unknown", "item_outside_a_list", "keys_of_life_on_signals",
        "list_too_long", "missing_key", "number_not_whole", "number_out_of_range",
        "operator_missing_or_twice", "operator_that_does_not_fit", "operator_with_a_wrong_value", "play_for_no_gap",
        "test_expectation", "text_too_long_or_empty", "unknown_fact", "unknown_key", "word_unknown", "wrong_type",
    ],
)  # fmt: skip
def test_schemas_refuse_what_the_parser_refuses(case: str, small_rulebook: Rulebook) -> None:
    """What is wrong with the shape of a file, the editor shows too: every such golden file is refused."""
    validators = _validators(schema_files(small_rulebook))
    report = (CASES / case / "expected.txt").read_text(encoding="utf-8")
    faulty = {path: raw for path, raw in read_rulebook_folder(CASES / case).items() if f"{path}:" in report}
    assert [path for path, raw in faulty.items() if not _complaints({path: raw}, validators)] == []


VOCABULARY = Vocabulary.of().specs
FACTS = [
    "support.open_p1",
    "usage.license_utilization",
    "surveys.nps.newest",
    "profile.segment",
    "profile.tier",
    "contract.auto_renew",
    "contract.renewal_on",
    "surveys.nps.newest_drivers",
    "no.such_fact",
]
VALUES = st.sampled_from(
    [
        0,
        1,
        6,
        0.5,
        -3,
        5000,
        True,
        False,
        "smb",
        "effort",
        "gold",
        "",
        [1, 2],
        [2],
        ["smb"],
        ["smb", "smb"],
        ["effort"],
        [],
        [0.5, 3],
        ["a"],
        [True],
        [1, "smb"],
        {"param": "silent_days"},
        {"other": 1},
    ]
)
LEAVES: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda fact, operands, unknown: {"fact": fact, **operands, **unknown},
    st.sampled_from(FACTS),
    st.dictionaries(st.sampled_from(OPERATORS), VALUES, min_size=1, max_size=2)
    | st.dictionaries(st.sampled_from(OPERATORS), VALUES, min_size=1, max_size=1),
    st.sampled_from([{}, {}, {}, {"unknown": True}, {"unknown": 3}]),
)


@settings(max_examples=120, deadline=None)
@given(LEAVES)
def test_schema_and_compiler_agree_on_every_comparison(leaf: dict[str, Any]) -> None:
    """A comparison that the compiler takes, the schema takes; what the schema takes, the compiler takes.

    Three exceptions are beyond JSON Schema: a reversed `between`, a parameter whose values do not fit, and `unknown`
    beside an operator that always decides.
    """
    raw = json.dumps([{"id": "extra", "title": "Extra", "when": leaf, "says": "Extra"}]).encode()
    codes = set()
    try:
        compile_rulebook({**FILES, "signals/extra.yaml": raw})
    except RulebookInvalid as error:
        codes = {fault.code for fault in error.faults if fault.level == "error"}
    if {"reversed-range", "misplaced-key"} & codes or {"param": "silent_days"} in leaf.values():
        return
    assert VALIDATOR.is_valid([{"id": "extra", "title": "Extra", "when": leaf, "says": "Extra"}]) == (not codes)


FILES = read_rulebook_folder(SMALL)
VALIDATOR = _validators(schema_files(compile_rulebook(FILES).rulebook))["signals"]


def test_every_operator_is_offered_for_some_fact(small_rulebook: Rulebook) -> None:
    """No operator of the language is missing in the schema."""
    text = schema_files(small_rulebook)["signals.json"].decode()
    assert all(f'"{operator}":' in text for operator in get_args(Operator))
