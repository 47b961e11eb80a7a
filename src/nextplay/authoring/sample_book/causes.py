"""Which hidden causes an account has, since when, and how severe they are on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nextplay.authoring.sample_book.cause import Cause, Side
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.experience_causes import EXPERIENCE_CAUSES
from nextplay.authoring.sample_book.outcome_causes import OUTCOME_CAUSES
from nextplay.authoring.sample_book.traits import LAST_DAY, Traits

CAUSES: Final = EXPERIENCE_CAUSES + OUTCOME_CAUSES
KINDS: Final = {"none": 0.42, "cx": 0.19, "cs": 0.21, "mixed": 0.18}
"""What the trouble of an account is made of, by the newest date → share of accounts."""
SECOND_SHARE: Final = 0.25
"""Probability that a side which has one cause has another."""
PEAK: Final = (0.5, 1.0)
"""Lowest and highest severity that a cause grows to."""
RAMP_DAYS: Final = (15, 45)
"""Days from the onset of a cause to its peak."""
MATERIAL: Final = 0.35
"""Severity from which a cause counts for the diagnosis."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause at one account. `onset` is the ordinal of its first day."""

    cause: Cause
    onset: int
    peak: float
    ramp_days: int

    def severity(self, day: int) -> float:
        """Severity on a day, 0 before the onset."""
        return self.peak * min(1.0, max(0.0, (day - self.onset) / self.ramp_days))


def draw_troubles(traits: Traits, seed: int, number: int) -> tuple[Trouble, ...]:
    """Draw what is wrong with an account, in the order of its drawing; often nothing."""
    chance = Chance(seed, number, "causes")
    kind = chance.weighted(KINDS)
    sides: tuple[Side, ...] = () if kind == "none" else ("cx", "cs") if kind == "mixed" else ("cx",)
    if kind == "cs":
        sides = ("cs",)
    found: list[Cause] = []
    for side in sides:
        suited = [cause for cause in CAUSES if cause.side == side and _suits(cause, traits)]
        for _ in range(1 + chance.happens(SECOND_SHARE)):
            fitting = {cause: cause.share for cause in suited if not any(_excludes(cause, other) for other in found)}
            if fitting:
                found.append(chance.weighted(fitting))
    return tuple(_begun(cause, traits, chance) for cause in found)


def _suits(cause: Cause, traits: Traits) -> bool:
    """Tell whether a cause can befall this account."""
    low, high = cause.ages
    return low <= traits.age(LAST_DAY.toordinal()) <= high and cause.suits(traits)


def _excludes(cause: Cause, other: Cause) -> bool:
    """Tell whether two causes cannot be together."""
    return (
        other is cause
        or (cause.group is not None and cause.group == other.group)
        or (cause.needs_goal and other.leaves_no_goal)
        or (cause.leaves_no_goal and other.needs_goal)
    )


def _begun(cause: Cause, traits: Traits, chance: Chance) -> Trouble:
    last = LAST_DAY.toordinal()
    ramp = chance.whole(*RAMP_DAYS)
    onset = traits.started if cause.early else max(traits.started, last - chance.whole(ramp + 5, 230))
    return Trouble(cause, onset, chance.between(*PEAK), ramp)
