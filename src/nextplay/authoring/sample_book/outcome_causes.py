"""Causes of the outcome: the result is missing although the way to it is clear; it takes the customer to mend it."""

from __future__ import annotations

from typing import Final

from nextplay.authoring.sample_book.cause import Cause
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import SEATS_IN_USE, USE, Alarm, Circumstances


def _no_goals(c: Circumstances, s: float, chance: Chance) -> None:
    c.goals = "none"
    c.verified_days = c.age
    c.review_days = min(c.age, chance.whole(150, 400))
    if chance.happens(0.5 * s):
        c.loses_sponsor("silent")


def _goal_given_up(c: Circumstances, s: float, chance: Chance) -> None:
    c.goals = "abandoned"
    c.activity *= 1 - 0.4 * s * chance.unit()
    c.complain(None, "fit", 0.5 * s)


def _goals_used_up(c: Circumstances, s: float, chance: Chance) -> None:
    c.goals = "achieved"
    c.verified_days = min(c.age, chance.whole(120, 180 + int(180 * s)))
    c.review_days = c.executive_days = min(c.age, chance.whole(170, 220 + int(150 * s)))
    if chance.happens(0.6):
        c.loses_sponsor("silent")


def _goal_slipping(c: Circumstances, s: float, chance: Chance) -> None:
    c.lag("customer" if chance.happens(0.75) else "unowned", chance.between(0.3, 0.35 + 0.4 * s))
    if chance.happens(0.4):
        c.no_shows = chance.whole(1, 2)
    c.complain(None, "results", 0.5 * s)


def _outcome_shortfall(c: Circumstances, s: float, chance: Chance) -> None:
    c.lag("nobody", chance.between(0.35, 0.4 + 0.35 * s))
    c.complain(None, "results", s)


def _value_unproven(c: Circumstances, s: float, chance: Chance) -> None:
    c.verified_days = min(c.age - 5, chance.whole(300, 330 + int(250 * s)))
    c.review_days = min(c.age, chance.whole(280, 300 + int(250 * s)))
    c.executive_days = min(c.age, chance.whole(120, 200))
    c.complain(None, "price", 0.5 * s)


def _failed_launch(c: Circumstances, s: float, chance: Chance) -> None:
    c.live, c.first_value, c.first_value_late = False, False, chance.between(1.8, 3)
    c.setup_attempts, c.setup_error_share = 0, 0
    c.coverage *= chance.between(0.02, 0.22 - 0.15 * s)
    c.ticket_ratio *= 0.3
    c.pace *= 0.35
    c.lag("customer", chance.between(0.5, 0.85), touchpoint="onboarding")
    if chance.happens(0.5):
        c.loses_sponsor("none")
    c.alarms.append(Alarm(SEATS_IN_USE))


def _never_started(c: Circumstances, s: float, chance: Chance) -> None:
    c.setup_attempts, c.setup_error_share, c.first_value, c.live = 0, 0, False, False
    c.first_value_late = chance.between(1.2, 2)
    c.coverage *= chance.between(0.03, 0.3 - 0.2 * s)
    c.ticket_ratio *= 0.3
    c.pace *= 0.4
    c.lag("customer", chance.between(0.3, 0.45 + 0.3 * s), touchpoint="onboarding")
    c.alarms.append(Alarm(SEATS_IN_USE))


def _never_rolled_out(c: Circumstances, s: float, chance: Chance) -> None:
    c.coverage = chance.between(0.12, 0.52 - 0.32 * s)
    c.setup_attempts = chance.whole(0, 1)
    c.ticket_ratio *= 0.7
    if chance.happens(0.85):
        c.lag("customer", 0.2 + 0.3 * s)
    c.alarms.append(Alarm(SEATS_IN_USE))


def _use_faded(c: Circumstances, s: float, chance: Chance) -> None:
    c.activity *= 1 - chance.between(0.3, 0.4 + 0.35 * s)
    c.volume *= c.activity
    c.pace *= 0.5 + 0.5 * c.activity
    c.silent_days += chance.whole(10, 20 + int(60 * s))
    c.ticket_ratio *= 0.4
    if chance.happens(0.85):
        c.lag("customer" if chance.happens(0.6) else "unowned", 0.15 + 0.35 * s)
    c.complain(None, "fit", 0.4 * s)
    c.alarms.append(Alarm(USE))


def _narrow_use(c: Circumstances, s: float, chance: Chance) -> None:
    c.breadth = chance.between(0.08, 0.3 - 0.12 * s)
    c.how_to_share = chance.between(0.5, 0.85)
    if chance.happens(0.8):
        c.lag("customer" if chance.happens(0.5) else "nobody", 0.2 + 0.25 * s)
    c.complain(None, "results", 0.4 * s)


def _champion_left(c: Circumstances, s: float, chance: Chance) -> None:
    c.champion = "left"
    c.happened("champion_left", chance.whole(12, 70))
    c.contacts = max(1, min(c.contacts - 2, chance.whole(1, 2)))
    c.silent_days += chance.whole(8, 15 + int(45 * s))
    c.activity *= 1 - 0.35 * s * chance.unit()
    if chance.happens(0.4 + 0.3 * s):
        c.loses_sponsor("none" if chance.happens(0.5) else "silent")


def _silent_sponsor(c: Circumstances, s: float, chance: Chance) -> None:
    c.loses_sponsor("none" if chance.happens(0.35) else "silent")
    c.executive_days = min(c.age, chance.whole(190, 230 + int(220 * s)))
    c.review_days = min(c.age, chance.whole(190, 230 + int(220 * s)))
    c.no_shows = chance.whole(0, 2)


def _disengaged(c: Circumstances, s: float, chance: Chance) -> None:
    c.silent_days = min(c.age, chance.whole(85, 100 + int(120 * s)) + (60 if c.traits.segment == "smb" else 0))
    c.no_shows = chance.whole(1, 2 + int(2 * s))
    c.outreach = chance.whole(2, 4)
    c.unanswered = c.outreach
    c.contacts = max(1, c.contacts - chance.whole(1, 3))
    if chance.happens(0.5):
        c.loses_sponsor("silent")


def _buyer_disconnect(c: Circumstances, s: float, chance: Chance) -> None:
    c.buyer = chance.between(0.1, 0.6 - 0.3 * s)
    c.activity = max(c.activity, chance.between(0.97, 1.12))
    if chance.happens(0.4):
        c.no_shows = chance.whole(1, 3)


def _under_consumption(c: Circumstances, s: float, chance: Chance) -> None:
    c.pace = chance.between(0.2, 0.75 - 0.35 * s)
    if chance.happens(0.8):
        c.lag("customer", 0.15 + 0.35 * s)


def _budget_squeeze(c: Circumstances, s: float, chance: Chance) -> None:
    c.happened("layoffs", chance.whole(10, 85))
    c.seat_change = chance.between(0.9 - 0.25 * s, 0.92)
    c.pace *= chance.between(0.85 - 0.25 * s, 0.9)
    if chance.happens(0.5):
        c.days_past_due, c.late_cause = chance.whole(20, 30 + int(60 * s)), "distress"
    c.complain(None, "price", 0.6 * s)


def _regime_change(c: Circumstances, s: float, chance: Chance) -> None:
    c.happened("new_executive", chance.whole(15, 110))
    c.loses_sponsor("none" if chance.happens(0.6) else "silent")
    c.executive_days = min(c.age, chance.whole(120, 160 + int(150 * s)))
    if chance.happens(0.4):
        c.happened("price_objection", chance.whole(3, 40))


def _switched_off(c: Circumstances, s: float, chance: Chance) -> None:
    c.integration_down, c.integration_errors = chance.whole(20, 25 + int(35 * s)), 0
    c.setup_attempts, c.setup_error_share = 0, 0
    c.ticket_ratio *= 0.3
    c.activity *= 1 - chance.between(0.2, 0.3 + 0.3 * s)
    c.loses_sponsor("silent")
    c.silent_days += chance.whole(20, 60)


_CHAMPION: Final = ("relationship.champion",)
_SPONSOR: Final = ("relationship.executive_sponsor",)
_NOBODY_TRIES: Final = ("usage.setup_attempts_14d", "usage.active_users_28d")
_SQUEEZED: Final = (
    ("events.layoffs", "contract.seats", "contract.seats_at_term_start"),
    ("events.layoffs", "usage.consumption_pace"),
    ("billing.late_cause", "billing.days_past_due"),
)
_UNHINDERED: Final = (
    (*SEATS_IN_USE, "touchpoints.product.failed_attempts_30d"),
    (*SEATS_IN_USE, "usage.setup_attempts_14d", "support.defect_tickets_90d"),
)
_EVIDENCED: Final = ("objectives", "relationship.last_business_review_on")

OUTCOME_CAUSES: Final = (
    Cause(
        "no_goals", "cs", 1.5,
        meaning="nobody agreed with them on what they want to reach",
        effects="a success plan that is known to be empty, no business review",
        action="hold a discovery session and write goals down", owner="csm",
        imprint=_no_goals,
        witnesses=(("objectives",),), harm=0.65, group="goals", leaves_no_goal=True, remedy=0.6,
    ),
    Cause(
        "goal_given_up", "cs", 0.6,
        meaning="the goal was given up and no other took its place",
        effects="abandoned goals only, falling use, low answers about fit",
        action="find out what they need now and set a new goal", owner="csm",
        imprint=_goal_given_up,
        witnesses=(("objectives",),), harm=0.7, group="goals", leaves_no_goal=True, ages=(150, 100_000),
        remedy=0.5,
    ),
    Cause(
        "goals_used_up", "cs", 0.8,
        meaning="every goal is reached and no next one is set",
        effects="achieved goals only, last verified long ago, silent sponsor",
        action="set the next goal before the renewal", owner="csm",
        imprint=_goals_used_up,
        witnesses=(("objectives",),), harm=0.4, group="goals", leaves_no_goal=True, ages=(300, 100_000),
        remedy=0.75,
    ),
    Cause(
        "goal_slipping", "cs", 1.7,
        meaning="the goal slips because the customer's own task is not done",
        effects="a goal far behind, blocked by the customer or by nobody's task, low answers about results",
        action="reset the plan with the sponsor, with names and dates", owner="csm",
        imprint=_goal_slipping,
        witnesses=(), harm=0.65, needs_goal=True, group="shortfall",
    ),
    Cause(
        "outcome_shortfall", "cs", 1.0,
        meaning="it is used as meant and the result does not come",
        effects="a goal far behind that nothing blocks, low answers about results",
        action="find the root cause in a workshop and change use case or target", owner="csm",
        imprint=_outcome_shortfall,
        witnesses=(), harm=0.7, needs_goal=True, remedy=0.55, group="shortfall",
    ),
    Cause(
        "value_unproven", "cs", 1.1,
        meaning="nobody ever showed what it is worth",
        effects="a result verified very long ago or never, no business review, low answers about the price",
        action="hold a value review with the customer's own numbers", owner="csm",
        imprint=_value_unproven,
        witnesses=(_EVIDENCED,), harm=0.5, ages=(380, 100_000),
    ),
    Cause(
        "failed_launch", "cs", 1.6,
        meaning="what they bought it for never went live",
        effects="no attempts and no errors, hardly any use, no first value, a goal that waits for the customer",
        action="restart with both sponsors, no renewal talk before it is live", owner="vp_cs",
        imprint=_failed_launch,
        witnesses=(_NOBODY_TRIES,), harm=0.8, ages=(121, 320),
        group="use", early=True, remedy=0.5,
    ),
    Cause(
        "never_started", "cs", 3.2,
        meaning="nobody at the customer has begun",
        effects="no attempts, no errors, hardly any use, a goal that waits for the customer",
        action="agree on a joint dated plan with the executive", owner="csm",
        imprint=_never_started,
        witnesses=(_NOBODY_TRIES,), harm=0.65, ages=(35, 120),
        group="use", early=True,
    ),
    Cause(
        "never_rolled_out", "cs", 1.4,
        meaning="only a part of the company ever got it",
        effects="most seats idle without errors, few tickets, a goal that waits for the customer",
        action="plan the roll-out team by team, or right-size", owner="csm",
        imprint=_never_rolled_out, is_reading=True,
        witnesses=_UNHINDERED, harm=0.6, ages=(270, 100_000), group="use",
        suits=lambda t: not t.by_volume,
    ),
    Cause(
        "use_faded", "cs", 1.2,
        meaning="the use case lost its place in their work",
        effects="use far below its own level without friction, few tickets, silence, a goal that nobody pursues",
        action="ask what changed and find a new use with them", owner="csm",
        imprint=_use_faded, is_reading=True,
        witnesses=((*USE, "support.tickets_90d"),), harm=0.7, ages=(200, 100_000), group="use", remedy=0.5,
    ),
    Cause(
        "narrow_use", "cs", 0.9,
        meaning="they use a small part of what they bought",
        effects="few core features in use, how-to questions, a goal behind, low answers about results",
        action="bring one next feature that serves the goal", owner="csm",
        imprint=_narrow_use,
        witnesses=(("usage.core_features_used", "usage.core_features_available"),), harm=0.4,
        ages=(200, 100_000), remedy=0.75,
    ),
    Cause(
        "champion_left", "cs", 1.5,
        meaning="the person who drove it left and nobody followed",
        effects="champion gone, few contacts, silence, often no sponsor, falling use",
        action="find a successor with the executive and rebuild the case", owner="vp_cs",
        imprint=_champion_left,
        witnesses=(_CHAMPION, ("events.champion_left",)), harm=0.65, remedy=0.6, group="people",
    ),
    Cause(
        "silent_sponsor", "cs", 1.2,
        meaning="no executive of theirs stands behind it any more",
        effects="sponsor silent or none, no executive contact, no business review",
        action="brief a sponsor with what was reached", owner="csm",
        imprint=_silent_sponsor,
        witnesses=(_SPONSOR,), harm=0.5, ages=(240, 100_000), group="people",
        suits=lambda t: t.segment != "smb",
    ),
    Cause(
        "disengaged", "cs", 1.0,
        meaning="they do not answer any more",
        effects="long silence, missed meetings, unanswered touches",
        action="reach out with an insight, then by phone", owner="csm",
        imprint=_disengaged,
        witnesses=(("relationship.last_two_way_contact_on",),), harm=0.55, ages=(200, 100_000), group="people",
    ),
    Cause(
        "buyer_disconnect", "cs", 0.7,
        meaning="the department that pays stopped using it",
        effects="use of the paying department far below its own level while the whole holds",
        action="show the paying department its own value", owner="csm",
        imprint=_buyer_disconnect,
        witnesses=(("usage.buyer_department_active_28d", "usage.buyer_department_median_90d"),),
        harm=0.55, ages=(150, 100_000), group="use", suits=lambda t: t.segment != "smb" and not t.by_volume,
    ),
    Cause(
        "under_consumption", "cs", 5.0,
        meaning="they consume far less than they committed to",
        effects="consumption pace far under plan, often a goal that waits for the customer",
        action="widen the use or reshape the commitment", owner="account_manager",
        imprint=_under_consumption, is_reading=True,
        witnesses=(("usage.consumption_pace",), ("usage.volume_28d", "contract.committed_volume")),
        harm=0.65, ages=(150, 100_000), group="use", suits=lambda t: t.by_volume,
    ),
    Cause(
        "budget_squeeze", "cs", 0.8,
        meaning="their budget shrinks",
        effects="confirmed layoffs, fewer seats or less consumed, payment late for lack of money, "
        "low answers about the price",
        action="restructure the contract before giving a discount", owner="account_manager",
        imprint=_budget_squeeze,
        witnesses=_SQUEEZED, harm=0.6,
        remedy=0.4, group="money",
    ),
    Cause(
        "regime_change", "cs", 0.7,
        meaning="a new executive decides and does not know us",
        effects="a confirmed new executive, no sponsor, sometimes a price objection",
        action="bring the evidence to a first meeting", owner="vp_cs",
        imprint=_regime_change,
        witnesses=(("events.new_executive", "relationship.executive_sponsor"),), harm=0.5, group="people",
        ages=(150, 100_000),
    ),
    Cause(
        "switched_off", "cs", 0.6,
        meaning="they switched the connection off on purpose",
        effects="days down without any error, attempt or ticket, silent sponsor, falling use",
        action="ask directly whether they are leaving and why", owner="vp_cs",
        imprint=_switched_off,
        witnesses=(("usage.integration_down_days", "usage.integration_errors_14d"),), harm=0.8, remedy=0.35,
        group="integration", ages=(150, 100_000), suits=lambda t: t.integrated,
    ),
)  # fmt: skip
