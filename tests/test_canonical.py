"""Claims about the one spelling of values."""

from datetime import UTC, date, datetime

import pytest

from nextplay.canonical import canonical_json, decision_document, digest, snapshot_document
from nextplay.decision import ClosedAction, Diagnosis, MissingFact
from nextplay.snapshot import CustomerSnapshot, Objective, Profile, Usage

_AS_OF = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    """Equal documents have equal bytes, whatever the order in which they were built."""
    assert canonical_json({"b": [1, 2], "a": "ä"}) == '{"a":"ä","b":[1,2]}'.encode()
    assert canonical_json({"a": "ä", "b": [1, 2]}) == canonical_json({"b": [1, 2], "a": "ä"})


def test_unknown_is_left_out_and_known_empty_stays() -> None:
    """An absent list leaves no trace, a list known to be empty is `[]`."""
    unknown = snapshot_document(CustomerSnapshot(account_id="a-1", as_of=_AS_OF))
    empty = snapshot_document(CustomerSnapshot(account_id="a-1", as_of=_AS_OF, objectives=()))
    assert unknown == {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z"}
    assert empty == {**unknown, "objectives": []}


def test_an_empty_group_equals_a_group_that_was_not_sent() -> None:
    """`profile: {}` says nothing, so it must not change an id."""
    silent = CustomerSnapshot(account_id="a-1", as_of=_AS_OF)
    spoken = CustomerSnapshot(account_id="a-1", as_of=_AS_OF, profile=Profile(), usage=Usage())
    assert snapshot_document(silent) == snapshot_document(spoken)


def test_rows_keep_only_what_is_known() -> None:
    """A row of a list is written without its unknown fields, dates as ISO days."""
    objective = Objective(objective_id="o-1", due_on=date(2026, 5, 1))
    document = snapshot_document(CustomerSnapshot(account_id="a-1", as_of=_AS_OF, objectives=(objective,)))
    assert document["objectives"] == [{"objective_id": "o-1", "due_on": "2026-05-01"}]


def test_a_digest_has_its_prefix_and_its_length() -> None:
    """Ids are a prefix and so many hex digits, and differ where the documents differ."""
    one, other = digest({"a": 1}, prefix="d1-", digits=32), digest({"a": 2}, prefix="d1-", digits=32)
    assert one.startswith("d1-")
    assert len(one) == len("d1-") + 32
    assert one != other


def test_a_decision_part_is_written_under_its_names() -> None:
    """Absent values are left out, tuples become lists, and nothing else is accepted."""
    diagnosis = Diagnosis(kind="none", lead=None, says="All is well.")
    document = decision_document(diagnosis)  # type: ignore[arg-type]  # any part of a decision is written the same way
    assert document == {"kind": "none", "says": "All is well."}
    parts = (MissingFact("usage.seats", 2), ClosedAction("a1-1", "call", "done"))
    assert decision_document(parts) == [  # type: ignore[arg-type,comparison-overlap]
        {"fact": "usage.seats", "blocks": 2},
        {"action_id": "a1-1", "play": "call", "reason": "done"},
    ]
    with pytest.raises(TypeError, match="set has no place in a document"):
        decision_document({1})  # type: ignore[arg-type]
