"""Counts over a book. They add up: pieces of a book counted apart and merged give what the whole gives, in any order.

Everything is counted in whole numbers, hours in thousandths, so that no sum depends on the order of its parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Final

from nextplay.arbitration import RankedAction, WithheldPlay
from nextplay.presentation import Findings
from nextplay.rules.assessment import Assessment

UNKNOWN_SEGMENT: Final = "unknown"
NO_GAP: Final = "no_gap"
NO_PLAY: Final = "no_play"
WITHHELD: Final = "withheld"
HOUR: Final = 1000


@dataclass(slots=True)
class Tally:
    """What was found, by what; each counter says in its name what its keys are.

    Accounts are counted, except in `action`, `effort` (thousandths of an hour) and `conditions` (undecided ones).
    `gap` and `gap_kind` count an account once, however many of its items have the gap.
    """

    segment: Counter[str] = field(default_factory=Counter)
    diagnosis_segment: Counter[tuple[str, str]] = field(default_factory=Counter)
    lead: Counter[str] = field(default_factory=Counter)
    kind_segment: Counter[tuple[str, str]] = field(default_factory=Counter)
    gap: Counter[str] = field(default_factory=Counter)
    gap_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    gap_segment: Counter[tuple[str, str]] = field(default_factory=Counter)
    absorbed: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    play_owner_week: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    effort: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    candidate: Counter[str] = field(default_factory=Counter)
    acting: Counter[str] = field(default_factory=Counter)
    nothing: Counter[str] = field(default_factory=Counter)
    nothing_segment: Counter[str] = field(default_factory=Counter)
    gate_play: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)
    signal_truth: Counter[tuple[str, bool | None]] = field(default_factory=Counter)
    undecided_gap: Counter[str] = field(default_factory=Counter)
    shadow_gap: Counter[str] = field(default_factory=Counter)
    shadow_alone: Counter[str] = field(default_factory=Counter)
    shadow_beside: Counter[tuple[str, str]] = field(default_factory=Counter)
    shadow_play: Counter[str] = field(default_factory=Counter)
    shadow_play_beside: Counter[tuple[str, str]] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    conditions: Counter[str] = field(default_factory=Counter)
    unsettled: Counter[str] = field(default_factory=Counter)
    warning: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def accounts(self) -> int:
        """Say how many accounts were decided."""
        return self.segment.total()

    def merge(self, other: Tally) -> None:
        """Add what was counted elsewhere."""
        for entry in fields(self):
            getattr(self, entry.name).update(getattr(other, entry.name))

    def add(self, found: Findings) -> None:
        """Count one account."""
        assessment, arbitration = found.assessment, found.arbitration
        segment = found.snapshot.profile.segment or UNKNOWN_SEGMENT
        self.segment[segment] += 1
        self.diagnosis_segment[assessment.diagnosis, segment] += 1
        if assessment.lead and assessment.diagnosis == "mixed":
            self.lead[assessment.lead] += 1
        self._add_gaps(assessment, segment)
        self._add_shadow(assessment, {ranked.candidate.play.id for ranked in arbitration.actions})
        self.signal_truth.update(assessment.signals.items())
        self.candidate.update([candidate.play.id for candidate in assessment.candidates])
        for ranked in arbitration.actions:
            self._add_action(ranked)
        for withheld in arbitration.withheld:
            self.withheld[withheld.candidate.play.id, withheld.reason] += 1
        if not arbitration.actions:
            self._add_nothing(assessment, arbitration.withheld, segment)
        self._add_unknown(assessment)
        self.warning.update({(_general(warning.path), warning.message) for warning in found.input_warnings})

    def _add_gaps(self, assessment: Assessment, segment: str) -> None:
        kinds = {(outcome.rule.id, str(outcome.kind)) for outcome in assessment.gaps}
        gaps = {gap for gap, _ in kinds}
        self.gap_kind.update(kinds)
        self.gap.update(gaps)
        self.gap_segment.update([(gap, segment) for gap in gaps])
        self.kind_segment.update({(kind, segment) for _, kind in kinds})
        self.explained.update({outcome.rule.id for outcome in assessment.explained})
        self.absorbed.update({absorbed.outcome.rule.id for absorbed in assessment.absorbed})
        self.undecided_gap.update(set(assessment.undecided))

    def _add_shadow(self, assessment: Assessment, acting: set[str]) -> None:
        gaps = {outcome.rule.id for outcome in assessment.gaps}
        shadows = {outcome.rule.id for outcome in assessment.shadow.gaps}
        self.shadow_gap.update(shadows)
        self.shadow_beside.update([(shadow, gap) for shadow in shadows for gap in gaps])
        if not gaps:
            self.shadow_alone.update(shadows)
        plays = {candidate.play.id for candidate in assessment.shadow.candidates}
        self.shadow_play.update(plays)
        self.shadow_play_beside.update([(shadow, play) for shadow in plays for play in acting])

    def _add_action(self, ranked: RankedAction) -> None:
        play = ranked.candidate.play.id
        key = play, ranked.owner_role, week_of(ranked.due_on)
        self.acting[play] += 1
        self.play_owner_week[key] += 1
        self.effort[key] += round(ranked.effort_hours * HOUR)

    def _add_nothing(self, assessment: Assessment, withheld: tuple[WithheldPlay, ...], segment: str) -> None:
        """Say why an account gets nothing, and at which gate each of its candidates stayed."""
        self.nothing_segment[segment] += 1
        if not assessment.gaps:
            self.nothing[NO_GAP] += 1
        elif not withheld:
            self.nothing[NO_PLAY] += 1
        else:
            self.nothing[WITHHELD] += 1
            self.gate_play.update({(gate_of(entry), entry.candidate.play.id) for entry in withheld})

    def _add_unknown(self, assessment: Assessment) -> None:
        for missing in assessment.missing_facts:
            self.blocked[missing.fact] += 1
            self.conditions[missing.fact] += missing.blocks
        self.unsettled.update({fact for outcome in assessment.gaps for fact in outcome.open_facts})


def gate_of(withheld: WithheldPlay) -> str:
    """Name where a candidate stayed; a gate that is unknown is told apart from one that is false."""
    return f"{withheld.reason} unknown" if withheld.details.get("truth") == "unknown" else withheld.reason


def week_of(day: date) -> str:
    """Return the Monday of the week of a day."""
    return (day - timedelta(days=day.weekday())).isoformat()


def _general(path: str) -> str:
    """Take the places out of a path: `surveys[3].score` → `surveys[].score`."""
    return "".join(character for character in path if not character.isdigit()) if "[" in path else path
