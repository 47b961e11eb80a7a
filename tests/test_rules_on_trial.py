"""Rules on trial, off, and out of their days, through the whole decider: nothing else of an answer may change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.decision_cases import CASES, MODELS, RULES

from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import read_snapshot

_OF_THE_RELEASE = ("decision_id", "release")
_OF_THE_TRIAL = ("shadow_gaps", "shadow_plays")
_TRACED = {"gap": "gap_trace", "play": "play_trace"}


def _decider(files: Mapping[str, bytes]) -> Iterator[Decider]:
    release = load_release(files, MODELS, inference="python")
    yield Decider(release)
    release.close()


@pytest.fixture(scope="module")
def trying() -> Iterator[Decider]:
    """Decide by the rulebook of the cases, which has a gap and a play on trial."""
    yield from _decider(read_rulebook_folder(RULES))


@pytest.fixture(scope="module")
def switched_off() -> Iterator[Decider]:
    """Decide by the same rulebook with those rules off."""
    files = read_rulebook_folder(RULES)
    yield from _decider({path: raw.replace(b"status: shadow", b"status: off") for path, raw in files.items()})


@pytest.fixture(scope="module")
def unbounded() -> Iterator[Decider]:
    """Decide by the same rulebook with rules that ended long ago."""
    files = read_rulebook_folder(RULES)
    ended = {path: re.sub(rb"status: shadow", b"until: 2020-12-31", raw) for path, raw in files.items()}
    yield from _decider(ended)


def _answer(decider: Decider, snapshot: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    answer = decision_document(decider.decide(read_snapshot(snapshot), options=Options(**options)))
    return {key: value for key, value in answer.items() if key not in _OF_THE_RELEASE}


@pytest.mark.parametrize("explanation", ["none", "reasons", "full"])
def test_a_trial_changes_no_byte_of_the_answer(trying: Decider, switched_off: Decider, explanation: str) -> None:
    """With rules in shadow every case has the bytes that it has with them off, but for what is said of the trial."""
    told = 0
    book = trying.release.rulebook
    on_trial = {rule.id for rule in book.gaps if rule.life.status == "shadow"}
    on_trial |= {rule.id for rule in book.plays if rule.life.status == "shadow"}
    for case in CASES:
        options = {**case.options, "explanation": explanation, "strict": False}
        tried, without = (_answer(decider, case.snapshot, options) for decider in (trying, switched_off))
        tried |= {key: [entry for entry in tried[key] if entry[sort] not in on_trial] for sort, key in _TRACED.items()}
        said = [tried.pop(key) for key in _OF_THE_TRIAL]
        assert [without.pop(key) for key in _OF_THE_TRIAL] == [[], []]
        assert canonical_json(tried) == canonical_json(without), case.name
        told += bool(said[0] or said[1])
    assert (told > 0) == (explanation == "full")


def test_rules_that_have_ended_are_as_if_off(unbounded: Decider, switched_off: Decider) -> None:
    """A gap and a play whose last day is long past leave no trace, whatever history says of them."""
    for case in CASES:
        options = {**case.options, "explanation": "full", "strict": False}
        history = [
            *case.snapshot.get("history", ()),
            {"kind": "accepted", "play": "send_a_guide", "gap": "tiny_account", "at": "2026-02-25T10:00:00Z"},
            {"kind": "answered", "gap": "tiny_account", "answer": "yes", "at": "2026-02-25T10:00:00Z"},
        ]
        snapshot = {**case.snapshot, "history": history}
        ended, without = (_answer(decider, snapshot, options) for decider in (unbounded, switched_off))
        assert canonical_json(ended) == canonical_json(without), case.name


def test_what_is_off_is_named_and_mentioned_nowhere(switched_off: Decider, trying: Decider) -> None:
    """The rulebook knows what is off; nothing else of it does, and the rest of it is the same."""
    book, other = switched_off.release.rulebook, trying.release.rulebook
    assert (book.off, other.off) == (("send_a_guide", "tiny_account"), ())
    assert "tiny_account" not in repr((book.gaps, book.plays, book.tests, book.arbitration))
    assert {gap.id for gap in other.gaps} - {gap.id for gap in book.gaps} == {"tiny_account"}
