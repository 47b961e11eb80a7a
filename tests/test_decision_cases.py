"""The decision cases through every door: what is claimed comes out, and every door says the same."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, get_args

import grpc
import pytest
from tests.cli.console import nextplay
from tests.decision_cases import ANSWERS, CASES, MODELS, RULES, DecisionCase, mismatches, recordable

from nextplay._proto.nextplay.v1 import decision_pb2, decision_service_pb2
from nextplay._proto.nextplay.v1.decision_service_pb2_grpc import DecisionServiceStub
from nextplay.canonical import canonical_json, decision_json
from nextplay.decision import ActionState, ClosedReason, DiagnosisKind, GapKind, WithheldReason
from nextplay.service.app import App
from nextplay.service.telemetry import Journal, json_lines
from nextplay.service.wire import decision_document, snapshot_message
from nextplay.settings import Settings

each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecisionServiceStub]:
    """Serve the rulebook of the cases on a free port, with a memory that knows nothing of these accounts."""
    store = f"sqlite:///{tmp_path_factory.mktemp('cases') / 'nextplay.db'}"
    settings = Settings.model_validate(
        {"port": 0, "rules": RULES, "models": MODELS, "store": store, "drain_seconds": 0, "grace_seconds": 5}
    )
    app = App(settings, journal=Journal(json_lines(io.BytesIO())))
    with app, grpc.insecure_channel(f"127.0.0.1:{app.port}") as channel:
        yield DecisionServiceStub(channel)


@each_case
def test_what_is_claimed_comes_out(case: DecisionCase) -> None:
    """The decider's answer holds what the case expects."""
    assert list(mismatches(case.expect, case.answer())) == [], case.claim


@each_case
def test_the_whole_answer_is_as_recorded(case: DecisionCase, *, update_golden: bool) -> None:
    """Nothing changes unseen: texts, numbers, order and evidence are those of the recorded answer."""
    text = recordable(case.answer())
    if update_golden:
        case.recorded.write_text(text, encoding="utf-8")
    assert text == case.recorded.read_text(encoding="utf-8"), (
        f"{case.recorded.name} differs; --update-golden records it"
    )


@each_case
def test_what_is_stored_is_the_canonical_answer(case: DecisionCase) -> None:
    """The short way to the bytes that are kept gives those of the document with sorted keys."""
    assert decision_json(case.decision()) == canonical_json(case.answer())


@each_case
def test_grpc_gives_the_same_answer(case: DecisionCase, stub: DecisionServiceStub) -> None:
    """A client of the service reads what the decider says, ids and hashes included."""
    request = decision_service_pb2.DecideRequest(
        snapshot=snapshot_message(case.snapshot), options=decision_pb2.Options(**case.options)
    )
    assert decision_document(stub.Decide(request, timeout=30).decision) == case.answer()


def test_the_command_line_gives_the_same_answers() -> None:
    """`nextplay decide` writes one decision a line, in order, equal to the decider's; one run per set of options."""
    runs: dict[str, list[DecisionCase]] = {}
    for case in CASES:
        runs.setdefault(json.dumps(case.options, sort_keys=True), []).append(case)
    for options, cases in runs.items():
        book = "".join(json.dumps(case.snapshot) + "\n" for case in cases)
        ended = nextplay(
            "decide", "--rules", RULES, "--models", MODELS, "--format", "json", *_arguments(json.loads(options)), "-",
            stdin=book,
        )  # fmt: skip
        assert (ended.code, ended.stderr) == (0, "")
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        assert lines == [case.answer() for case in cases]


def _arguments(options: dict[str, Any]) -> list[str]:
    """Write the options of a case as those of the command."""
    arguments = [f"--{name.replace('_', '-')}={options[name]}" for name in ("locale", "max_actions") if name in options]
    flags = {"--explain": options.get("explanation") == "full", "--strict": options.get("strict", False)}
    return [*arguments, *(flag for flag, wanted in flags.items() if wanted)]


@pytest.mark.parametrize(
    ("listed", "key", "words"),
    [
        ("diagnosis", "kind", DiagnosisKind),
        ("gaps", "kind", GapKind),
        ("actions", "state", ActionState),
        ("withheld", "reason", WithheldReason),
        ("closed_actions", "reason", ClosedReason),
    ],
)
def test_the_cases_show_everything_an_answer_can_say(listed: str, key: str, words: object) -> None:
    """Each kind, state and reason of the contract stands in at least one answer."""
    found: set[str] = set()
    for case in CASES:
        part = case.answer()[listed]
        found.update(item[key] for item in (part if isinstance(part, list) else [part]))
    assert found == set(get_args(words))


def test_every_recorded_answer_belongs_to_a_case() -> None:
    """A case that was renamed or removed leaves nothing behind."""
    assert {path.name for path in ANSWERS.iterdir()} == {case.recorded.name for case in CASES}


@pytest.mark.parametrize(
    ("expected", "found", "names"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"b": 2}, ["answer.a: missing"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["answer.a[0].b: expected 1, found 2"]),
        ({"a": [1]}, {"a": [1, 2]}, ["answer.a: expected [1], found [1, 2]"]),
        ({"a": {"b": 1}}, {"a": []}, ['answer.a: expected {"b": 1}, found []']),
    ],
)
def test_an_expectation_is_a_part_of_the_answer(expected: object, found: object, names: list[str]) -> None:
    """Of an object the named keys count, of a list every item; each difference is named with its place."""
    assert list(mismatches(expected, found)) == names
