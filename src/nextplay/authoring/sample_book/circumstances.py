"""What is so at an account on one day, before anybody measures it. Causes and look-alikes change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.traits import Traits

Path = str
"""A field as `group.field`, `touchpoints.<name>.<field>`, `events.<kind>`, or one of the marks that rows leave."""

USE: Final[tuple[Path, ...]] = ("usage.active_users_28d", "usage.median_active_users_90d")
SEATS_IN_USE: Final[tuple[Path, ...]] = ("usage.active_users_28d", "contract.seats")
TELLING_FAILURE: Final = 0.2
"""Share of failed attempts that nobody takes for noise."""
SETTING_UP_DAYS: Final = 100
"""Days from the start in which they set it up."""
_CONTACT_DAYS: Final = {"enterprise": (2, 25), "mid_market": (3, 40), "smb": (5, 70)}
_EXECUTIVE_DAYS: Final = {"enterprise": (10, 100), "mid_market": (15, 130), "smb": (30, 250)}
_REVIEW_DAYS: Final = {"enterprise": (15, 140), "mid_market": (20, 190), "smb": (60, 330)}


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody is displeased at a touchpoint and would say why. `cause` is who is behind it."""

    touchpoint: str | None
    driver: str
    weight: float
    cause: str
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Lag:
    """A goal that falls behind: how far (share of the way), who blocks it, and the cause."""

    blocked_by: str
    share: float
    cause: str
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened once."""

    kind: str
    days_ago: int
    status: str = "confirmed"
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that looks bad where all of `shows` can be seen, unless all of one group of `explains` can be too."""

    shows: tuple[Path, ...]
    explains: tuple[tuple[Path, ...], ...] = ()


@dataclass(slots=True)
class Circumstances:
    """The account on one day. Shares are 0 to 1, `activity` and the like are multiples of the usual."""

    traits: Traits
    day: int
    age: int
    acting: str = ""
    """Name of the cause or look-alike that is being imprinted."""
    activity: float = 1.0
    expected: float = 1.0
    coverage: float = 0.8
    breadth: float = 0.6
    pace: float = 1.0
    volume: float = 1.0
    setup_attempts: int | None = None
    setup_error_share: float = 0.04
    first_value: bool = True
    first_value_late: float = 0.9
    live: bool = True
    integration_down: int = 0
    integration_errors: int = 0
    invited_share: float = 0.02
    buyer: float = 1.0
    response: dict[str, float] = field(default_factory=dict)
    failure: dict[str, float] = field(default_factory=dict)
    abandoned: dict[str, float] = field(default_factory=dict)
    cohort: dict[str, float] = field(default_factory=dict)
    below: set[str] = field(default_factory=set)
    ticket_ratio: float = 1.0
    defect_share: float = 0.2
    how_to_share: float = 0.5
    reopen_share: float = 0.025
    breach_share: float = 0.008
    cluster: int = 1
    cluster_open: bool = False
    cluster_at: str | None = None
    p1_days: int = 0
    p1_at: str | None = None
    waiting_on: str | None = None
    escalation_days: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    goals: str = "agreed"
    lags: list[Lag] = field(default_factory=list)
    verified_days: int = 60
    champion: str = "present"
    sponsor: str = "engaged"
    contacts: int = 3
    silent_days: int = 14
    executive_days: int = 60
    review_days: int = 90
    no_shows: int = 0
    owner_changes: int = 0
    outreach: int = 2
    unanswered: int = 0
    days_past_due: int = 0
    late_cause: str | None = None
    disputed_days: int = 0
    dispute_cause: str | None = None
    occurrences: list[Occurrence] = field(default_factory=list)
    seat_change: float = 1.0
    renewal_cancelled: tuple[int, str] | None = None
    won_back: int = 0
    repaired: bool = False
    traces: list[tuple[str, Path]] = field(default_factory=list)
    """Cause and field: what gives the cause away besides its witnesses."""
    alarms: list[Alarm] = field(default_factory=list)

    def complain(self, touchpoint: str | None, driver: str, weight: float, *, answered: bool = True) -> None:
        """Add a reason for bad answers; the heavier, the likelier and the lower they are."""
        self.complaints.append(Complaint(touchpoint, driver, weight, self.acting, answered))

    def lag(self, blocked_by: str, share: float, *, touchpoint: str | None = None) -> None:
        """Let one more goal fall behind."""
        self.lags.append(Lag(blocked_by, share, self.acting, touchpoint))

    def falls_short(self, *touchpoints: str) -> None:
        """Let places of contact stay under what was expected of them, which tells of what is wrong there."""
        self.below.update(touchpoints)
        self.traces += [(self.acting, f"touchpoints.{name}.expectation") for name in touchpoints]

    def fails(self, touchpoint: str, share: float) -> None:
        """Let this share of the attempts at a touchpoint fail; a large one gives the cause away."""
        self.failure[touchpoint] = share
        if share > TELLING_FAILURE:
            self.traces.append((self.acting, f"touchpoints.{touchpoint}.failed_attempts_30d"))

    def loses_sponsor(self, sponsor: str) -> None:
        """Let the executive sponsor be silent or gone, which tells that nobody carries the result."""
        self.sponsor = sponsor
        self.traces.append((self.acting, "relationship.executive_sponsor"))

    def happened(self, kind: str, days_ago: int, *, status: str = "confirmed", touchpoint: str | None = None) -> None:
        """Add an event."""
        self.occurrences.append(Occurrence(kind, days_ago, status, touchpoint))


def healthy(traits: Traits, day: int, chance: Chance) -> Circumstances:
    """Draw the account as it is when nothing is wrong: in its first months use is still on its way up."""
    age = traits.age(day)
    ramp = min(1.0, 0.3 + 0.7 * age / 110)
    found = Circumstances(traits, day, age)
    found.activity = chance.around(1.01, 0.05)
    found.coverage = traits.coverage * ramp
    found.breadth = traits.breadth * min(1.0, 0.5 + age / 240)
    found.pace = chance.around(1.02, 0.06)
    found.volume = chance.around(1.01, 0.05)
    found.ticket_ratio = chance.between(0.7, 1.25)
    found.setup_attempts = chance.whole(4, 20) if age < SETTING_UP_DAYS else chance.whole(0, 3)
    found.first_value = age >= traits.target_days
    found.first_value_late = chance.between(0.6, 1.15)
    found.contacts = traits.contacts
    found.silent_days = chance.whole(*_CONTACT_DAYS[traits.segment])
    found.executive_days = min(age, chance.whole(*_EXECUTIVE_DAYS[traits.segment]))
    found.review_days = min(age, chance.whole(*_REVIEW_DAYS[traits.segment]))
    found.verified_days = min(age, chance.whole(8, 110))
    found.outreach = chance.whole(0, 3)
    found.unanswered = chance.whole(0, min(1, found.outreach))
    found.how_to_share = chance.between(0.2, 0.55)
    found.defect_share = chance.between(0.08, 0.28)
    found.owner_changes = int(chance.happens(0.15))
    return found
