"""Raw rows: what is summed up from them agrees with plain counts, holds whatever fills their holes, and never wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from tests.facts.raw_worlds import (
    AS_OF,
    ago,
    contact_world,
    full_contact,
    full_ticket,
    plain_relationship,
    plain_support,
    ticket_world,
    with_holes,
)
from tests.facts.reading import VOCABULARY, fact, facts_of

from nextplay.errors import InputInvalid
from nextplay.facts.raw_page import raw_rows_page
from nextplay.facts.raw_rows import RAW_LISTS, completed
from nextplay.snapshot import CustomerSnapshot, InputWarning, Interaction, Ticket, read_snapshot

PAGE: Final = Path(__file__).parents[2] / "docs/raw_rows.md"
EVERY_FACT: Final = VOCABULARY.plan(VOCABULARY.specs)
COUNTS: Final = (
    "open_tickets", "open_p1", "tickets_90d", "defect_tickets_90d", "how_to_tickets_90d", "resolved_90d",
    "reopened_90d", "sla_breaches_90d",
)  # fmt: skip


def _support(rows: Sequence[Ticket] | None) -> dict[str, object]:
    snapshot = CustomerSnapshot("a-1", AS_OF, tickets=None if rows is None else tuple(rows))
    return _fields(completed(snapshot).snapshot.support)


def _relationship(rows: Sequence[Interaction] | None) -> dict[str, object]:
    snapshot = CustomerSnapshot("a-1", AS_OF, interactions=None if rows is None else tuple(rows))
    return _fields(completed(snapshot).snapshot.relationship)


def _fields(group: Any) -> dict[str, object]:  # noqa: ANN401  any group of a snapshot
    return {field.name: getattr(group, field.name) for field in fields(group)}


def _drawn(seed: int) -> Random:
    return Random(seed)  # noqa: S311  nothing is kept secret here


def _tickets(random: Random) -> list[Ticket]:
    rows = [full_ticket(random) for _ in range(random.choice((0, 1, 2, 4, 8)))]
    return [with_holes(row, random, kept=("ticket_id", "resolved_at")) for row in rows]


def _contacts(random: Random) -> list[Interaction]:
    rows = [full_contact(random) for _ in range(random.choice((0, 1, 2, 4, 8)))]
    return [with_holes(row, random, kept=("no_show",)) for row in rows]


@pytest.mark.parametrize("seed", range(0, 600, 100))
def test_full_tickets_are_counted_as_one_would_by_hand(seed: int) -> None:
    """Of tickets without holes every aggregate is what the plainest count gives, known where that is."""
    for one in range(seed, seed + 100):
        random = _drawn(one)
        rows = [full_ticket(random) for _ in range(random.choice((0, 1, 3, 12)))]
        found, plain = _support(rows), plain_support(rows)
        assert {name: found[name] for name in plain} == plain


@pytest.mark.parametrize("seed", range(0, 600, 100))
def test_full_contacts_are_read_as_one_would_by_hand(seed: int) -> None:
    """Of contacts without holes every aggregate is what the plainest reading gives, known where that is."""
    for one in range(seed, seed + 100):
        random = _drawn(one)
        rows = [full_contact(random) for _ in range(random.choice((0, 1, 3, 12)))]
        found, plain = _relationship(rows), plain_relationship(rows)
        assert {name: found[name] for name in plain} == plain


@pytest.mark.parametrize("seed", range(0, 400, 100))
def test_what_is_concluded_holds_whatever_fills_the_holes(seed: int) -> None:
    """A known aggregate of rows with holes is the plain one of every way to fill them: none is ever turned round."""
    decided = 0
    for one in range(seed, seed + 100):
        random = _drawn(one)
        tickets, contacts = _tickets(random), _contacts(random)
        support, relationship = _support(tickets), _relationship(contacts)
        for _ in range(12):
            plain = plain_support(ticket_world(tickets, random))
            known = {name: support[name] for name in plain if support[name] is not None}
            assert known == {name: plain[name] for name in known}
            plain = plain_relationship(contact_world(contacts, random))
            known = {name: relationship[name] for name in plain if relationship[name] is not None}
            assert known == {name: plain[name] for name in known}
            decided += len(known)
    assert decided > 500


@pytest.mark.parametrize("seed", range(0, 200, 100))
def test_order_and_what_lies_ahead_change_nothing(seed: int) -> None:
    """Rows in another order, and rows of tomorrow beside them, are the same past."""
    for one in range(seed, seed + 100):
        random = _drawn(one)
        tickets, contacts = _tickets(random), _contacts(random)
        ahead = replace(full_ticket(random), opened_at=ago(-1), resolved_at=ago(-2))
        later = replace(full_contact(random), occurred_at=ago(-1))
        assert _support([ahead, *tickets[::-1]]) == _support(tickets)
        assert _relationship([later, *contacts[::-1]]) == _relationship(contacts)


@pytest.mark.parametrize("seed", range(0, 200, 100))
def test_counts_of_two_parts_add_up(seed: int) -> None:
    """Where both halves of a list of tickets have a count, the whole has their sum."""
    added = 0
    for one in range(seed, seed + 100):
        rows = _tickets(_drawn(one))
        left, right, whole = (_support(part) for part in (rows[::2], rows[1::2], rows))
        for name in COUNTS:
            if isinstance(first := left[name], int) and isinstance(second := right[name], int):
                assert whole[name] == first + second
                added += 1
    assert added > 500


def test_every_aggregate_is_known_of_some_rows() -> None:
    """None is lawful only because it is never known."""
    known = set()
    for seed in range(200):
        random = _drawn(seed)
        known |= {f"support.{name}" for name, value in _support(_tickets(random)).items() if value is not None}
        found = _relationship(_contacts(random))
        known |= {f"relationship.{name}" for name, value in found.items() if value is not None}
    declared = {one.path for raw in RAW_LISTS for one in raw.aggregates if raw.name != "usage_weekly"}
    assert declared == known


def test_a_list_that_was_not_sent_says_nothing() -> None:
    """Absent is unknown; known to be empty is none."""
    assert set(_support(None).values()) == {None} == set(_relationship(None).values())
    assert {name: _support([])[name] for name in COUNTS} == dict.fromkeys(COUNTS, 0)
    empty = _support([])
    assert (empty["oldest_p1_days"], empty["largest_cluster_180d"], empty["unresolved_cluster"]) == (0, 0, False)
    assert empty["median_tickets_90d"] is None
    contacts = _relationship([])
    assert (contacts["outreach_14d"], contacts["unanswered_14d"], contacts["buyer_no_shows"]) == (0, 0, 0)
    assert contacts["last_two_way_contact_on"] is None


def test_nobody_is_told_open_from_a_column_that_is_never_filled() -> None:
    """An absent `resolved_at` says something only where the list shows that the sender fills it, or somebody waits."""
    bare = Ticket(opened_at=ago(5), priority="p1")
    assert _support([bare])["open_p1"] is None
    assert _support([bare])["resolved_90d"] is None
    assert _support([replace(bare, waiting_on="vendor")])["open_p1"] == 1
    solved = Ticket(opened_at=ago(50), resolved_at=ago(40), priority="p3")
    assert (_support([bare, solved])["open_p1"], _support([bare, solved])["resolved_90d"]) == (1, 1)


@pytest.mark.parametrize(
    ("days", "resolved", "count", "expected"),
    [(5, None, 2, 1), (100, 95, 2, 0), (100, 5, 1, None), (100, 5, 0, 0), (5, None, None, None)],
)
def test_a_reopening_has_no_day_of_its_own(
    days: float, resolved: float | None, count: int | None, expected: int | None
) -> None:
    """It lies within 90 days where the ticket does, and not where it was resolved for good before."""
    other = Ticket(opened_at=ago(400), resolved_at=ago(390), reopened_count=0)
    row = Ticket(opened_at=ago(days), resolved_at=None if resolved is None else ago(resolved), reopened_count=count)
    assert _support([other, row])["reopened_90d"] == expected


def test_what_was_sent_wins_and_a_difference_is_told_without_values() -> None:
    """The sender's own number stands; field and list are named, and an equal one is no difference."""
    rows = [{"opened_at": "2026-02-20T09:00:00Z", "priority": "p1", "waiting_on": "vendor"}]
    facts = facts_of(["support.open_p1", "support.open_tickets"], {"support": {"open_p1": 7}, "tickets": rows})
    assert facts.values == (7, 1)
    told = "is another than the rows of `tickets` give; the value that was sent counts"
    assert facts.input_warnings == (InputWarning("support.open_p1", told),)
    assert facts_of(["support.open_p1"], {"support": {"open_p1": 1}, "tickets": rows}).input_warnings == ()


def test_estimates_contradict_nobody() -> None:
    """A median of one's own that was sent is never another than the rows give."""
    rows = [{"opened_at": f"2025-{month:02}-01T00:00:00Z"} for month in range(3, 13)]
    facts = facts_of(["support.ticket_ratio"], {"support": {"median_tickets_90d": 9}, "tickets": rows})
    assert facts.input_warnings == ()


def test_facts_tell_the_list_that_a_value_came_from() -> None:
    """Beside the fields that were not sent stands the list; a value that was sent names its field alone."""
    rows = [{"opened_at": "2026-02-20T09:00:00Z", "waiting_on": "vendor"}]
    specs = VOCABULARY.specs
    facts = facts_of(["support.open_tickets", "support.tickets_90d"], {"support": {"open_tickets": 1}, "tickets": rows})
    assert facts.sources(specs["support.open_tickets"]) == ("support.open_tickets",)
    assert facts.sources(specs["support.tickets_90d"]) == ("support.tickets_90d", "tickets")


def test_a_ticket_stands_once() -> None:
    """Two rows of one `ticket_id` are refused, as counting both would be wrong and choosing one a guess."""
    with pytest.raises(InputInvalid, match=r"tickets\[1\].ticket_id: must not stand twice"):
        read_snapshot({"account_id": "a-1", "as_of": AS_OF, "tickets": [{"ticket_id": "t"}, {"ticket_id": "t"}]})


def test_the_page_is_current() -> None:
    """`python -m nextplay.facts.raw_page > docs/raw_rows.md` would change nothing, and every aggregate is on it."""
    assert PAGE.read_text() == raw_rows_page()
    assert all(f"`{one.path}`" in raw_rows_page() for raw in RAW_LISTS for one in raw.aggregates)


def test_without_raw_rows_the_snapshot_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is completed where no raw list was sent: the usual way costs one look."""
    monkeypatch.setattr("nextplay.facts.vocabulary.completed", None)
    assert fact("support.open_p1", support={"open_p1": 2}) == 2
    with pytest.raises(TypeError):
        EVERY_FACT.read(CustomerSnapshot("a-1", AS_OF, tickets=()))
