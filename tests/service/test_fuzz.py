"""No message makes the server fail."""

from __future__ import annotations

from tests.service.asking import question, stub
from tests.service.conftest import Running
from tests.service.fuzz import attack


def test_two_thousand_messages(shared: Running) -> None:
    """Random and mutated messages are answered or refused as the caller's, both often, and the server goes on."""
    before = stub(shared.channel).Decide(question())
    answers = attack(shared, 2000, seed=20260302)
    assert min(answers["OK"], answers["INVALID_ARGUMENT"]) > 100
    assert stub(shared.channel).Decide(question()) == before
