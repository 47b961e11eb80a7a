"""The success plan: goals, how far they are, who blocks them, and when somebody last checked."""

from __future__ import annotations

from typing import Any, Final

from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import Circumstances, Lag
from nextplay.authoring.sample_book.observation import iso

BLOCKER_RECORDED: Final = 0.88
"""Probability that the plan says who blocks a goal that is behind."""
SEASONED_DAYS: Final = 400
"""Age from which there may be goals of earlier years."""
LATE_SHARE: Final = 0.3
LATE_FROM_DAYS: Final = 120
"""A goal may be past its due day when it lags this far, in accounts of this age."""
_TITLES: Final = (
    ("Orders handled without a phone call", "percent", 20, 80),
    ("Sites that work in the tool", "sites", 0, 24),
    ("Hours spent on reporting", "hours", 60, 15),
    ("Invoices matched automatically", "percent", 10, 90),
    ("Teams on the shared calendar", "teams", 2, 30),
    ("Days to close the month", "days", 12, 5),
)

Goal = dict[str, Any]


def goals(c: Circumstances, chance: Chance) -> tuple[list[Goal], set[str], bool]:
    """Return the goals, the causes that they give away, and whether one is behind and nobody wrote why."""
    if c.goals == "none":
        return [], set(), False
    if c.goals != "agreed":
        return [_closed(number, c, chance) for number in range(chance.whole(1, 2))], set(), False
    rows, named = [], set()
    unexplained = False
    for number, lag in enumerate(c.lags):
        row, told = _behind(number, lag, c, chance)
        rows.append(row)
        if told:
            named.add(lag.cause)
        else:
            unexplained = True
    if not rows or chance.happens(0.4):
        rows.append(_on_track(len(rows), c, chance))
    if c.age > SEASONED_DAYS and chance.happens(0.35):
        rows.append(_closed(len(rows), c, chance))
    return rows, named, unexplained


def _on_track(number: int, c: Circumstances, chance: Chance) -> Goal:
    elapsed = chance.between(0.15, 0.9)
    row = _goal(number, c, chance, elapsed=elapsed, done=min(0.97, elapsed + chance.around(0.05, 0.05)))
    if chance.happens(0.6):
        row["blocked_by"] = "nobody"
    return row


def _behind(number: int, lag: Lag, c: Circumstances, chance: Chance) -> tuple[Goal, bool]:
    """Return a goal that lags, and whether the plan tells whose it is."""
    overdue = lag.share > LATE_SHARE and chance.happens(0.5) and c.age > LATE_FROM_DAYS
    elapsed = 1.0 if overdue else chance.between(0.55, 0.92)
    done = max(0.0, min(0.85, elapsed - lag.share + chance.around(0, 0.03)))
    row = _goal(number, c, chance, elapsed=elapsed, done=done)
    if overdue:
        late = chance.whole(12, 75)
        row["due_on"] = iso(c.day - late)
    told = chance.happens(BLOCKER_RECORDED)
    if told:
        row["blocked_by"] = lag.blocked_by
    if lag.touchpoint is not None and chance.happens(0.85):
        row["touchpoint"] = lag.touchpoint
    return row, told


def _closed(number: int, c: Circumstances, chance: Chance) -> Goal:
    abandoned = c.goals == "abandoned"
    row = _goal(number, c, chance, elapsed=1.0, done=chance.between(0.1, 0.5) if abandoned else 1.0)
    ended = c.day - chance.whole(20, 120)
    row |= {"status": "abandoned" if abandoned else "achieved", "due_on": iso(ended)}
    return row


def _goal(number: int, c: Circumstances, chance: Chance, *, elapsed: float, done: float) -> Goal:
    title, unit, baseline, target = chance.pick(_TITLES)
    length = max(20, min(c.age - 5, chance.whole(120, 330)))
    begun = round(length * elapsed)
    row: Goal = {
        "objective_id": f"o-{number + 1}",
        "title": title,
        "baseline": baseline,
        "target": target,
        "current": round(baseline + (target - baseline) * done, 1),
        "unit": unit,
        "starts_on": iso(c.day - begun),
        "due_on": iso(c.day - begun + length),
        "status": "active",
    }
    if c.verified_days < c.age:
        row["last_verified_on"] = iso(c.day - c.verified_days - number)
    return row
