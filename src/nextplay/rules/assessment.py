"""What the rules say about one account, in numbers and ids; texts come later, in the asked locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nextplay.decision import DiagnosisKind, GapKind, MissingFact, Reading, Side
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import GapRule, Play


@dataclass(frozen=True, slots=True)
class GapOutcome:
    """What came of one gap rule that stands (or, in `Assessment.explained`, of one that `unless` explains).

    `signals` are the true signals that speak for it or add to its severity; a signal that is made of signals alone
    is told by those of its parts that are true. `against` are the false ones of the other side (contested gaps only).
    Both stand in the order of the rule. `open_rivals` are the unknown signals of `unless`. `open_facts` are the unknown
    facts that would settle an undetermined gap, most useful first.
    """

    rule: GapRule
    kind: GapKind
    severity: float
    signals: tuple[str, ...]
    against: tuple[str, ...] = ()
    open_side: Side | None = None
    open_rivals: tuple[str, ...] = ()
    open_facts: tuple[str, ...] = ()
    answered: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A play for which a gap stands, with the truth of its three gates (a gate that was not written is true)."""

    play: Play
    gaps: tuple[GapOutcome, ...]
    eligibility: Truth
    applicability: Truth
    suitability: Truth


@dataclass(frozen=True, slots=True)
class NearGap:
    """A gap that is false and that one numeric leaf would make true; `distance` in steps of the fact, 0..2."""

    rule: GapRule
    reading: Reading
    distance: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the rules say. Gaps by severity (highest first), then id; candidates by play id."""

    signals: Mapping[str, Truth]
    gaps: tuple[GapOutcome, ...]
    explained: tuple[GapOutcome, ...]
    undecided: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    diagnosis: DiagnosisKind
    lead: Side | None
    near_misses: tuple[NearGap, ...]
    missing_facts: tuple[MissingFact, ...]
