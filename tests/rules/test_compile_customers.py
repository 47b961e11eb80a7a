"""Customers who are like others: what they take over, forget and vary, and the cases that come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
import orjson
import pytest

from nextplay.rules.compile import compile_rulebook
from nextplay.rules.given_path import snapshot_paths
from nextplay.rules.rulebook import RuleTest
from nextplay.rules.schema import schema_files

Compiling = Callable[..., tuple[RuleTest, ...]]
HEALTHY = """
- customer: healthy
  as_of: 2026-03-02
  given:
    contract: {seats: 40, started_on: {days_ago: 400}}
    usage: {active_users_28d: 30}
    surveys: [{kind: nps, scale: nps_0_10, score: 9}]
    touchpoints: [{name: support, median_response_hours: 4}]
"""


@pytest.fixture
def compiled(small_files: dict[str, bytes]) -> Compiling:
    """Return a function that compiles tests beside the small rulebook."""

    def compile_text(text: str, **files: str) -> tuple[RuleTest, ...]:
        kept = {path: raw for path, raw in small_files.items() if not path.startswith("tests/")}
        more = {f"tests/{name}_test.yaml": content.encode() for name, content in files.items()}
        return compile_rulebook(kept | more | {"tests/the_test.yaml": text.encode()}).rulebook.tests

    return compile_text


def test_a_customer_alone_is_no_test(compiled: Compiling) -> None:
    """An entry without expectation only introduces a customer; with one it is a test like any other."""
    assert compiled(HEALTHY) == ()
    (test,) = compiled(f"{HEALTHY}  name: all is well\n  expect: {{gaps: {{}}}}\n")
    assert (test.name, test.expect) == ("all is well", {"gaps": {}})


def test_what_is_given_is_laid_over_the_customer(compiled: Compiling) -> None:
    """Mappings merge, lists and values replace, and what is forgotten is not there; files know each other's names."""
    text = """
- name: fewer
  like: healthy
  forget: usage.active_users_28d
  given: {contract: {seats: 10}, usage: {setup_errors_14d: 2}, surveys: []}
  expect: {gaps: {}}
"""
    (test,) = compiled(text, others=HEALTHY)
    assert test.given == {
        "contract": {"seats": 10, "started_on": "2025-01-26"},
        "usage": {"setup_errors_14d": 2},
        "surveys": [],
        "touchpoints": [{"name": "support", "median_response_hours": 4}],
    }


def test_days_are_told_from_the_day_of_the_case(compiled: Compiling) -> None:
    """A relative date of the customer moves with the test's own `as_of`."""
    text = f"{HEALTHY}\n- name: a year on\n  like: healthy\n  as_of: 2027-03-02\n  expect: {{gaps: {{}}}}\n"
    (test,) = compiled(text)
    assert test.as_of == "2027-03-02T00:00:00Z"
    assert test.given["contract"]["started_on"] == "2026-01-26"


def test_vary_makes_one_case_for_each_position(compiled: Compiling) -> None:
    """Several fields run in step; rows are told by number or name, and groups and named rows are made where missing."""
    text = f"""{HEALTHY}
- name: steps
  like: healthy
  vary:
    contract.seats: [1, 2]
    "surveys[0].score": [3, 4]
    "touchpoints[support].median_response_hours": [5, 6]
    "touchpoints[billing].expectation": [below, met]
    billing.days_past_due: [7, 8]
    contract.started_on: [{{days_ago: 1}}, {{days_ago: 2}}]
  expect: [{{gaps: {{}}}}, {{signals: {{silent: unknown, support_p1_open: true}}}}]
"""
    first, second = compiled(text)
    assert (first.name, second.name) == ("steps [1]", "steps [2]")
    assert (first.expect, second.expect) == ({"gaps": {}}, {"signals": {"silent": None, "support_p1_open": True}})
    assert second.given["contract"] == {"seats": 2, "started_on": "2026-02-28"}
    assert second.given["surveys"] == [{"kind": "nps", "scale": "nps_0_10", "score": 4}]
    assert second.given["touchpoints"] == [
        {"name": "support", "median_response_hours": 6},
        {"name": "billing", "expectation": "met"},
    ]
    assert first.given["billing"] == {"days_past_due": 7}


def test_a_long_line_of_customers_is_followed(compiled: Compiling) -> None:
    """Two thousand customers, each like the one before, are no danger for the stack."""
    line = "".join(f"- {{customer: c{number + 1}, like: c{number}}}\n" for number in range(2000))
    text = HEALTHY.replace("healthy", "c0") + line + "- {name: the last, like: c2000, expect: {gaps: {}}}\n"
    assert compiled(text)[0].given["contract"]["seats"] == 40


def test_the_paths_of_a_snapshot_are_its_fields() -> None:
    """Groups, fields, rows and free names; what a test sets itself is none of them."""
    expected = {"contract", "contract.seats", "surveys", "surveys[]", "surveys[].score", "attributes.*"}
    assert expected < set(snapshot_paths())
    assert "as_of" not in snapshot_paths()


@pytest.mark.parametrize(
    ("entry", "valid"),
    [
        ({"customer": "a", "as_of": "2026-03-02", "given": {}}, True),
        ({"name": "a", "like": "b", "expect": {"signals": {"silent": "unknown"}}}, True),
        ({"name": "a", "like": "b", "vary": {"contract.seats": [1]}, "expect": [{"gaps": {}}]}, True),
        ({"name": "a", "like": "b", "forget": ["contract"], "expect": {"gaps": {}}}, True),
        ({"name": "a", "expect": {"gaps": {}}}, False),
        ({"like": "b", "expect": {"gaps": {}}}, False),
        ({"customer": "a", "like": "b", "vary": {"contract.seats": [1]}}, False),
        ({"name": "a", "like": "b", "vary": {"contract.seats": []}, "expect": [{}]}, False),
        ({"name": "a", "like": "b", "expect": {"signals": {"silent": "maybe"}}}, False),
    ],
)
def test_the_editor_is_told_what_belongs_together(entry: Mapping[str, Any], *, valid: bool) -> None:
    """The schema asks for the keys that an entry needs, and takes no others."""
    schema = orjson.loads(schema_files()["tests.json"])
    assert jsonschema.Draft202012Validator(schema).is_valid([entry]) is valid
