"""What people answer when asked: on several scales, more or less often, with or without the reason."""

from __future__ import annotations

from typing import Any, Final

from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import Circumstances, Complaint
from nextplay.authoring.sample_book.observation import iso

REASON_GIVEN: Final = 0.7
"""Probability that a displeased answer names its reason."""
GRUMBLE: Final = 0.02
"""Probability that a contented person answers low all the same."""
FRESH_DAYS: Final = 90
"""Answers older than this tell of an earlier mood."""
FOLLOW_UP_DAYS: Final = 3
"""Days within which most low answers are followed up."""
_ROLES: Final = {"admin": 0.25, "end_user": 0.5, "champion": 0.15, "economic_buyer": 0.1}
_SCALES: Final = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}

Answer = dict[str, Any]


def answers(
    c: Circumstances, chance: Chance, *, friction: float, deficit: float
) -> tuple[list[Answer], set[str], bool]:
    """Return the answers, newest first, the causes that they name, and whether some are bad without saying why.

    A cause is named by two bad answers at its touchpoint or with a reason, by one about the whole with its reason, or
    by one about a touchpoint with its reason that nobody has followed up yet: after that it says no more than that.
    """
    willing = c.traits.answers
    rows = [_content(c, chance, friction=friction, deficit=deficit) for _ in range(int(3 * willing + chance.unit()))]
    named: set[str] = set()
    unexplained = False
    for complaint in c.complaints:
        written = _displeased(complaint, c, chance, willing=willing)
        rows += written
        open_ones = [row for row in written if row["follow_up"] == "open"]
        reasons = sum(
            "driver" in row for row in (written if len(written) > 1 or complaint.touchpoint is None else open_ones)
        )
        if reasons or (complaint.touchpoint is not None and len(written) > 1):
            named.add(complaint.cause)
        elif open_ones or len(written) > 1:
            unexplained = True
    if c.repaired and chance.happens(willing):
        rows.append(_row(c, "csat", chance.whole(3, 30), chance) | {"scale": "csat_1_5", "touchpoint": "product"})
        rows[-1]["score"] = chance.whole(4, 5)
    if c.won_back:
        rows += _won_back(c, chance)
    for number, row in enumerate(rows):
        row.setdefault("respondent_id", f"r-{number + 1:02d}")
    rows.sort(key=lambda row: (row["answered_on"], row["respondent_id"]), reverse=True)
    return rows, named, unexplained


def _content(c: Circumstances, chance: Chance, *, friction: float, deficit: float) -> Answer:
    """Answer as somebody does who has no particular complaint: the whole mood still tells a little."""
    kind = chance.weighted({"nps": 0.35, "csat": 0.4, "ces": 0.25})
    days = chance.whole(1, 85) if chance.happens(0.85) else chance.whole(100, 220)
    row = _row(c, kind, days, chance)
    mood = 0.88 - 0.12 * friction - 0.1 * deficit if days < FRESH_DAYS else 0.85
    low = chance.happens(GRUMBLE)
    row |= _score(kind, chance.between(0.15, 0.45) if low else max(0.68, chance.around(mood, 0.08)), c)
    if kind != "nps":
        row["touchpoint"] = chance.pick(("support", "product"))
    if low:
        row |= _answered(days, chance)
    return row


def _displeased(complaint: Complaint, c: Circumstances, chance: Chance, *, willing: float) -> list[Answer]:
    """Answer as those do who are displeased for one reason."""
    written = []
    for _ in range(int(complaint.weight * (0.6 + 1.6 * willing) + chance.unit())):
        kind = "nps" if complaint.touchpoint is None or chance.happens(0.2) else chance.pick(("csat", "ces"))
        days = chance.whole(2, 45)
        row = _row(c, kind, days, chance)
        row |= _score(kind, max(0.0, chance.around(0.34 - 0.2 * complaint.weight, 0.07)), c)
        if complaint.touchpoint is not None and kind != "nps":
            row["touchpoint"] = complaint.touchpoint
        if chance.happens(REASON_GIVEN):
            row["driver"] = complaint.driver
        row |= _answered(days, chance) if complaint.answered else {"follow_up": "open"}
        written.append(row)
    return written


def _won_back(c: Circumstances, chance: Chance) -> list[Answer]:
    """Answer very low once, be called, and answer well since."""
    before = _row(c, "nps", c.won_back, chance) | {"scale": "nps_0_10", "score": chance.whole(1, 4)}
    before |= {"follow_up": "done", "followed_up_on": iso(c.day - c.won_back + 2), "respondent_id": "r-won-back"}
    after = before | {"answered_on": iso(c.day - chance.whole(2, 25)), "score": chance.whole(9, 10)}
    after.pop("followed_up_on")
    return [before, after | {"follow_up": "not_needed"}]


def _row(c: Circumstances, kind: str, days: int, chance: Chance) -> Answer:
    return {"kind": kind, "answered_on": iso(c.day - days), "respondent_role": chance.weighted(_ROLES)}


def _score(kind: str, pleasure: float, c: Circumstances) -> Answer:
    """Put a pleasure (0 to 1) on the scale of the kind."""
    if kind == "ces" and c.traits.effort_scale == "ces_1_5_effort":
        return {"scale": "ces_1_5_effort", "score": round(5 - 4 * min(1.0, pleasure))}
    low, high = _SCALES[kind]
    scale = {"nps": "nps_0_10", "csat": "csat_1_5", "ces": "ces_1_7_agree"}[kind]
    return {"scale": scale, "score": round(low + (high - low) * min(1.0, pleasure))}


def _answered(days: int, chance: Chance) -> Answer:
    """Follow a low answer up, as a company does that does its work: done after some days, open before."""
    return {"follow_up": "done" if days > FOLLOW_UP_DAYS or chance.happens(0.4) else "open"}
