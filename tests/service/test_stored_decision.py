"""A stored decision comes back as the message that was answered."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.decision_cases import CASES
from tests.service.decisions import decisions

from nextplay.canonical import canonical_json, decision_document
from nextplay.decision import Decision
from nextplay.service import wire
from nextplay.service.stored_decision import decision_message, stored_decision


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(decisions())
def test_every_decision_comes_back(decision: Decision) -> None:
    """What was stored is, byte for byte, the message that the caller had, and gives the same JSON again."""
    stored = canonical_json(decision_document(decision))
    message = stored_decision(stored)
    assert message.SerializeToString(deterministic=True) == wire.write_decision(decision)
    assert wire.decision_document(message) == decision_document(decision)


def test_every_case_comes_back() -> None:
    """Of the answers of all decision cases nothing is lost on the way into the store and back."""
    for case in CASES:
        answer = case.answer()
        assert wire.decision_document(stored_decision(canonical_json(answer))) == answer, case.name


def test_what_a_newer_version_wrote_is_left_out() -> None:
    """A field that the contract does not have yet takes nothing else with it."""
    document = {"decision_id": "d1-0", "mood": {"of": "the day"}, "diagnosis": {"kind": "cx", "since": "2026-03-02"}}
    assert decision_message(document) == decision_message({"decision_id": "d1-0", "diagnosis": {"kind": "cx"}})
