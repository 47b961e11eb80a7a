"""Reactions → verdicts: what counts as a yes to a play, and what as a no.

An acceptance is a yes. A completion is one too, or the end of the yes that came before it: accepted and completed is
one yes, dated when it was last said. A decline is a no, several of one day are one. Everything else says nothing of
the play: what was only shown may never have been looked at, a snooze is about the day, and a wrong diagnosis is about
the gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from nextplay.store.records import ReactionKind

_ORDER: Final = {"declined": 0, "accepted": 1, "completed": 2}
"""Of one instant: no before yes, and an acceptance before the completion that ends it."""


class PlayReaction(NamedTuple):
    """A reaction with what it is about. `account` is tenant and id; `segment` is absent where it is unknown."""

    account: tuple[str, str]
    action_id: str
    play: str
    kind: ReactionKind
    at: datetime
    segment: str | None = None


class Verdict(NamedTuple):
    """One yes or no to a play, and the day on which it was said."""

    play: str
    account: tuple[str, str]
    segment: str | None
    on: date
    is_yes: bool


def verdicts(reactions: Iterable[PlayReaction]) -> list[Verdict]:
    """Return the verdicts, sorted by play and account; the order and the number of equal reactions do not matter."""
    by_action: defaultdict[tuple[tuple[str, str], str], set[PlayReaction]] = defaultdict(set)
    for one in reactions:
        if one.kind in _ORDER:
            by_action[one.account, one.action_id].add(one)
    found: list[Verdict] = []
    for of_action in by_action.values():
        found += _of_action(sorted(of_action, key=lambda one: (one.at, _ORDER[one.kind], one.play, one.segment or "")))
    return sorted(found, key=lambda one: (one.play, one.account, one.on, one.is_yes, one.segment or ""))


def _of_action(reactions: Sequence[PlayReaction]) -> Iterator[Verdict]:
    """Fold the reactions to one action: a run of yes ends with a completion or a decline and counts once."""
    days = {one.at.date(): one for one in reactions if one.kind == "declined"}
    for one in days.values():
        yield _verdict(one, is_yes=False)
    for before, after in zip(reactions, (*reactions[1:], None), strict=True):
        ends = after is None or before.kind == "completed" or after.kind == "declined"
        if before.kind != "declined" and ends:
            yield _verdict(before, is_yes=True)


def _verdict(one: PlayReaction, *, is_yes: bool) -> Verdict:
    return Verdict(one.play, one.account, one.segment, one.at.date(), is_yes)
