"""Claims about stored questions: they come back as they were asked, and get the same answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.snapshots import drawn_snapshot

from nextplay.canonical import canonical_json, decision_document, digest, snapshot_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.question import asked_about, decision_id_of, question_document, read_question
from nextplay.release import load_release
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[1]
HISTORY = [
    {"kind": "accepted", "at": "2026-02-20T09:30:15.5Z", "play": "call_back", "gap": "broken_response_promise"},
    {"kind": "snoozed", "at": "2026-02-21T09:00:00Z", "play": "agree_on_goals", "until": "2026-03-20"},
    {"kind": "answered", "at": "2026-02-22T09:00:00Z", "gap": "early_adoption_stalled", "answer": "never_started"},
]
LEFT_OUT = {"journey_stage": "honeymoon", "tickets": [{"ticket_id": "t"}], "attributes": {"unheard": 1}}


@cache
def decider() -> Decider:
    """Decide with the small rulebook."""
    return Decider(load_release(ROOT / "tests" / "rules" / "small", ROOT / "models", inference="python"))


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in LEFT_OUT.items()}),
    st.sampled_from([None, [], HISTORY]),
    st.builds(Options, locale=st.sampled_from(["en", "pt-BR", "fr"]), max_actions=st.sampled_from([None, 1])),
)
def test_a_stored_question_has_the_same_answer(
    seed: int, left_out: dict[str, Any], history: list[Any] | None, options: Options
) -> None:
    """Written as bytes and read again, a question is decided byte for byte as before, its id and warnings included."""
    document = snapshot_document(drawn_snapshot(seed)) | left_out | {"history": history}
    answered = decider().answer(asked_about(read_snapshot(document), options=options, tenant="north"))
    stored = canonical_json(answered.question)
    asked = read_question(orjson.loads(stored))
    again = decider().answer(asked)
    assert canonical_json(again.question) == stored
    assert canonical_json(decision_document(again.decision)) == canonical_json(decision_document(answered.decision))


RAW = {
    "tickets": [{"ticket_id": "t", "opened_at": "2026-02-01T10:00:00.000001+02:00", "sla_breached": True}, {}],
    "usage_weekly": [{"week_start": "2026-02-02", "volume": 1e15}],
    "interactions": [{"occurred_at": "2026-02-03T23:59:59-03:00", "channel": 'ß"\\\u2028'}],
}
"""Rows with what is spelled with care: instants in other zones, large numbers, marks in texts."""
GROUPS = {
    "attributes": {"z": 1.5, "é": True, "Z": "word", "a.b": -0.0},
    "team": {"csm": "ana", "account_manager": "bo"},
    "contract": {"annual_value": {"amount": 1e-7, "currency_code": "EUR"}, "renewal_on": "0999-12-31"},
    "profile": {},
}


@settings(max_examples=80)
@given(
    st.integers(0, 10_000),
    st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in (LEFT_OUT | RAW | GROUPS).items()}),
    st.sampled_from([None, [], HISTORY]),
    st.builds(Options, explanation=st.sampled_from(["none", "full"]), max_actions=st.sampled_from([None, 1])),
    st.sampled_from(["", "north", "é"]),
)
def test_an_id_is_the_hash_of_the_question_and_the_release(
    seed: int, changes: dict[str, Any], history: list[Any] | None, options: Options, tenant: str
) -> None:
    """The bytes that are hashed without a document are those of the document that is stored."""
    document = snapshot_document(drawn_snapshot(seed)) | changes | {"history": history}
    asked = asked_about(read_snapshot(document), options=options, tenant=tenant)
    plain = digest(question_document(asked) | {"release": "r1-7"}, prefix="d1-", digits=32)
    assert decision_id_of(asked, release="r1-7") == plain


def test_what_was_left_out_is_part_of_the_question() -> None:
    """Two snapshots that differ only in what could not be used get different answers, so they are two decisions."""
    silent = {"account_id": "a", "as_of": "2026-03-02T09:00:00Z"}
    plain, warned = (decider().decide(read_snapshot(raw)) for raw in (silent, silent | {"journey_stage": "honeymoon"}))
    assert (len(plain.input_warnings), len(warned.input_warnings)) == (0, 1)
    assert plain.decision_id != warned.decision_id


def test_the_history_stands_apart_from_the_snapshot() -> None:
    """The history that was used stands in the question once, whoever brought it."""
    sent = read_snapshot({"account_id": "a", "as_of": "2026-03-02T09:00:00Z", "history": HISTORY})
    bare = read_snapshot({"account_id": "a", "as_of": "2026-03-02T09:00:00Z"})
    remembered = asked_about(bare, history=sent.snapshot.history or ())
    assert question_document(asked_about(sent)) == question_document(remembered)
    assert "history" not in question_document(remembered)["snapshot"]
    assert asked_about(sent, history=()).history == sent.snapshot.history
