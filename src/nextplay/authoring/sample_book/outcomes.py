"""What comes of it: hidden causes → friction and missing result → probability of what happens within 90 days.

Probabilities are logistic in friction, missing result and the contract; each month a third of the hazard is run.
The right action takes the cause's `remedy` off its severity, evenly over three months. Both futures use the same
draws, so that the right action never makes things worse.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nextplay.authoring.sample_book.causes import MATERIAL, Trouble
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.traits import LAST_DAY, Traits

MONTH_DAYS: Final = 30
MONTHS: Final = 3
"""Months in the horizon of 90 days."""
Ending = Literal["churned", "contracted", "expanded", "objective_achieved"]

COEFFICIENTS: Final[Mapping[Ending, Mapping[str, float]]] = {
    "churned": {
        "base": -4.02, "friction": 2.1, "deficit": 2.5, "deadline_near": 0.8, "smb": 0.35, "enterprise": -0.35,
        "first_year": 0.2,
    },
    "contracted": {"base": -4.0, "friction": 1.0, "deficit": 2.2, "deadline_near": 0.5},
    "expanded": {"base": -1.8, "friction": -2.6, "deficit": -3.0},
    "objective_achieved": {"base": -0.6, "friction": -0.8, "blocking": -1.2, "deficit": -2.4},
}  # fmt: skip
"""Log-odds for 90 days: of an amount from 0 to 1 (friction, deficit, blocking: the friction that stands in the way of
the goal), or of a condition that holds."""
DEADLINE_NEAR_DAYS: Final = 90
FIRST_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Prospects:
    """Friction and missing result (0 to 1), and the probabilities of what happens within 90 days."""

    friction: float
    deficit: float
    churn: float
    contraction: float
    expansion: float
    achievement: float


_WEIGHTS: Final = {ending: tuple(weights.items()) for ending, weights in COEFFICIENTS.items()}


def prospects(traits: Traits, severities: Iterable[tuple[Trouble, float]], day: int) -> Prospects:
    """Work out where an account stands on a day: causes of one side add up like independent chances."""
    clear = {"cx": 1.0, "cs": 1.0}
    way = 1.0
    goal = True
    for trouble, severity in severities:
        cause = trouble.cause
        clear[cause.side] *= 1 - cause.harm * severity
        if cause.blocks:
            way *= 1 - cause.harm * severity
        goal = goal and not (cause.leaves_no_goal and severity >= MATERIAL)
    days_to_deadline = traits.term_start(day) + traits.term_days - traits.notice_days - day
    amounts: dict[str, float] = {
        "base": 1.0,
        "friction": 1 - clear["cx"],
        "deficit": 1 - clear["cs"],
        "blocking": 1 - way,
        "deadline_near": 0 <= days_to_deadline <= DEADLINE_NEAR_DAYS,
        "smb": traits.segment == "smb",
        "enterprise": traits.segment == "enterprise",
        "first_year": traits.age(day) < FIRST_YEAR_DAYS,
    }
    return Prospects(
        friction=amounts["friction"],
        deficit=amounts["deficit"],
        churn=_probability("churned", amounts),
        contraction=_probability("contracted", amounts),
        expansion=_probability("expanded", amounts),
        achievement=_probability("objective_achieved", amounts) if goal else 0.0,
    )


def _probability(ending: Ending, amounts: Mapping[str, float]) -> float:
    odds = 0.0
    for name, weight in _WEIGHTS[ending]:
        odds += weight * amounts[name]
    return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Future:
    """What happens within 90 days, and how likely leaving was."""

    churn_probability: float
    outcome: dict[str, bool | None]


class Course:
    """The life of one account, month by month: its prospects, and the draws that decide what happens."""

    def __init__(self, traits: Traits, troubles: Sequence[Trouble], *, seed: int, number: int) -> None:
        """Keep the account; draws of a month belong to the month, not to how many dates a book has."""
        self._traits = traits
        self._troubles = troubles
        self._key = (seed, number, "future")
        self._prospects: dict[tuple[int, int], Prospects] = {}
        last = LAST_DAY.toordinal()
        self._draws = dict(
            zip(range(last, last + MONTHS * MONTH_DAYS, MONTH_DAYS), _drawn(Chance(*self._key), MONTHS), strict=True)
        )

    def prospects(self, day: int, *, treated_months: int = 0) -> Prospects:
        """Work out the prospects of a day in the so-manieth month of the right action, of three."""
        key = (day, treated_months)
        if key not in self._prospects:
            share = treated_months / MONTHS
            severities = [(each, each.severity(day) * (1 - share * each.cause.remedy)) for each in self._troubles]
            self._prospects[key] = prospects(self._traits, severities, day)
        return self._prospects[key]

    def leaves(self, day: int) -> bool:
        """Tell whether the account leaves within the month that begins on a day."""
        return self._drawn(day)[0] < monthly(self.prospects(day).churn)

    def future(self, day: int, *, treated: bool) -> Future:
        """Return what happens within three months of a day, with or without the right action."""
        stays = 1.0
        happened = [False] * len(COEFFICIENTS)
        for month in range(1, MONTHS + 1):
            begun = day + (month - 1) * MONTH_DAYS
            found = self.prospects(begun, treated_months=month if treated else 0)
            hazards = map(monthly, (found.churn, found.contraction, found.expansion, found.achievement))
            for index, (draw, hazard) in enumerate(zip(self._drawn(begun), hazards, strict=True)):
                happened[index] = happened[index] or draw < hazard
            stays *= 1 - monthly(found.churn)
        return Future(1 - stays, self._outcome(day, happened))

    def _outcome(self, day: int, happened: Sequence[bool]) -> dict[str, bool | None]:
        """Name what happened: who left neither renews, contracts nor expands; a renewal is due or unknown."""
        churned, contracted, expanded, achieved = happened
        ends = self._traits.term_start(day) + self._traits.term_days
        return {
            "churned_within_90_days": churned,
            "renewed": not churned if ends - day <= MONTHS * MONTH_DAYS else None,
            "contracted": contracted and not churned,
            "expanded": expanded and not contracted and not churned,
            "objective_achieved": achieved and not churned,
        }

    def _drawn(self, day: int) -> tuple[float, ...]:
        if day not in self._draws:
            self._draws[day] = next(_drawn(Chance(*self._key, day), 1))
        return self._draws[day]


def _drawn(chance: Chance, months: int) -> Iterator[tuple[float, ...]]:
    """Draw for each month what decides on each ending."""
    for _ in range(months):
        yield tuple(chance.unit() for _ in COEFFICIENTS)


def monthly(probability: float) -> float:
    """Return the probability for a month whose three in a row make up the one for 90 days."""
    return float(1 - (1 - probability) ** (1 / MONTHS))
