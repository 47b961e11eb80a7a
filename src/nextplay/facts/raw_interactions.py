"""What raw contacts between people say of the fields of `relationship`.

A contact after `as_of` does not exist. An absent `no_show` says that the contact was no appointment, where the sender
fills that column at all; every other absent field is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from nextplay.facts.kleene import any_of, both
from nextplay.facts.raw_aggregate import Aggregate, RawList, how_many
from nextplay.snapshot import CustomerSnapshot, Interaction

EXECUTIVE_ROLES: Final = (
    "ceo", "cfo", "chairman", "chairwoman", "cio", "cmo", "coo", "cro", "cto", "executive", "executive_sponsor",
    "managing_director", "president", "vice_president", "vp",
)  # fmt: skip
"""The words of `contact_role` that mean an executive, in lower case and with `_` for blanks and hyphens."""
BUYER_ROLES: Final = ("buyer", "economic_buyer")
"""The words of `contact_role` that mean the person who buys."""
_OUTREACH_DAYS: Final = 14


class Interactions:
    """The contacts of one account up to `as_of`, and those whose instant is not known."""

    __slots__ = ("as_of", "dated", "undated")

    def __init__(self, snapshot: CustomerSnapshot) -> None:
        """Leave out what lies after `as_of`."""
        self.as_of = snapshot.as_of
        rows = snapshot.interactions or ()
        self.undated = [row for row in rows if row.occurred_at is None]
        timed = [(row.occurred_at, row) for row in rows if row.occurred_at is not None]
        self.dated: list[tuple[datetime, Interaction]] = [(at, row) for at, row in timed if at <= self.as_of]


def _role_is(row: Interaction, words: Iterable[str]) -> bool | None:
    if row.contact_role is None:
        return None
    return row.contact_role.strip().lower().replace("-", "_").replace(" ", "_") in words


def _spoke(row: Interaction) -> bool | None:
    """Return whether the customer's side said something."""
    if row.no_show:
        return False
    return None if row.direction is None else row.direction != "ours"


def _ours(row: Interaction) -> bool | None:
    return None if row.direction is None else row.direction == "ours"


def _last(sure: Iterable[datetime], perhaps: Iterable[datetime]) -> date | None:
    """Return the latest day that is sure, unless one that may count is later."""
    found = max((at.date() for at in sure), default=None)
    if found is None or any(at.date() > found for at in perhaps):
        return None
    return found


def _answers(rows: Interactions, *, sure: bool) -> Iterator[datetime]:
    """Yield when both sides spoke: in one contact, or they within 14 days after us; not `sure`: where it may be so."""
    window = timedelta(days=_OUTREACH_DAYS)
    counts = {True} if sure else {True, None}
    touches = [at for at, row in rows.dated if _ours(row) in counts]
    for at, row in rows.dated:
        if row.no_show:
            continue
        together = row.direction == "both" or (row.direction is None and not sure)
        answered = _spoke(row) in counts and any(timedelta() <= at - touch <= window for touch in touches)
        if together or answered:
            yield at


def _last_two_way_contact_on(rows: Interactions) -> date | None:
    if any(not row.no_show for row in rows.undated):
        return None
    return _last(_answers(rows, sure=True), _answers(rows, sure=False))


def _last_executive_contact_on(rows: Interactions) -> date | None:
    def truth(row: Interaction) -> bool | None:
        return both(_role_is(row, EXECUTIVE_ROLES), _spoke(row))

    if any(truth(row) is not False for row in rows.undated):
        return None
    truths = [(at, truth(row)) for at, row in rows.dated]
    return _last((at for at, true in truths if true), (at for at, true in truths if true is None))


def _touches(rows: Interactions) -> Iterator[tuple[datetime, bool | None]]:
    start = rows.as_of - timedelta(days=_OUTREACH_DAYS)
    return ((at, _ours(row)) for at, row in rows.dated if at > start)


def _outreach_14d(rows: Interactions) -> int | None:
    undated = (both(_ours(row), None) for row in rows.undated)
    return how_many((*undated, *(ours for _, ours in _touches(rows))))


def _unanswered_14d(rows: Interactions) -> int | None:
    spoken = [(at, _spoke(row)) for at, row in rows.dated]
    some_time: list[bool | None] = [None for row in rows.undated if _spoke(row) is not False]

    def unanswered(touch: datetime) -> bool | None:
        answered = any_of([*(truth for at, truth in spoken if at >= touch), *some_time])
        return None if answered is None else not answered

    undated = (both(_ours(row), None) for row in rows.undated)
    return how_many((*undated, *(both(ours, unanswered(at)) for at, ours in _touches(rows))))


def _buyer_no_shows(rows: Interactions) -> int | None:
    """Count from the newest appointment of the buyer back to the first that was kept."""
    if not rows.dated and not rows.undated:
        return 0
    appointments = [(at, row) for at, row in rows.dated if row.no_show is not None]
    buyers = [(at, row, truth) for at, row in appointments if (truth := _role_is(row, BUYER_ROLES)) is not False]
    undated = any(row.no_show is not None and _role_is(row, BUYER_ROLES) is not False for row in rows.undated)
    if undated or not any(truth for _, _, truth in buyers):
        return None
    missed = 0
    newest_first = sorted(buyers, key=lambda entry: entry[0], reverse=True)
    for _, together in groupby(newest_first, key=lambda entry: entry[0]):
        entries = list(together)
        if any(truth is None for _, _, truth in entries) or len({row.no_show for _, row, _ in entries}) > 1:
            return None
        if not entries[0][1].no_show:
            break
        missed += len(entries)
    return missed


_LAST: Final = "all rows up to `as_of`"
_FORTNIGHT: Final = "the 14 days up to `as_of`"

INTERACTIONS: Final = RawList(
    "interactions",
    Interactions,
    (
        Aggregate(
            "relationship.last_two_way_contact_on",
            "newest day of a contact with `direction` `both`, or of one of theirs within 14 days after one of ours",
            _LAST,
            "there is none, or a contact that is newer or without a day may be one",
            _last_two_way_contact_on,
        ),
        Aggregate(
            "relationship.last_executive_contact_on",
            "newest day on which an executive spoke: `direction` `theirs` or `both`, and an executive `contact_role`",
            _LAST,
            "there is none, or a contact that is newer or without a day may be one",
            _last_executive_contact_on,
        ),
        Aggregate(
            "relationship.outreach_14d",
            "contacts with `direction` `ours`",
            _FORTNIGHT,
            "a contact may count whose direction or day is not known",
            _outreach_14d,
        ),
        Aggregate(
            "relationship.unanswered_14d",
            "those of them after which the customer has said nothing: no row of theirs or both, kept appointments only",
            _FORTNIGHT,
            "a contact may count, or be an answer, whose direction or day is not known",
            _unanswered_14d,
        ),
        Aggregate(
            "relationship.buyer_no_shows",
            "appointments (rows with `no_show`) of a buyer in a row that were missed, from the newest back",
            _LAST,
            "no appointment of a buyer is there, or one may be the buyer's whose role or day is not known",
            _buyer_no_shows,
        ),
    ),
)
