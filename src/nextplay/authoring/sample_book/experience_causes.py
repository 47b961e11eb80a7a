"""Causes of the experience: something at a touchpoint is not as it should be, and it is ours to mend."""

from __future__ import annotations

from typing import Final

from nextplay.authoring.sample_book.cause import Cause
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import SEATS_IN_USE, Alarm, Circumstances

STARTING_DAYS: Final = 200
"""Days from the start in which a late task of ours is one of onboarding."""
ENOUGH_TICKETS: Final = 8
"""Tickets in 90 days from which a share of reopened ones means anything."""


def _response(touchpoint: str) -> tuple[str, str]:
    return (f"touchpoints.{touchpoint}.median_response_hours", f"touchpoints.{touchpoint}.promised_response_hours")


def _failure(touchpoint: str) -> tuple[str, str]:
    return (f"touchpoints.{touchpoint}.failed_attempts_30d", f"touchpoints.{touchpoint}.interactions_30d")


def _given_up(touchpoint: str) -> tuple[str, str]:
    return (f"touchpoints.{touchpoint}.abandoned_30d", f"touchpoints.{touchpoint}.interactions_30d")


def _slow_support(c: Circumstances, s: float, chance: Chance) -> None:
    c.response["support"] = chance.between(1.6 + 1.4 * s, 2 + 4 * s)
    c.breach_share = chance.between(0.04, 0.06 + 0.3 * s)
    c.complain("support", "response_time", s)
    if chance.happens(0.3 + 0.5 * s):
        c.falls_short("support")


def _recurring_defect(c: Circumstances, s: float, chance: Chance) -> None:
    c.cluster, c.cluster_open, c.cluster_at = chance.whole(4, 5 + int(9 * s)), True, "product"
    c.defect_share, c.how_to_share = 0.45 + 0.3 * s, 0.15
    c.ticket_ratio *= 1.2 + s * chance.unit()
    c.reopen_share = chance.between(0.06, 0.1 + 0.25 * s)
    c.fails("product", chance.between(0.05, 0.1 + 0.25 * s))
    c.activity *= 1 - 0.4 * s * chance.unit()
    c.waiting_on = "vendor"
    c.complain("product", "product_quality", s)
    if chance.happens(0.5):
        c.lag("vendor", 0.35 * s, touchpoint="product")


def _superficial_fixes(c: Circumstances, s: float, chance: Chance) -> None:
    c.reopen_share = chance.between(0.16, 0.2 + 0.3 * s)
    c.ticket_ratio *= 1.1 + 0.4 * s
    c.complain("support", "support_quality", s)
    c.complain("support", "effort", 0.6 * s)


def _severe_defect(c: Circumstances, s: float, chance: Chance) -> None:
    c.p1_days, c.p1_at, c.waiting_on = chance.whole(6, 9 + int(30 * s)), "product", "vendor"
    c.fails("product", chance.between(0.05, 0.12 + 0.25 * s))
    c.defect_share += 0.2
    c.activity *= 1 - 0.2 * s * chance.unit()
    c.complain("product", "product_quality", s)
    if chance.happens(0.5):
        c.lag("vendor", 0.3 * s, touchpoint="product")


def _setup_failing(c: Circumstances, s: float, chance: Chance) -> None:
    c.setup_attempts = chance.whole(8, 30)
    c.setup_error_share = chance.between(0.35, 0.45 + 0.4 * s)
    c.coverage *= 1 - chance.between(0.5, 0.9) * s
    c.first_value, c.first_value_late = False, chance.between(1.3, 2.2)
    c.fails("onboarding", chance.between(0.2, 0.3 + 0.3 * s))
    c.defect_share += 0.2
    c.complain("onboarding", "effort", s)
    c.lag("vendor", 0.45 * s, touchpoint="onboarding")
    c.alarms.append(Alarm(SEATS_IN_USE))


def _broken_integration(c: Circumstances, s: float, chance: Chance) -> None:
    c.integration_down, c.integration_errors = chance.whole(8, 10 + int(35 * s)), int(chance.skewed(30, 4000))
    c.setup_attempts = chance.whole(2, 12)
    c.activity *= 1 - 0.35 * s * chance.unit()
    c.defect_share += 0.25
    c.waiting_on = "vendor"
    c.complain("product", "product_quality", 0.8 * s)
    if chance.happens(0.6):
        c.lag("vendor", 0.35 * s, touchpoint="product")


def _billing_error(c: Circumstances, s: float, chance: Chance) -> None:
    c.disputed_days, c.dispute_cause = chance.whole(18, 25 + int(50 * s)), "vendor_error"
    c.response["billing"] = chance.between(1.4, 2 + 4 * s)
    if chance.happens(0.6):
        c.days_past_due, c.late_cause = chance.whole(10, 60), "dispute"
    if chance.happens(0.3 + 0.4 * s):
        c.falls_short("billing")
    c.complain("billing", "expectation", 0.8 * s)


def _over_contact(c: Circumstances, s: float, chance: Chance) -> None:
    c.outreach = chance.whole(9, 10 + int(8 * s))
    c.unanswered = int(c.outreach * chance.between(0.5, 0.9))
    c.no_shows = chance.whole(1, 3)
    c.complain("communication", "effort", 0.7 * s)
    if chance.happens(0.4 + 0.4 * s):
        c.falls_short("communication")


def _owner_churn(c: Circumstances, s: float, chance: Chance) -> None:
    c.owner_changes = chance.whole(2, 3 + int(1.6 * s))
    c.falls_short("communication")
    c.response["communication"] = chance.between(1.2, 1.5 + 2 * s)
    c.complain("communication", "expectation", 0.8 * s)


def _broken_delivery(c: Circumstances, s: float, chance: Chance) -> None:
    c.fails("delivery", chance.between(0.16 + 0.1 * s, 0.22 + 0.3 * s))
    c.cohort["delivery"] = chance.between(0.02, 0.35)
    c.complain("delivery", "expectation", s)
    if chance.happens(0.3 + 0.5 * s):
        c.falls_short("delivery")
    if chance.happens(0.5):
        c.lag("vendor", 0.35 * s, touchpoint="delivery")


def _unkept_promise(c: Circumstances, s: float, chance: Chance) -> None:
    c.escalation_days = chance.whole(4, 6 + int(26 * s))
    c.waiting_on = "vendor"
    c.falls_short("support")
    c.complain("support", "expectation", s)


def _oversold(c: Circumstances, s: float, _: Chance) -> None:
    c.falls_short("sales", "product")
    c.complain("sales", "expectation", s)
    c.complain("onboarding", "expectation", 0.5 * s)


def _app_friction(c: Circumstances, s: float, chance: Chance) -> None:
    place = "mobile_app" if c.traits.mobile else "website"
    c.fails(place, chance.between(0.18 + 0.1 * s, 0.25 + 0.3 * s))
    c.abandoned[place] = chance.between(0.08, 0.12 + 0.25 * s)
    c.cohort[place] = chance.between(0.15, 0.45)
    c.activity *= 1 - 0.25 * s * chance.unit()
    c.complain(place, "effort", s)
    if chance.happens(0.4):
        c.lag("vendor", 0.3 * s, touchpoint=place)


def _vendor_delay(c: Circumstances, s: float, chance: Chance) -> None:
    c.lag("vendor" if chance.happens(0.8) else "joint", chance.between(0.25, 0.3 + 0.4 * s))
    c.waiting_on = "vendor"
    if c.age < STARTING_DAYS:
        c.response["onboarding"] = chance.between(1.4, 2 + 3 * s)
        c.first_value, c.first_value_late = False, chance.between(1.3, 2.3)
    c.complain("onboarding" if c.age < STARTING_DAYS else "product", "response_time", 0.7 * s)


def _ignored_feedback(c: Circumstances, s: float, _: Chance) -> None:
    for touchpoint in ("support", "product"):
        c.complain(touchpoint, "support_quality", 0.6 + 0.4 * s, answered=False)


def _repeated_incidents(c: Circumstances, s: float, chance: Chance) -> None:
    for _ in range(chance.whole(2, 3 + int(2 * s))):
        c.happened("incident", chance.whole(3, 160), touchpoint="product")
    c.falls_short("product")
    c.ticket_ratio *= 1.1 + 0.5 * s
    c.complain("product", "product_quality", 0.8 * s)


def _access_blocked(c: Circumstances, s: float, chance: Chance) -> None:
    c.invited_share = chance.between(0.22, 0.3 + 0.25 * s)
    c.coverage *= 1 - chance.between(0.4, 0.75) * s
    c.fails("product", chance.between(0.18, 0.25 + 0.25 * s))
    c.defect_share += 0.15
    c.complain("product", "effort", 0.7 * s)
    c.alarms.append(Alarm(SEATS_IN_USE))


EXPERIENCE_CAUSES: Final = (
    Cause(
        "slow_support", "cx", 1.6,
        meaning="support answers much later than promised",
        effects="response time at support, broken service levels, low answers about response time",
        action="clear the support queue and tell the customer what to expect", owner="support_lead",
        imprint=_slow_support,
        witnesses=(_response("support"),), harm=0.5,
    ),
    Cause(
        "recurring_defect", "cx", 1.4,
        meaning="one defect keeps coming back",
        effects="an open cluster of tickets, more defects, reopened tickets, failing steps, falling use, "
        "a goal that waits",
        action="name an engineer who owns the defect and commit to dates", owner="support_lead",
        imprint=_recurring_defect,
        witnesses=(("support.unresolved_cluster", "support.largest_cluster_180d"),), harm=0.7, blocks=True,
        group="defect",
    ),
    Cause(
        "superficial_fixes", "cx", 1.0,
        meaning="what was fixed does not stay fixed",
        effects="reopened tickets, low answers about support and effort",
        action="review why fixes fail and report back", owner="support_lead",
        imprint=_superficial_fixes,
        witnesses=(("support.reopened_90d", "support.resolved_90d"),), harm=0.45, group="defect",
        suits=lambda t: t.tickets > ENOUGH_TICKETS,
    ),
    Cause(
        "severe_defect", "cx", 1.0,
        meaning="a severe defect has been open for long",
        effects="an old open P1, failing steps in the product, falling use, a goal that waits",
        action="escalate to engineering and report every day", owner="engineering_manager",
        imprint=_severe_defect,
        witnesses=(("support.open_p1", "support.oldest_p1_days"),), harm=0.8, remedy=0.8, blocks=True,
    ),
    Cause(
        "setup_failing", "cx", 4.0,
        meaning="they try to set it up and do not get through",
        effects="many attempts with errors, little use, no first value, a goal that waits for us",
        action="hold a guided session and clear the failing step", owner="onboarding_manager",
        imprint=_setup_failing,
        witnesses=(("usage.setup_attempts_14d", "usage.setup_errors_14d"), _failure("onboarding")),
        harm=0.75, remedy=0.8, ages=(25, 120), group="use", early=True, blocks=True,
    ),
    Cause(
        "broken_integration", "cx", 1.0,
        meaning="the connection broke and nobody repaired it",
        effects="days down with errors, attempts to reconnect, falling use, a goal that waits",
        action="send an engineer to repair the connection", owner="solutions_engineer",
        imprint=_broken_integration,
        witnesses=(("usage.integration_down_days", "usage.integration_errors_14d"),),
        harm=0.7, remedy=0.8, group="integration", blocks=True, suits=lambda t: t.integrated,
    ),
    Cause(
        "billing_error", "cx", 1.0,
        meaning="our invoice is wrong and stays wrong",
        effects="a dispute over our error, slow answers from billing, late payment for the dispute",
        action="correct the invoice, credit, confirm in writing", owner="billing_lead",
        imprint=_billing_error,
        witnesses=(("billing.disputed_invoice_days", "billing.dispute_cause"), _response("billing")),
        harm=0.45, remedy=0.85, group="money",
    ),
    Cause(
        "over_contact", "cx", 0.7,
        meaning="we contact them far too often",
        effects="many touches without an answer, missed meetings, communication below expectation",
        action="reduce and re-purpose the contacts", owner="csm",
        imprint=_over_contact,
        witnesses=(("relationship.outreach_14d",), ("touchpoints.communication.expectation",)), harm=0.35,
        group="contact",
    ),
    Cause(
        "owner_churn", "cx", 0.8,
        meaning="their contact person at our side keeps changing",
        effects="several changes of owner, communication below expectation",
        action="hand over properly, with the whole history", owner="cs_manager",
        imprint=_owner_churn,
        witnesses=(("relationship.owner_changes_12m",), ("touchpoints.communication.expectation",)),
        harm=0.35, ages=(240, 100_000), group="contact",
    ),
    Cause(
        "broken_delivery", "cx", 1.4,
        meaning="deliveries fail or come late",
        effects="failed deliveries, for others too, low answers at delivery, a goal that waits",
        action="repair the delivery and say when it will be right", owner="delivery_lead",
        imprint=_broken_delivery,
        witnesses=(_failure("delivery"),), harm=0.65, blocks=True, suits=lambda t: t.delivered,
    ),
    Cause(
        "unkept_promise", "cx", 0.8,
        meaning="an escalation is past the date that we promised",
        effects="days past the promised date, support below expectation",
        action="call at executive level with a new dated commitment", owner="vp_cs",
        imprint=_unkept_promise,
        witnesses=(("support.escalation_overdue_days",), ("touchpoints.support.expectation",)),
        harm=0.65, remedy=0.75, blocks=True,
    ),
    Cause(
        "oversold", "cx", 0.8,
        meaning="what was promised at the sale is not what was delivered",
        effects="sales and product below expectation, low answers about expectation",
        action="reset expectations: what, when and what not", owner="csm",
        imprint=_oversold,
        witnesses=(("touchpoints.sales.expectation",),), harm=0.5, remedy=0.5, ages=(60, 400),
    ),
    Cause(
        "app_friction", "cx", 1.2,
        meaning="a step of the app or the website fails for many",
        effects="failed and abandoned attempts, other accounts too, low answers about effort",
        action="fix the failing step and send a way around it", owner="product_manager",
        imprint=_app_friction,
        witnesses=(
            _failure("mobile_app"), _given_up("mobile_app"), _failure("website"), _given_up("website"),
        ), harm=0.6, blocks=True,
    ),
    Cause(
        "vendor_delay", "cx", 1.1,
        meaning="the goal waits for a task of ours",
        effects="a goal behind, blocked by us; in the first months slow onboarding and late first value",
        action="give a dated commitment and put our own people on it", owner="onboarding_manager",
        imprint=_vendor_delay,
        witnesses=(), harm=0.6, blocks=True, needs_goal=True,
    ),
    Cause(
        "ignored_feedback", "cx", 0.6,
        meaning="they complain and nobody answers",
        effects="low answers whose follow-up stays open",
        action="answer the people who complained", owner="cx_manager",
        imprint=_ignored_feedback,
        witnesses=(), harm=0.35, remedy=0.8,
    ),
    Cause(
        "repeated_incidents", "cx", 0.8,
        meaning="incidents keep hitting them",
        effects="several confirmed incidents, product below expectation",
        action="review the incidents and show how they will be prevented", owner="engineering_manager",
        imprint=_repeated_incidents,
        witnesses=(("events.incident",),), harm=0.55, remedy=0.6,
    ),
    Cause(
        "access_blocked", "cx", 0.9,
        meaning="invited users cannot get in",
        effects="pending invitations, failing steps in the product, idle seats",
        action="unblock access and invite again", owner="solutions_engineer",
        imprint=_access_blocked,
        witnesses=(("usage.invited_users_pending", "contract.seats"), _failure("product")),
        harm=0.6, remedy=0.85, ages=(60, 900), group="use", blocks=True, suits=lambda t: not t.by_volume,
    ),
)  # fmt: skip
