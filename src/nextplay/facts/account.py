"""Facts about who the customer is, how they pay, and the people on both sides."""

from __future__ import annotations

from typing import Final

from nextplay.facts.declare import (
    COUNT,
    DAYS,
    RARE_COUNT,
    RARE_DAYS,
    SHARE,
    TEXT,
    Fact,
    days_since,
    mirror,
    quotient,
    words_of,
)
from nextplay.snapshot import Champion, DisputeCause, ExecutiveSponsor, JourneyStage, LateCause, Segment

PROFILE_FACTS: Final[tuple[Fact, ...]] = (
    mirror("journey_stage", words_of(JourneyStage), "Stage of the journey that the account is in."),
    mirror("profile.name", TEXT, "Name of the customer."),
    mirror("profile.segment", words_of(Segment), "Segment by size."),
    mirror("profile.tier", TEXT, "Service tier, in the company's own words."),
    mirror("profile.industry", TEXT, "Industry of the customer."),
    mirror("profile.region", TEXT, "Region of the customer."),
    mirror("profile.language", TEXT, "Language that the customer is addressed in."),
    mirror("profile.owner_id", TEXT, "Person who looks after the account."),
)

BILLING_FACTS: Final[tuple[Fact, ...]] = (
    mirror("billing.days_past_due", DAYS, "Age of the oldest late invoice.", prefer="lower_is_better"),
    mirror("billing.late_cause", words_of(LateCause), "Why payment is late, as far as somebody found out."),
    mirror(
        "billing.disputed_invoice_days", RARE_DAYS, "How long an invoice has been disputed.", prefer="lower_is_better"
    ),
    mirror("billing.dispute_cause", words_of(DisputeCause), "Whose error the disputed invoice is."),
)

RELATIONSHIP_FACTS: Final[tuple[Fact, ...]] = (
    mirror("relationship.champion", words_of(Champion), "Whether somebody at the customer drives the use."),
    mirror(
        "relationship.executive_sponsor",
        words_of(ExecutiveSponsor),
        "Whether an executive of the customer stands behind it.",
    ),
    mirror(
        "relationship.engaged_contacts",
        COUNT,
        "People at the customer who are in contact with us.",
        prefer="higher_is_better",
    ),
    mirror(
        "relationship.buyer_no_shows",
        RARE_COUNT,
        "Meetings in a row that the buyer missed or moved.",
        prefer="lower_is_better",
    ),
    mirror(
        "relationship.owner_changes_12m",
        RARE_COUNT,
        "How often we changed the person who looks after them, in 12 months.",
        prefer="lower_is_better",
    ),
    mirror("relationship.outreach_14d", COUNT, "Our personal touches in 14 days."),
    mirror("relationship.unanswered_14d", COUNT, "Those of our touches in 14 days that nobody answered."),
    quotient(
        "relationship.unanswered_share",
        SHARE,
        "Share of our touches in 14 days that nobody answered.",
        over="relationship.unanswered_14d",
        under="relationship.outreach_14d",
        prefer="lower_is_better",
    ),
    days_since(
        "relationship.days_since_two_way_contact",
        "relationship.last_two_way_contact_on",
        "Days since both sides last spoke; a message without answer is none.",
        prefer="lower_is_better",
        shape=DAYS,
    ),
    days_since(
        "relationship.days_since_executive_contact",
        "relationship.last_executive_contact_on",
        "Days since the last contact with an executive of the customer.",
        prefer="lower_is_better",
        shape=DAYS,
    ),
    days_since(
        "relationship.days_since_business_review",
        "relationship.last_business_review_on",
        "Days since the last business review.",
        prefer="lower_is_better",
        shape=DAYS,
    ),
)
