"""Our bytes are the bytes of the protobuf runtime."""

from __future__ import annotations

import gc
from dataclasses import replace
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.decision_cases import CASES
from tests.service.decisions import decisions

from nextplay._proto.nextplay.v1 import decision_pb2
from nextplay.canonical import decision_document
from nextplay.decision import Decision
from nextplay.service import wire
from nextplay.service.encoding import _Kept, message_writer, tagged


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(decisions())
def test_every_decision_survives_the_wire(decision: Decision) -> None:
    """A decision read back has every value it had, absent ones absent, and its bytes are those of the runtime."""
    raw = wire.write_decision(decision)
    message = decision_pb2.Decision.FromString(raw)
    assert wire.decision_document(message) == decision_document(decision)
    assert message.SerializeToString(deterministic=True) == raw


def test_no_words_of_a_customer_are_kept() -> None:
    """What stays in memory beyond a call is the rulebook's: whoever erases an account could not reach it there."""
    (case,) = [case for case in CASES if case.name == "each_goal_by_itself"]
    goals = [{**goal, "title": f"Zebra {goal['title']}", "objective_id": f"zebra-{number}"}
             for number, goal in enumerate(case.snapshot["objectives"])]  # fmt: skip
    asked = replace(case, snapshot={**case.snapshot, "objectives": goals}, options={"explanation": "full"})
    raw = wire.write_decision(asked.decision())
    assert b"Zebra" in raw
    assert b"zebra-0" in raw
    kept = [body for one in gc.get_objects() if isinstance(one, _Kept) for body in one.values()]
    assert kept
    assert not [body for body in kept if b"zebra" in body.lower()]


@given(st.integers(-(2**31), 2**31 - 1))
def test_whole_numbers(number: int) -> None:
    """Every 32-bit number, also below zero, is written as the runtime does."""
    write = message_writer(decision_pb2.MissingFact.DESCRIPTOR)
    expected = decision_pb2.MissingFact(fact="a", blocks=number).SerializeToString()
    assert write(SimpleNamespace(fact="a", blocks=number)) == expected


@given(st.integers(0, 70_000))
def test_lengths(size: int) -> None:
    """Texts of every length have the right length in front, over all sizes of its varint."""
    text = "x" * size
    message = decision_pb2.Words.FromString(tagged(1, text.encode()))
    assert message.words == [text]


def test_words_kept_are_bounded() -> None:
    """More different words than are kept give the right bytes all the same."""
    write = message_writer(decision_pb2.MissingFact.DESCRIPTOR, repeating={"MissingFact.fact"})
    for number in range(20_000):
        raw = write(SimpleNamespace(fact=f"fact_{number}", blocks=1))
    assert decision_pb2.MissingFact.FromString(raw).fact == "fact_19999"
