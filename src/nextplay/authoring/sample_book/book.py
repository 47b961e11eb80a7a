"""The book: account after account, date after date, each snapshot with its truth. Holds one account at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from nextplay.authoring.sample_book.causes import MATERIAL, Trouble, draw_troubles
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import Circumstances, healthy
from nextplay.authoring.sample_book.look_alikes import LookAlike, draw_look_alike
from nextplay.authoring.sample_book.outcomes import MONTH_DAYS, Course
from nextplay.authoring.sample_book.records import recorded
from nextplay.authoring.sample_book.traits import LAST_DAY, Traits, draw_traits
from nextplay.authoring.sample_book.truth import truth

YOUNGEST_DAYS: Final = 20
"""Days after the start from which there are snapshots of an account."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One snapshot as a JSON document, and the truth about it."""

    snapshot: dict[str, Any]
    truth: dict[str, Any]


def sample_book(*, seed: int, accounts: int, months: int = 1) -> Iterator[Entry]:
    """Invent a book: `accounts` accounts, each at up to `months` dates 30 days apart, the oldest first.

    A pure function of its arguments; an account depends on the seed and its own number, never on how many there are.
    Who has left has no later snapshots; who came later has no earlier ones.
    """
    for number in range(1, accounts + 1):
        yield from _account(seed, number, months)


def _account(seed: int, number: int, months: int) -> Iterator[Entry]:
    traits = draw_traits(seed, number)
    troubles = draw_troubles(traits, seed, number)
    look_alike = draw_look_alike(traits, troubles, seed=seed, number=number)
    course = Course(traits, troubles, seed=seed, number=number)
    for ago in range(months - 1, -1, -1):
        day = LAST_DAY.toordinal() - ago * MONTH_DAYS
        if traits.age(day) < YOUNGEST_DAYS:
            continue
        chance = Chance(seed, number, "records", day)
        shown = look_alike if look_alike and _fits(look_alike, traits, day) else None
        circumstances = _circumstances(traits, day, troubles, look_alike=shown, chance=chance)
        record = recorded(circumstances, chance, course.prospects(day))
        untreated = course.future(day, treated=False)
        futures = (untreated, course.future(day, treated=True) if troubles else untreated)
        yield Entry(record.snapshot, truth(record, circumstances, troubles, look_alike=shown, futures=futures))
        if course.leaves(day):
            return


def _fits(look_alike: LookAlike, traits: Traits, day: int) -> bool:
    return look_alike.ages[0] <= traits.age(day) <= look_alike.ages[1]


def _circumstances(
    traits: Traits, day: int, troubles: tuple[Trouble, ...], *, look_alike: LookAlike | None, chance: Chance
) -> Circumstances:
    """Let the causes that are material by then, and the look-alike, leave their mark on a healthy account."""
    found = healthy(traits, day, chance)
    for trouble in troubles:
        severity = trouble.severity(day)
        if severity >= MATERIAL:
            found.acting = trouble.cause.name
            trouble.cause.imprint(found, severity, chance)
    if look_alike is not None:
        found.acting = look_alike.name
        look_alike.imprint(found, 1.0, chance)
    return found
