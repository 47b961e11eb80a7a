"""The closed words of a snapshot. A word outside its list counts as unknown, and is named in the input warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

JourneyStage = Literal["onboarding", "adoption", "value", "renewal", "growth"]
Segment = Literal["enterprise", "mid_market", "smb"]
RenewalStage = Literal["not_started", "in_progress", "agreed", "signed"]
CancelledBy = Literal["customer", "us"]
SurveyKind = Literal["nps", "csat", "ces"]
SurveyScale = Literal["nps_0_10", "csat_1_5", "ces_1_7_agree", "ces_1_5_effort"]
TouchpointName = Literal[
    "website", "mobile_app", "social_media", "sales", "onboarding", "training",
    "product", "support", "billing", "delivery", "communication", "renewal",
]  # fmt: skip
SurveyDriver = Literal[
    "effort", "response_time", "expectation", "support_quality", "product_quality", "results", "price", "fit"
]
FollowUp = Literal["open", "done", "not_needed"]
Expectation = Literal["below", "met", "above"]
WaitingOn = Literal["vendor", "customer"]
ObjectiveStatus = Literal["active", "achieved", "abandoned"]
BlockedBy = Literal["vendor", "customer", "joint", "unowned", "nobody"]
Champion = Literal["present", "left", "never"]
ExecutiveSponsor = Literal["engaged", "silent", "none"]
LateCause = Literal["card", "order_process", "distress", "dispute"]
DisputeCause = Literal["vendor_error", "customer", "unclear"]
EventKind = Literal[
    "champion_left", "new_executive", "competitor_named", "bulk_export", "termination_question",
    "layoffs", "incident", "release_change", "price_objection",
]  # fmt: skip
EventStatus = Literal["unverified", "confirmed", "explained"]
TicketKind = Literal["defect", "how_to", "other"]
Direction = Literal["ours", "theirs", "both"]
HistoryKind = Literal[
    "accepted", "completed", "declined", "snoozed", "wrong_diagnosis", "contacted", "held", "answered"
]

SCALE_RANGE: Final[Mapping[str, tuple[str, int, int]]] = {
    "nps_0_10": ("nps", 0, 10),
    "csat_1_5": ("csat", 1, 5),
    "ces_1_7_agree": ("ces", 1, 7),
    "ces_1_5_effort": ("ces", 1, 5),
}
"""Survey scale → (survey kind, lowest score, highest score). On `ces_1_5_effort` high is bad."""
