"""What of the account is on record: systems that are not connected, fields that nobody filled, and what still shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from nextplay.authoring.sample_book import observation
from nextplay.authoring.sample_book.answers import answers
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import USE, Alarm, Circumstances, Path
from nextplay.authoring.sample_book.observation import Section, iso
from nextplay.authoring.sample_book.outcomes import Prospects
from nextplay.authoring.sample_book.plans import goals

FALLEN: Final = 0.8
"""Use under this multiple of the account's own level is something that a reader asks about."""
TEAM_SENT: Final = 0.9
STAGE_SENT: Final = 0.95
ONBOARDING_STAGE_DAYS: Final = 100
ADOPTION_STAGE_DAYS: Final = 240
RENEWAL_STAGE_DAYS: Final = 100
_FIRST_HOUR: Final = "T06:00:00Z"
_ALWAYS: Final = frozenset({"name", "objective_id", "status", "kind"})
_TOUCHPOINT_SYSTEM: Final = {"support": "desk", "billing": "ledger"}


@dataclass(slots=True)
class Record:
    """A snapshot and what can be read from it. `named` are causes given away by answers and goals."""

    snapshot: Section
    named: set[str] = field(default_factory=set)
    unexplained: bool = False

    def shows(self, path: Path) -> bool:
        """Tell whether a field is on record; an event, whether it is there and confirmed."""
        group, *rest = path.split(".")
        found: Any = self.snapshot.get(group)
        if not rest or found is None:
            return found is not None
        if group == "events":
            return any(row["kind"] == rest[0] and "status" in row for row in found)
        if group == "touchpoints":
            found = next((row for row in found if row["name"] == rest[0]), {})
        return rest[-1] in found

    def shows_all(self, paths: tuple[Path, ...]) -> bool:
        """Tell whether every field is on record."""
        return all(map(self.shows, paths))


def recorded(c: Circumstances, chance: Chance, prospects: Prospects) -> Record:
    """Write the snapshot, and leave out what this account's systems do not know."""
    traits, there = c.traits, c.traits.connected
    _lagging(c, chance, prospects)
    plan, named_in_plan, open_question = goals(c, chance)
    told, named_in_answers, without_reason = answers(c, chance, friction=prospects.friction, deficit=prospects.deficit)
    places = observation.touchpoints(c, chance)
    record = Record({"account_id": traits.account_id, "as_of": iso(c.day) + _FIRST_HOUR})
    snapshot = record.snapshot
    if chance.happens(STAGE_SENT):
        snapshot["journey_stage"] = _stage(c)
    snapshot["profile"] = observation.profile(c, chance)
    snapshot["contract"] = observation.contract(c, chance, prospects)
    sections: dict[str, tuple[str, Any]] = {
        "usage": ("analytics", observation.usage(c, chance)),
        "surveys": ("voice", told),
        "support": ("desk", observation.support(c, chance)),
        "objectives": ("plan", plan),
        "relationship": ("crm", observation.relationship(c, chance)),
        "billing": ("ledger", observation.billing(c, chance)),
        "events": ("crm", observation.events(c, chance)),
    }
    snapshot |= {name: section for name, (system, section) in sections.items() if system in there}
    kept = [row for name, row in places.items() if _TOUCHPOINT_SYSTEM.get(name, "journey") in there]
    if kept:
        snapshot["touchpoints"] = kept
    if chance.happens(TEAM_SENT):
        snapshot["team"] = traits.team
    record.named = (named_in_plan if "plan" in there else set()) | (named_in_answers if "voice" in there else set())
    record.unexplained = (open_question and "plan" in there) or (without_reason and "voice" in there)
    _lose_fields(snapshot, traits.field_loss, chance)
    return record


def alarming(record: Record, c: Circumstances) -> bool:
    """Tell whether something on record looks bad and nothing on record explains it."""
    return (
        record.unexplained
        or (c.activity < FALLEN and c.expected == 1 and c.volume < 1 and record.shows_all(USE))
        or any(record.shows_all(alarm.shows) and not any(map(record.shows_all, alarm.explains)) for alarm in c.alarms)
    )


def vital(record: Record) -> bool:
    """Tell whether enough is on record to call an account healthy: something of the experience and of the outcome."""
    experience = any(
        (
            record.snapshot.get("surveys"),
            record.shows("support.open_tickets"),
            record.shows("touchpoints.product.failed_attempts_30d"),
        )
    )
    outcome = record.snapshot.get("objectives") or record.shows("usage.consumption_pace")
    return experience and bool(outcome or record.shows("usage.active_users_28d"))


def _lagging(c: Circumstances, chance: Chance, prospects: Prospects) -> None:
    """Let those who are likelier to leave than others show it, whatever the reason: results, no causes."""
    risk = max(0.0, prospects.churn - 0.03)
    for kind, weight in (("price_objection", 0.5), ("termination_question", 0.35), ("competitor_named", 0.4)):
        if chance.happens(weight * risk):
            c.happened(kind, chance.whole(2, 40))
            c.alarms.append(Alarm((f"events.{kind}",)))
    if c.traits.auto_renew and c.renewal_cancelled is None and chance.happens(0.5 * risk):
        since_term = c.day - c.traits.term_start(c.day)
        c.renewal_cancelled = (min(since_term, chance.whole(2, 40)), "customer")
        c.alarms.append(Alarm(("contract.auto_renew_cancelled_on",)))
    if c.seat_change == 1 and chance.happens(1.5 * max(0.0, prospects.contraction - 0.03)):
        c.seat_change = chance.between(0.65, 0.88)
        c.alarms.append(Alarm(("contract.seats", "contract.seats_at_term_start")))


def _stage(c: Circumstances) -> str:
    left = c.traits.term_start(c.day) + c.traits.term_days - c.day
    if c.age < ONBOARDING_STAGE_DAYS:
        return "onboarding"
    if left < RENEWAL_STAGE_DAYS:
        return "renewal"
    if c.age < ADOPTION_STAGE_DAYS:
        return "adoption"
    return "growth" if c.seat_change > 1 else "value"


def _lose_fields(snapshot: Section, loss: float, chance: Chance) -> None:
    """Empty single fields here and there; identities and the words that make a row what it is stay."""
    for name in ("profile", "contract", "usage", "support", "relationship", "billing"):
        if name in snapshot:
            snapshot[name] = _thinned(snapshot[name], loss, chance)
    for name in ("touchpoints", "objectives"):
        if name in snapshot:
            snapshot[name] = [_thinned(row, loss, chance) for row in snapshot[name]]


def _thinned(section: Section, loss: float, chance: Chance) -> Section:
    unit = chance.unit
    return {key: value for key, value in section.items() if key in _ALWAYS or unit() >= loss}
