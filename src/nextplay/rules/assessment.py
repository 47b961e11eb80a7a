"""What the rules say about one account, in numbers and ids; texts come later, in the asked locale.

What is made many times for one account is a named tuple: a frozen dataclass takes longer to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from nextplay.decision import DiagnosisKind, GapKind, MissingFact, Reading, Side
from nextplay.facts import Item
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import GapRule, Play


class GapOutcome(NamedTuple):
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
    item: Item | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The gap's id and the key of its item, empty where it belongs to the account."""
        return self.rule.id, self.item.key if self.item else ""


@dataclass(frozen=True, slots=True)
class AbsorbedGap:
    """A gap that would stand and is part of one that does: `by` is the id of that one."""

    outcome: GapOutcome
    by: str


class Candidate(NamedTuple):
    """A play for which a gap stands, with the truth of its three gates (a gate that was not written is true)."""

    play: Play
    gaps: tuple[GapOutcome, ...]
    eligibility: Truth
    applicability: Truth
    suitability: Truth


@dataclass(frozen=True, slots=True)
class Shadow:
    """What the rules that are on trial say: gaps that would stand, and plays that would be candidates."""

    gaps: tuple[GapOutcome, ...] = ()
    candidates: tuple[Candidate, ...] = ()


NO_SHADOW: Final = Shadow()


class NearGap(NamedTuple):
    """A gap that is false and that one numeric leaf would make true; `distance` in steps of the fact, 0..2."""

    rule: GapRule
    reading: Reading
    distance: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the rules say. Gaps by severity (highest first), id, then item; candidates by play id.

    `done` names the plays whose `done_when` is true. `shown` gives, for each signal that is read item by item, the item
    that it is told by where no gap of an item tells it.
    """

    signals: Mapping[str, Truth]
    gaps: tuple[GapOutcome, ...]
    explained: tuple[GapOutcome, ...]
    undecided: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    diagnosis: DiagnosisKind
    lead: Side | None
    near_misses: tuple[NearGap, ...]
    missing_facts: tuple[MissingFact, ...]
    absorbed: tuple[AbsorbedGap, ...] = ()
    shadow: Shadow = NO_SHADOW
    done: frozenset[str] = frozenset()
    shown: Mapping[str, Item] = field(default_factory=dict)
