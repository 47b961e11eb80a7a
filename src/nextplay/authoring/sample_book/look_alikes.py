"""Harmless look-alikes: what looks like trouble until its explanation is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final

from nextplay.authoring.sample_book.cause import Imprint
from nextplay.authoring.sample_book.causes import Trouble
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import SEATS_IN_USE, USE, Alarm, Circumstances
from nextplay.authoring.sample_book.traits import LAST_DAY, Traits

SHARE: Final = 0.3
"""Share of the accounts that have a look-alike, whatever else is true of them."""
APART: Final = frozenset({"defect", "goals", "integration", "people", "use"})
"""Groups of causes beside which no look-alike is drawn: it would explain away what is real."""


@dataclass(frozen=True, slots=True, eq=False)
class LookAlike:
    """One harmless pattern, how often it is drawn among those that fit, and what it looks like."""

    name: str
    share: float
    _: KW_ONLY
    meaning: str
    looks: str
    imprint: Imprint
    ages: tuple[int, int] = (200, 100_000)
    suits: Callable[[Traits], bool] = lambda _: True


def _season(c: Circumstances, _: float, chance: Chance) -> None:
    low = chance.between(0.35, 0.65)
    c.expected = round(low, 2)
    c.activity *= low
    c.volume *= low
    c.alarms.append(Alarm(USE, (("usage.expected_active_ratio",),)))


def _automation(c: Circumstances, _: float, chance: Chance) -> None:
    c.activity *= chance.between(0.4, 0.65)
    c.volume *= chance.between(1.1, 1.4)
    c.pace *= chance.between(1.05, 1.25)
    c.verified_days = min(c.verified_days, chance.whole(5, 40))
    c.alarms.append(Alarm(USE, (("usage.volume_28d", "usage.median_volume_90d"), ("usage.consumption_pace",))))


def _re_papered(c: Circumstances, _: float, chance: Chance) -> None:
    since_term = c.day - c.traits.term_start(c.day)
    c.renewal_cancelled = (since_term + chance.whole(5, 25), "us")
    c.alarms.append(Alarm(("contract.auto_renew_cancelled_on",), (("contract.auto_renew_cancelled_by",),)))


def _repaired_incident(c: Circumstances, _: float, chance: Chance) -> None:
    c.ticket_ratio *= chance.between(1.6, 2.6)
    c.defect_share, c.how_to_share = 0.65, 0.2
    c.cluster, c.cluster_open, c.cluster_at = chance.whole(6, 18), False, "product"
    c.happened("incident", chance.whole(45, 85), touchpoint="product", status="explained")
    c.repaired = True
    c.alarms.append(Alarm(("support.largest_cluster_180d",), (("support.unresolved_cluster",),)))


def _growth_questions(c: Circumstances, _: float, chance: Chance) -> None:
    c.ticket_ratio *= chance.between(1.8, 2.8)
    c.how_to_share, c.defect_share = 0.82, 0.08
    c.activity *= chance.between(1.15, 1.4)
    c.coverage = min(0.97, c.coverage * 1.05)
    c.seat_change = chance.between(1.2, 1.6)
    shows = ("support.tickets_90d", "support.median_tickets_90d")
    c.alarms.append(Alarm(shows, (("support.how_to_tickets_90d",),)))


def _audit_export(c: Circumstances, _: float, chance: Chance) -> None:
    c.happened("bulk_export", chance.whole(3, 60), status="explained")


def _successor_in_place(c: Circumstances, _: float, chance: Chance) -> None:
    c.happened("champion_left", chance.whole(60, 130))
    c.contacts = max(c.contacts, 3)
    c.alarms.append(Alarm(("events.champion_left",), (("relationship.champion",),)))


def _quiet_and_well(c: Circumstances, _: float, __: Chance) -> None:
    c.ticket_ratio = 0.0
    c.coverage = max(c.coverage, 0.78)


def _won_back(c: Circumstances, _: float, chance: Chance) -> None:
    c.won_back = chance.whole(50, 85)


def _slow_start_as_planned(c: Circumstances, _: float, chance: Chance) -> None:
    c.coverage *= chance.between(0.3, 0.5)
    c.setup_attempts = chance.whole(8, 25)
    c.setup_error_share = chance.between(0, 0.06)
    c.alarms.append(Alarm(SEATS_IN_USE, (("usage.setup_attempts_14d", "usage.setup_errors_14d"), ("objectives",))))


LOOK_ALIKES: Final = (
    LookAlike("season", 1.5, meaning="their season is over, as every year", looks="use far below its own level",
              imprint=_season),
    LookAlike("automation", 1.0, meaning="the work now runs without people", looks="fewer users, more volume",
              imprint=_automation),
    LookAlike("re_papered", 0.8, meaning="we ended the old clause for a new contract",
              looks="automatic renewal cancelled", imprint=_re_papered),
    LookAlike("repaired_incident", 1.2, meaning="an incident of weeks ago, repaired for good",
              looks="many defect tickets of one cause", imprint=_repaired_incident),
    LookAlike("growth_questions", 1.0, meaning="new users ask how things work", looks="twice the usual tickets",
              imprint=_growth_questions),
    LookAlike("audit_export", 0.8, meaning="an auditor asked for the export", looks="a bulk export",
              imprint=_audit_export),
    LookAlike("successor_in_place", 0.9, meaning="the champion left and a successor works with us",
              looks="a champion who left", imprint=_successor_in_place),
    LookAlike("quiet_and_well", 0.8, meaning="nothing to ask, everything works", looks="no ticket in three months",
              imprint=_quiet_and_well),
    LookAlike("won_back", 0.9, meaning="a detractor who was answered and came back",
              looks="a very low answer of weeks ago", imprint=_won_back),
    LookAlike("slow_start_as_planned", 6.0, meaning="the roll-out goes step by step as agreed",
              looks="little use in the first months", imprint=_slow_start_as_planned, ages=(25, 110)),
)  # fmt: skip


def draw_look_alike(traits: Traits, troubles: Sequence[Trouble], *, seed: int, number: int) -> LookAlike | None:
    """Draw the look-alike of an account; most have none."""
    chance = Chance(seed, number, "look-alike")
    if not chance.happens(SHARE) or any(trouble.cause.group in APART for trouble in troubles):
        return None
    age = traits.age(LAST_DAY.toordinal())
    fitting = {
        entry: entry.share for entry in LOOK_ALIKES if entry.ages[0] <= age <= entry.ages[1] and entry.suits(traits)
    }
    return chance.weighted(fitting) if fitting else None
