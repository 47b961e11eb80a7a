"""What coverage says: of each rule how often it was true, false, unknown; of each leaf whether it decided both ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from nextplay.authoring.lint.stated import Stated
from nextplay.rules.condition import Leaf, Truth
from nextplay.rules.rulebook import Place

RuleSort = Literal["signal", "gap", "play"]
_WHOLE: Final = 100.0


@dataclass(slots=True)
class Truths:
    """In how many tests something was true, false, unknown."""

    true: int = 0
    false: int = 0
    unknown: int = 0

    def add(self, truth: Truth) -> None:
        """Count one test."""
        if truth is None:
            self.unknown += 1
        elif truth:
            self.true += 1
        else:
            self.false += 1

    def document(self) -> dict[str, int]:
        """Return the counts for programs."""
        return {"true": self.true, "false": self.false, "unknown": self.unknown}


@dataclass(slots=True)
class LeafCoverage:
    """One leaf where it stands. `true_in` and `false_in` name the first test in which it decided, being true or false.

    It decided where its opposite would have changed what the whole condition came to.
    """

    stated: Stated
    path: tuple[int, ...]
    leaf: Leaf
    place: Place
    asks: str
    true_in: str = ""
    false_in: str = ""

    @property
    def is_covered(self) -> bool:
        """Say whether it decided both ways."""
        return bool(self.true_in and self.false_in)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "condition": ".".join(self.stated.keys),
            "asks": self.asks,
            "path": self.place.path,
            "line": self.place.line,
            "covered": self.is_covered,
            "decided_true_in": self.true_in,
            "decided_false_in": self.false_in,
        }


@dataclass(slots=True)
class RuleCoverage:
    """One rule, its conditions by key, and their leaves. A rule is covered when tests show it true and show it false.

    A signal and a gap are true where their condition is (a contested gap: its reading); a play where it is an action or
    withheld for another reason than a gate, and false where no gap asks for it or a gate blocks it.
    """

    sort: RuleSort
    id: str
    title: str
    place: Place
    truths: Truths = field(default_factory=Truths)
    conditions: dict[str, Truths] = field(default_factory=dict)
    leaves: list[LeafCoverage] = field(default_factory=list)

    @property
    def is_covered(self) -> bool:
        """Say whether some test shows it true and some shows it false."""
        return self.truths.true > 0 and self.truths.false > 0

    @property
    def open_leaves(self) -> list[LeafCoverage]:
        """The leaves that did not decide both ways."""
        return [leaf for leaf in self.leaves if not leaf.is_covered]

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "sort": self.sort,
            "id": self.id,
            "path": self.place.path,
            "line": self.place.line,
            "covered": self.is_covered,
            **self.truths.document(),
            "conditions": {key: truths.document() for key, truths in self.conditions.items()},
            "leaves": [leaf.document() for leaf in self.leaves],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of a rulebook by its tests, rules in the order signals, gaps, plays, each by id."""

    rules: tuple[RuleCoverage, ...]

    @property
    def leaves(self) -> list[LeafCoverage]:
        """Every leaf of every rule."""
        return [leaf for rule in self.rules for leaf in rule.leaves]

    @property
    def rules_covered(self) -> int:
        """How many rules are covered."""
        return sum(rule.is_covered for rule in self.rules)

    @property
    def leaves_covered(self) -> int:
        """How many leaves are covered."""
        return sum(leaf.is_covered for leaf in self.leaves)

    @property
    def rules_pct(self) -> float:
        """Covered rules in per cent, 100 where there is none."""
        return _per_cent(self.rules_covered, len(self.rules))

    @property
    def leaves_pct(self) -> float:
        """Covered leaves in per cent, 100 where there is none."""
        return _per_cent(self.leaves_covered, len(self.leaves))

    def worst_first(self) -> Iterator[RuleCoverage]:
        """Yield the rules that lack something: those never true first, then by open leaves, then by place."""
        lacking = [rule for rule in self.rules if not rule.is_covered or rule.open_leaves]
        yield from sorted(lacking, key=_badness)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "rules": {"covered": self.rules_covered, "total": len(self.rules), "per_cent": round(self.rules_pct, 2)},
            "leaves": {
                "covered": self.leaves_covered,
                "total": len(self.leaves),
                "per_cent": round(self.leaves_pct, 2),
            },
            "by_rule": [rule.document() for rule in self.rules],
        }


def _badness(rule: RuleCoverage) -> tuple[bool, bool, int, str, int]:
    place = rule.place
    return rule.is_covered, rule.truths.true > 0, -len(rule.open_leaves), place.path, place.line


def _per_cent(part: int, whole: int) -> float:
    return _WHOLE * part / whole if whole else _WHOLE
