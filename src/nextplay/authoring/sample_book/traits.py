"""Who an account is: what stays the same over its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from nextplay.authoring.sample_book.chance import Chance

Segment = Literal["enterprise", "mid_market", "smb"]

LAST_DAY: Final = date(2026, 6, 15)
"""Day of the newest snapshots of every book."""
SEGMENTS: Final[dict[Segment, float]] = {"enterprise": 0.2, "mid_market": 0.45, "smb": 0.35}
SYSTEMS: Final = {
    "analytics": 0.94,
    "desk": 0.94,
    "voice": 0.8,
    "journey": 0.8,
    "plan": 0.9,
    "crm": 0.94,
    "ledger": 0.88,
}
"""Systems that snapshots come from → share of the accounts where each is connected."""
THIN_SHARE: Final = 0.09
"""Share of accounts of which only little is known: there each system is connected with `THIN_CONNECTED`."""
THIN_CONNECTED: Final = 0.25
VOLUME_SHARE: Final = 0.22
"""Share of contracts that commit a volume instead of seats."""

AGES: Final = {(25, 120): 0.2, (121, 365): 0.22, (366, 1900): 0.58}
"""Days since the start, on the last day → share of accounts."""

_SEATS: Final = {"enterprise": (250, 3000), "mid_market": (50, 300), "smb": (8, 60)}
_CONTACTS: Final = {"enterprise": (4, 12), "mid_market": (3, 7), "smb": (1, 4)}
_TEAM: Final = {
    "csm": ("maya.lind", "jon.vale", "sana.iqbal", "leo.marsh"),
    "support_lead": ("tomas.rey", "gwen.abara"),
    "onboarding_manager": ("ines.kato",),
    "account_manager": ("paul.stern", "rita.gomes"),
    "product_manager": ("ada.okoye",),
    "cs_manager": ("lea.brandt",),
    "solutions_engineer": ("oscar.lund",),
    "billing_lead": ("nora.feld",),
}
_INDUSTRIES: Final = {
    "retail": ("Stores", "Outfitters"),
    "logistics": ("Freight", "Logistics"),
    "food": ("Foods", "Bakeries"),
    "manufacturing": ("Works", "Tooling"),
    "health": ("Clinics", "Care"),
    "education": ("Academy", "Schools"),
    "media": ("Press", "Studios"),
    "finance": ("Savings", "Mutual"),
}
_DELIVERED: Final = frozenset({"retail", "logistics", "food", "manufacturing"})
_NAMES: Final = (
    "Alder", "Birch", "Cormorant", "Dovetail", "Elmsworth", "Fjord", "Granite", "Harbour", "Ivory", "Juniper",
    "Kestrel", "Lantern", "Marlow", "Northgate", "Osprey", "Pinecrest", "Quarry", "Redwood", "Saltmarsh", "Thistle",
    "Umber", "Verity", "Willow", "Yarrow",
)  # fmt: skip
_REGIONS: Final = (
    ("EMEA", "EUR", "en"), ("EMEA", "GBP", "en"), ("DACH", "EUR", "de"), ("AMER", "USD", "en"), ("LATAM", "BRL", "pt"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traits:
    """One invented account. `started` is an ordinal; `coverage`, `breadth`: healthy shares of seats and features."""

    account_id: str
    name: str
    segment: Segment
    industry: str
    region: str
    currency: str
    language: str
    seats: int
    by_volume: bool
    annual_value: int
    started: int
    term_days: int
    notice_days: int
    auto_renew: bool
    coverage: float
    breadth: float
    features: int
    tickets: float
    answers: float
    effort_scale: str
    integrated: bool
    mobile: bool
    delivered: bool
    contacts: int
    target_days: int
    connected: frozenset[str]
    field_loss: float
    team: dict[str, str]

    def age(self, day: int) -> int:
        """Days since they became a customer."""
        return day - self.started

    def term_start(self, day: int) -> int:
        """First day of the term that `day` lies in."""
        return self.started + self.age(day) // self.term_days * self.term_days


def draw_traits(seed: int, number: int) -> Traits:
    """Draw the account of this number."""
    chance = Chance(seed, number, "traits")
    segment = chance.weighted(SEGMENTS)
    industry = chance.pick(tuple(_INDUSTRIES))
    region, currency, language = chance.pick(_REGIONS)
    seats = int(chance.skewed(*_SEATS[segment]))
    thin = chance.happens(THIN_SHARE)
    return Traits(
        account_id=f"acct-{number:06d}",
        name=f"{chance.pick(_NAMES)} {chance.pick(_INDUSTRIES[industry])}",
        segment=segment,
        industry=industry,
        region=region,
        currency=currency,
        language=language,
        seats=seats,
        by_volume=chance.happens(VOLUME_SHARE),
        annual_value=int(seats * chance.between(250, 900)) // 100 * 100,
        started=LAST_DAY.toordinal() - _age(chance),
        term_days=365 if segment == "smb" or chance.happens(0.7) else 730,
        notice_days=chance.pick((30, 60, 90) if segment != "smb" else (14, 30)),
        auto_renew=chance.happens(0.6),
        coverage=chance.between(0.66, 0.97),
        breadth=chance.between(0.45, 0.85),
        features=chance.whole(9, 16),
        tickets=chance.between(0.5, 1.4) * (1.5 + seats**0.5 / 1.6),
        answers=chance.between(0.2, 1.0),
        effort_scale="ces_1_7_agree" if chance.happens(0.75) else "ces_1_5_effort",
        integrated=chance.happens(0.7),
        mobile=chance.happens(0.4),
        delivered=industry in _DELIVERED and chance.happens(0.7),
        contacts=chance.whole(*_CONTACTS[segment]),
        target_days=chance.pick((30, 45, 60)),
        connected=frozenset(s for s, share in SYSTEMS.items() if chance.happens(THIN_CONNECTED if thin else share)),
        field_loss=chance.between(0, 0.06),
        team={role: chance.pick(people) for role, people in _TEAM.items()},
    )


def _age(chance: Chance) -> int:
    """Draw how many days they have been a customer on the last day."""
    return chance.whole(*chance.weighted(AGES))
