"""What the systems of a company would record about the account: counts and dates with noise, all of it at first."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final

from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import Circumstances, Occurrence
from nextplay.authoring.sample_book.outcomes import Prospects

Section = dict[str, Any]

LIVE_FROM_DAYS: Final = 45
USUAL_FROM_DAYS: Final = 104
"""Age from which the account has a median of its own: 90 days and the 14 that are left out."""
PACE_FROM_DAYS: Final = 25
ONBOARDING_DAYS: Final = 160
SETTLED_DAYS: Final = 45
"""Days before the end of the term by which those who want to stay have mostly agreed."""
TALKING_DAYS: Final = 80
A_FEW: Final = 2
_PROMISED_HOURS: Final = {"support": 8, "onboarding": 24, "billing": 24, "communication": 24}
_INTERACTIONS: Final = {
    "product": (900, 5000), "mobile_app": (300, 2000), "website": (120, 900), "delivery": (20, 300),
    "onboarding": (10, 60), "support": (4, 30), "billing": (1, 6), "sales": (1, 4), "communication": (2, 12),
}  # fmt: skip


@lru_cache(maxsize=8192)
def iso(day: int) -> str:
    """Write an ordinal as ISO 8601."""
    return date.fromordinal(day).isoformat()


def profile(c: Circumstances, _: Chance) -> Section:
    """Return who they are."""
    traits = c.traits
    return {
        "name": traits.name,
        "segment": traits.segment,
        "industry": traits.industry,
        "region": traits.region,
        "language": traits.language,
        "owner_id": traits.team["csm"],
    }


def contract(c: Circumstances, chance: Chance, prospects: Prospects) -> Section:
    """Return the contract; how far the renewal has come follows from what they are about to decide, with noise."""
    traits = c.traits
    begun = traits.term_start(c.day)
    found: Section = {
        "started_on": iso(traits.started),
        "term_started_on": iso(begun),
        "renewal_on": iso(begun + traits.term_days),
        "notice_period_days": traits.notice_days,
        "renewal_stage": _renewal_stage(begun + traits.term_days - c.day, chance, prospects),
        "auto_renew": traits.auto_renew and c.renewal_cancelled is None,
        "annual_value": {"amount": traits.annual_value, "currency_code": traits.currency},
    }
    if traits.by_volume:
        found["committed_volume"] = traits.seats * 1200
    else:
        found["seats_at_term_start"] = max(1, round(traits.seats / c.seat_change))
        found["seats"] = traits.seats
    if c.renewal_cancelled is not None:
        found["auto_renew"] = False
        found["auto_renew_cancelled_on"] = iso(c.day - c.renewal_cancelled[0])
        found["auto_renew_cancelled_by"] = c.renewal_cancelled[1]
    return found


def _renewal_stage(days_left: int, chance: Chance, prospects: Prospects) -> str:
    if days_left > chance.whole(120, 200):
        return "not_started"
    willing = 1 - 2.5 * prospects.churn
    if days_left < SETTLED_DAYS and chance.happens(0.75 * willing):
        return "signed" if chance.happens(0.5) else "agreed"
    return "in_progress" if days_left < TALKING_DAYS or chance.happens(0.75) else "not_started"


def usage(c: Circumstances, chance: Chance) -> Section:
    """Return use: seats or volume, breadth, set-up, first value, connection."""
    traits = c.traits
    usual = traits.seats * c.coverage * chance.around(1, 0.02)
    active = max(0, round(usual * c.activity * chance.around(1, 0.02)))
    if not traits.by_volume:
        active = min(active, round(traits.seats * 0.99))
    found: Section = {
        "active_users_28d": active,
        "core_features_used": max(int(active > 0), round(c.breadth * traits.features)),
        "core_features_available": traits.features,
        "first_value_reached": c.first_value,
        "target_days_to_first_value": traits.target_days,
        "invited_users_pending": round(traits.seats * c.invited_share * chance.between(0.7, 1.3)),
        "setup_attempts_14d": c.setup_attempts,
        "setup_errors_14d": _part(c.setup_attempts or 0, c.setup_error_share, chance),
        "last_active_on": iso(c.day - (chance.whole(0, 3) if active > A_FEW else chance.whole(8, 40))),
    }
    if c.age > USUAL_FROM_DAYS:
        found["median_active_users_90d"] = round(usual, 1)
    if c.first_value:
        found["days_to_first_value"] = round(traits.target_days * c.first_value_late)
    if c.live and c.age > LIVE_FROM_DAYS:
        found["went_live_on"] = iso(traits.started + min(c.age - 5, round(traits.target_days * 0.8)))
    if c.expected != 1:
        found["expected_active_ratio"] = c.expected
    if traits.integrated:
        found["integration_down_days"] = c.integration_down
        found["integration_errors_14d"] = c.integration_errors or (0 if c.integration_down else chance.whole(0, 9))
    if c.buyer != 1 or (traits.segment == "enterprise" and traits.seats % 3 == 0):
        department = max(6.0, round(usual * 0.2, 1))
        found["buyer_department_median_90d"] = department
        found["buyer_department_active_28d"] = round(department * c.buyer * c.activity)
    if traits.by_volume:
        found |= _volume(c, chance)
    return found


def _volume(c: Circumstances, chance: Chance) -> Section:
    yearly = c.traits.seats * 1200
    ramp = min(1.0, 0.3 + 0.7 * c.age / 110)
    month = yearly / 13 * c.pace * ramp
    found: Section = {"volume_28d": round(month * c.volume * chance.around(1, 0.03))}
    if c.age > USUAL_FROM_DAYS:
        found["median_volume_90d"] = round(month)
    if c.age > PACE_FROM_DAYS:
        found["consumption_pace"] = round(max(0.0, c.pace * chance.around(1, 0.02)), 2)
    return found


def support(c: Circumstances, chance: Chance) -> Section:
    """Return tickets: their number follows the account's own level, their kinds what is wrong."""
    usual = c.traits.tickets * min(1.0, c.age / 90)
    tickets = max(0, round(usual * c.ticket_ratio * chance.around(1, 0.1)))
    if c.cluster > 1 or c.p1_days:
        tickets = max(tickets, c.cluster if c.cluster_open else round(c.cluster * 0.7), 2)
    p1 = int(c.p1_days > 0)
    waiting = p1 + (chance.whole(1, 3) if c.cluster_open or c.waiting_on == "vendor" else 0)
    opened = min(tickets, round(tickets * chance.between(0, 0.15)) + waiting)
    defects = max(_part(tickets, c.defect_share, chance), min(tickets, c.cluster) if c.cluster_open else 0)
    resolved = tickets - opened
    found: Section = {
        "open_tickets": opened,
        "open_p1": p1,
        "oldest_p1_days": c.p1_days,
        "tickets_90d": tickets,
        "median_tickets_90d": round(c.traits.tickets, 1),
        "defect_tickets_90d": defects,
        "how_to_tickets_90d": min(tickets - defects, _part(tickets, c.how_to_share, chance)),
        "resolved_90d": resolved,
        "reopened_90d": _part(resolved, c.reopen_share, chance),
        "sla_breaches_90d": _part(tickets, c.breach_share, chance),
        "largest_cluster_180d": c.cluster if c.cluster > 1 else min(tickets, chance.whole(0, 2)),
        "unresolved_cluster": c.cluster_open,
        "escalation_overdue_days": c.escalation_days,
    }
    if c.cluster_at and c.cluster > 1:
        found["cluster_touchpoint"] = c.cluster_at
    if c.p1_at:
        found["p1_touchpoint"] = c.p1_at
    if opened:
        found["waiting_on"] = c.waiting_on or chance.pick(("customer", "vendor"))
    return found


def touchpoints(c: Circumstances, chance: Chance) -> dict[str, Section]:
    """Return the last 30 days at each place where there is contact, by its name."""
    names = ["product", "support", "billing", "communication"]
    if c.age < ONBOARDING_DAYS or "onboarding" in c.response or "onboarding" in c.failure:
        names.append("onboarding")
    names += [name for name, there in (("mobile_app", c.traits.mobile), ("delivery", c.traits.delivered)) if there]
    names += sorted({*c.failure, *c.below} - set(names))
    return {name: _touchpoint(name, c, chance) for name in names}


def _touchpoint(name: str, c: Circumstances, chance: Chance) -> Section:
    number = max(1, round(chance.skewed(*_INTERACTIONS[name]) * min(1.0, 0.2 + c.coverage)))
    failing = c.failure.get(name, chance.between(0.002, 0.05))
    found: Section = {"name": name, "interactions_30d": number}
    if name not in {"support", "billing", "sales", "communication"}:
        found["failed_attempts_30d"] = _part(number, failing, chance)
        found["abandoned_30d"] = _part(number, c.abandoned.get(name, chance.between(0.002, 0.06)), chance)
        if name in c.cohort or chance.happens(0.3):
            found["cohort_failure_share"] = round(c.cohort.get(name, chance.between(0.01, 0.07)), 2)
    if name in _PROMISED_HOURS:
        found["promised_response_hours"] = _PROMISED_HOURS[name]
        ratio = c.response.get(name, chance.between(0.2, 0.95))
        found["median_response_hours"] = round(_PROMISED_HOURS[name] * ratio, 1)
    if name in c.below:
        found["expectation"] = "below"
    elif chance.happens(0.55):
        found["expectation"] = "above" if chance.happens(0.12) else "met"
    return found


def relationship(c: Circumstances, chance: Chance) -> Section:
    """Return the people: who is there, who is silent, since when."""
    small = c.traits.segment == "smb"
    found: Section = {
        "champion": c.champion,
        "engaged_contacts": c.contacts,
        "last_two_way_contact_on": iso(c.day - c.silent_days),
        "buyer_no_shows": c.no_shows,
        "owner_changes_12m": c.owner_changes,
        "outreach_14d": c.outreach,
        "unanswered_14d": c.unanswered,
    }
    if not small or c.sponsor != "engaged" or chance.happens(0.3):
        found["executive_sponsor"] = c.sponsor
        found["last_executive_contact_on"] = iso(c.day - c.executive_days)
    if not small or chance.happens(0.3):
        found["last_business_review_on"] = iso(c.day - c.review_days)
    return found


def billing(c: Circumstances, chance: Chance) -> Section:
    """Return invoices; a few pay some days late without any meaning."""
    late = c.days_past_due or (chance.whole(1, 9) if chance.happens(0.08) else 0)
    found: Section = {"days_past_due": late, "disputed_invoice_days": c.disputed_days}
    if c.late_cause:
        found["late_cause"] = c.late_cause
    elif late and chance.happens(0.4):
        found["late_cause"] = chance.pick(("card", "order_process"))
    if c.disputed_days:
        found["dispute_cause"] = c.dispute_cause
    return found


def events(c: Circumstances, chance: Chance) -> list[Section]:
    """Return what happened, the newest first; a release now and then means nothing."""
    happened = list(c.occurrences)
    if chance.happens(0.12):
        happened.append(Occurrence("release_change", chance.whole(5, 170), "", "product"))
    happened.sort(key=lambda entry: (entry.days_ago, entry.kind))
    return [
        {"kind": entry.kind, "occurred_on": iso(c.day - entry.days_ago)}
        | ({"status": entry.status} if entry.status else {})
        | ({"touchpoint": entry.touchpoint} if entry.touchpoint else {})
        for entry in happened
    ]


def _part(number: int, share: float, chance: Chance) -> int:
    """Return about this share of a number, rounded by chance."""
    return min(number, int(number * share + chance.unit()))
