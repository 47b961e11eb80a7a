"""What callers tell is taken whole or refused with everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from nextplay.errors import InputInvalid
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.rulebook import Life, Rulebook
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.present import Present
from nextplay.service.told import (
    AnswerRequest,
    HoldRequest,
    OutcomeRequest,
    ReactionRequest,
    Request,
    RequestKind,
    read_request,
)
from nextplay.store.records import Answer, Hold, Outcome, Reaction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REACTION = {"account_id": "acc", "action_id": "a1-0", "kind": "declined"}
ANSWER = {"account_id": "acc", "gap": "early_adoption_stalled", "answer": "tried_and_stopped"}
OUTCOME = {"account_id": "acc", "kind": "renewed", "occurred_on": "2026-03-01"}
HOLD = {"account_id": "acc", "until": "2026-04-01", "reason": "they asked for silence"}
FIELD: dict[RequestKind, tuple[str, Mapping[str, Any]]] = {
    ReactionRequest: ("reaction", REACTION),
    AnswerRequest: ("answer", ANSWER),
    OutcomeRequest: ("outcome", OUTCOME),
    HoldRequest: ("hold", HOLD),
}
KINDS = pytest.mark.parametrize("kind", list(FIELD), ids=[field for field, _ in FIELD.values()])


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """Compile the small rulebook of the test suite, with reasons, and with names that a gap and a play had before."""
    files = read_rulebook_folder(Path(__file__).parents[1] / "rules" / "small")
    written = b"vocabularies:\n  reasons: [no_time, not_now]\n"
    book = files["rulebook.yaml"].replace(b"vocabularies:\n", written)
    compiled = compile_rulebook({**files, "rulebook.yaml": book}).rulebook
    gaps = tuple(_once(rule, "early_adoption_stalled", "adoption_stalled") for rule in compiled.gaps)
    plays = tuple(_once(play, "call_back", "ring_back") for play in compiled.plays)
    return replace(compiled, gaps=gaps, plays=plays)


def _once(rule: Any, name: str, was: str) -> Any:  # noqa: ANN401  a gap or a play
    return replace(rule, life=Life(was=(was,))) if rule.id == name else rule


def told(kind: RequestKind, rulebook: Rulebook, now: datetime = NOW, /, **changes: object) -> Request:
    """Read a request with some fields changed; `None` leaves one out."""
    field, sound = FIELD[kind]
    content = {name: value for name, value in {**sound, **changes}.items() if value is not None}
    return read_request(kind, {"request_id": "r-1", field: content}, Present(now, rulebook))


def wrong(kind: RequestKind, rulebook: Rulebook, now: datetime = NOW, /, **changes: object) -> dict[str, str]:
    """Return what is wrong with a request, by the field of its content."""
    try:
        refused = told(kind, rulebook, now, **changes).outdated
    except InputInvalid as error:
        refused = error
    assert refused is not None
    return {violation.path.removeprefix(f"{FIELD[kind][0]}."): violation.message for violation in refused.violations}


def test_everything_that_may_be_sent(rulebook: Rulebook) -> None:
    """Each field of a request stands in what is recorded."""
    at = {"at": "2026-03-01T10:00:00+01:00", "actor_id": "ana"}
    then = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    snooze = {"kind": "snoozed", "snoozed_until": "2026-03-09", "decision_id": "d1-0", "reason": "not_now"}
    assert told(ReactionRequest, rulebook, **at, **snooze).told == Reaction(
        "acc", "a1-0", "snoozed", then, "d1-0", date(2026, 3, 9), "ana", "not_now"
    )
    assert told(AnswerRequest, rulebook, **at).told == Answer(
        "acc", "early_adoption_stalled", "tried_and_stopped", then, "ana"
    )
    reached = {"kind": "objective_achieved", "objective_id": "o-1"}
    worth = {"annual_value": {"amount": 12.5, "currency_code": "EUR"}}
    assert told(OutcomeRequest, rulebook, **reached, **worth).told == Outcome(
        "acc", "objective_achieved", date(2026, 3, 1), 12.5, "EUR", "o-1"
    )
    assert told(HoldRequest, rulebook, play="call_back", actor_id="ana").told == Hold(
        "acc", "call_back", date(2026, 4, 1), "they asked for silence", NOW, "ana"
    )


@KINDS
def test_only_what_must_be_sent(kind: RequestKind, rulebook: Rulebook) -> None:
    """What may be left out is absent in the record, and what happened at no stated instant happened now."""
    record = told(kind, rulebook).told
    assert getattr(record, "at", NOW) == NOW
    assert getattr(record, "actor_id", None) is None


@KINDS
def test_everything_wrong_at_once(kind: RequestKind, rulebook: Rulebook) -> None:
    """An empty request names each field that is lacking, the request id beside those of the content."""
    field, sound = FIELD[kind]
    with pytest.raises(InputInvalid) as refused:
        read_request(kind, {field: {}}, Present(NOW, rulebook))
    paths = {violation.path: violation.message for violation in refused.value.violations}
    assert paths == {"request_id": "is required"} | {f"{field}.{name}": "is required" for name in sound}


@KINDS
def test_no_content(kind: RequestKind, rulebook: Rulebook) -> None:
    """A request that tells nothing is refused by the field that is lacking."""
    with pytest.raises(InputInvalid) as refused:
        read_request(kind, {"request_id": "r"}, Present(NOW, rulebook))
    assert [str(violation) for violation in refused.value.violations] == [f"{FIELD[kind][0]}: is required"]


@KINDS
@pytest.mark.parametrize("text", ["", "x" * 201, "a\0b"], ids=["empty", "long", "nul"])
def test_ids(kind: RequestKind, text: str, rulebook: Rulebook) -> None:
    """An id that is empty, too long, or could not be stored is refused wherever it stands."""
    _, sound = FIELD[kind]
    names = [name for name in (*sound, "actor_id", "decision_id", "objective_id") if name.endswith(("_id", "gap"))]
    form = kind.model_fields[FIELD[kind][0]].annotation
    assert form is not None
    known = [name for name in names if name in form.model_fields]
    assert sorted(wrong(kind, rulebook, **dict.fromkeys(known, text))) == sorted(known)


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2026-03-02T09:01:01Z", "must not lie in the future"),
        ("2026-03-02T09:01:01+00:01", None),
        ("2026-03-02", "must be an RFC 3339 instant with its offset, such as 2026-03-02T09:00:00Z"),
        ("1969-12-31T00:00:00Z", "must lie in the years 1970 to 2200"),
    ],
)
def test_instants(at: str, message: str | None, rulebook: Rulebook) -> None:
    """An instant has an offset and has been."""
    for kind in (ReactionRequest, AnswerRequest):
        if message is None:
            assert told(kind, rulebook, at=at).outdated is None
        else:
            assert wrong(kind, rulebook, at=at) == {"at": message}


def test_a_clock_that_is_a_little_ahead(rulebook: Rulebook) -> None:
    """An instant less than a minute ahead is now, so that the next decision knows of it; fractions are dropped."""
    ahead = told(ReactionRequest, rulebook, at="2026-03-02T09:00:59.9Z").told
    assert isinstance(ahead, Reaction)
    assert ahead.at == NOW
    past = told(ReactionRequest, rulebook, at="2026-03-02T08:59:59.9Z").told
    assert isinstance(past, Reaction)
    assert past.at == datetime(2026, 3, 2, 8, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "snoozed"}, {"snoozed_until": "is required for a snooze"}),
        (
            {"kind": "accepted", "snoozed_until": "2026-03-09"},
            {"snoozed_until": "belongs to a snooze alone; leave it out"},
        ),
        ({"kind": "snoozed", "snoozed_until": "2026-03-01"}, {"snoozed_until": "must not lie before today"}),
        ({"kind": "snoozed", "snoozed_until": "2201-01-01"}, {"snoozed_until": "must lie in the years 1970 to 2200"}),
        (
            {"kind": "snoozed", "snoozed_until": "tomorrow"},
            {"snoozed_until": "must be an ISO 8601 date such as 2026-03-02"},
        ),
        (
            {"kind": "liked"},
            {"kind": "must be shown, accepted, declined, snoozed, completed or wrong_diagnosis"},
        ),
        ({"reason": "mood"}, {"reason": "must be a reason that the rulebook declares: no_time, not_now"}),
    ],
)
def test_reactions(changes: dict[str, object], expected: dict[str, str], rulebook: Rulebook) -> None:
    """A snooze has an end that is not over, nothing else has one, and words are those that are declared."""
    assert wrong(ReactionRequest, rulebook, **changes) == expected


def test_a_snooze_may_end_today(rulebook: Rulebook) -> None:
    """Today counts."""
    assert told(ReactionRequest, rulebook, kind="snoozed", snoozed_until="2026-03-02").outdated is None


def test_any_reason_where_none_is_declared(rulebook: Rulebook) -> None:
    """A rulebook without reasons takes every word."""
    silent = replace(rulebook, vocabularies={**rulebook.vocabularies, "reasons": {}})
    assert told(ReactionRequest, silent, reason="mood").outdated is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gap": "no_such"}, {"gap": "must be a gap of the rulebook that asks a question"}),
        ({"gap": "broken_response_promise"}, {"gap": "must be a gap of the rulebook that asks a question"}),
        (
            {"answer": "maybe"},
            {"answer": "must be an answer that the question offers: never_started, tried_and_stopped"},
        ),
    ],
)
def test_answers(changes: dict[str, object], expected: dict[str, str], rulebook: Rulebook) -> None:
    """An answer answers a question of the rulebook with one of its options."""
    assert wrong(AnswerRequest, rulebook, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "objective_achieved"}, {"objective_id": "is required for objective_achieved"}),
        ({"objective_id": "o-1"}, {"objective_id": "belongs to objective_achieved alone; leave it out"}),
        ({"occurred_on": "2026-03-04"}, {"occurred_on": "must not lie in the future"}),
        (
            {"annual_value": {"amount": -1.0, "currency_code": "eur"}},
            {
                "annual_value.amount": "must be at least 0",
                "annual_value.currency_code": "must be three capital letters, as in ISO 4217",
            },
        ),
        ({"annual_value": {"currency_code": "EUR"}}, {"annual_value.amount": "is required"}),
    ],
)
def test_outcomes(changes: dict[str, object], expected: dict[str, str], rulebook: Rulebook) -> None:
    """An outcome has happened, an achieved objective is named, money has a currency."""
    assert wrong(OutcomeRequest, rulebook, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"play": "no_such"}, {"play": "must be a play of the rulebook"}),
        ({"until": "2201-01-01"}, {"until": "must lie in the years 1970 to 2200"}),
        ({"reason": "x" * 501}, {"reason": "must have at most 500 characters"}),
        ({"reason": ""}, {"reason": "must not be empty"}),
        ({"reason": "a\0"}, {"reason": "must not hold the character U+0000"}),
    ],
)
def test_holds(changes: dict[str, object], expected: dict[str, str], rulebook: Rulebook) -> None:
    """A hold has a reason and an end, and names a play that there is."""
    assert wrong(HoldRequest, rulebook, **changes) == expected


def test_a_hold_that_is_over_lifts_another(rulebook: Rulebook) -> None:
    """The last day may have passed."""
    assert told(HoldRequest, rulebook, until="2026-03-01").outdated is None


def test_names_of_before(rulebook: Rulebook) -> None:
    """Gaps and plays may be named as a CRM has them from an older decision."""
    assert told(AnswerRequest, rulebook, gap="adoption_stalled").outdated is None
    assert told(HoldRequest, rulebook, play="ring_back").outdated is None


def test_what_another_day_would_not_mind_is_no_refusal_yet(rulebook: Rulebook) -> None:
    """A request that was sound when it came first comes back readable, with what speaks against it now."""
    first = told(ReactionRequest, rulebook, kind="snoozed", snoozed_until="2026-03-03")
    again = told(
        ReactionRequest, rulebook, datetime(2026, 3, 4, tzinfo=UTC), kind="snoozed", snoozed_until="2026-03-03"
    )
    assert first.outdated is None
    assert again.outdated is not None
    assert (again.request_id, again.sent) == (first.request_id, first.sent)


def test_what_was_sent_has_one_spelling(rulebook: Rulebook) -> None:
    """Repetitions are equal at another instant and in another spelling; another content or method is not."""
    sent = told(ReactionRequest, rulebook, at="2026-03-01T10:00:00+01:00").sent
    later = datetime(2026, 5, 1, tzinfo=UTC)
    assert told(ReactionRequest, rulebook, later, at="2026-03-01T09:00:00Z").sent == sent
    assert told(ReactionRequest, rulebook).sent == told(ReactionRequest, rulebook, later).sent
    others = [told(kind, rulebook).sent for kind in FIELD]
    assert len({sent, *others}) == len(others) + 1
