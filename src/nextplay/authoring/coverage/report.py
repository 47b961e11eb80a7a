"""Coverage in words, for a strategist: the numbers, then what is lacking, the worst first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from nextplay.authoring.coverage.asks import lacking
from nextplay.authoring.coverage.counts import Coverage, LeafCoverage, RuleCoverage


class Least(NamedTuple):
    """The coverage that is asked for, in per cent."""

    rules: float
    leaves: float = 0.0

    @classmethod
    def read(cls, text: str) -> Least:
        """Read `100` or `100,90`. Raises `ValueError`."""
        numbers = [float(part) for part in text.split(",")]
        if not 1 <= len(numbers) <= len(cls._fields) or any(not 0 <= number <= 100 for number in numbers):  # noqa: PLR2004  per cent
            raise ValueError(text)
        return cls(*numbers)


def summary_lines(coverage: Coverage) -> Iterator[str]:
    """Yield the two numbers."""
    rules, leaves = coverage.rules, coverage.leaves
    yield f"rules  {percent(coverage.rules_pct)}: {coverage.rules_covered} of {len(rules)} were seen true and false"
    yield f"leaves {percent(coverage.leaves_pct)}: {coverage.leaves_covered} of {len(leaves)} decided both ways"


def percent(share: float) -> str:
    """Write per cent, rounded down, so that 100 means all."""
    return f"{math.floor(share * 10) / 10:5.1f} %"


def lacking_lines(coverage: Coverage, *, only: str | None = None) -> Iterator[str]:
    """Yield what tests are lacking, rule by rule, the worst first; `only` keeps the rules of this id."""
    if only is not None:
        yield from _lacking_of(coverage, only)
        return
    if coverage.leaves_covered < len(coverage.leaves):
        yield ""
        yield "What is lacking, the worst first. A customer counts for a leaf where this very answer decides the rule."
    for rule in coverage.worst_first():
        yield ""
        yield from _rule_lines(rule)


def _lacking_of(coverage: Coverage, name: str) -> Iterator[str]:
    """Yield the rules of one id, also where nothing is lacking."""
    for rule in coverage.rules:
        if rule.id == name:
            yield ""
            yield from _rule_lines(rule)
            if rule.is_covered and not rule.open_leaves:
                yield "  nothing is lacking"


def _rule_lines(rule: RuleCoverage) -> Iterator[str]:
    yield f"{rule.place.path}:{rule.place.line}: {rule.sort} {rule.id}: {_seen(rule)}"
    for leaf in rule.open_leaves:
        for text in _lacking(leaf):
            yield f"  {leaf.place.path}:{leaf.place.line}: {text}"


def _seen(rule: RuleCoverage) -> str:
    truths = rule.truths
    true, false, unknown = ("came", "did not come", "") if rule.sort == "play" else ("true", "false", "unknown")
    counts = [f"{true} in {truths.true}", f"{false} in {truths.false}"]
    if unknown:
        counts.append(f"{unknown} in {truths.unknown}")
    never = [word for word, count in ((true, truths.true), (false, truths.false)) if not count]
    told = f"never {' and never '.join(never)}; " if never and rule.sort != "play" else ""
    if never and rule.sort == "play":
        told = "no test brings it through; " if not truths.true else "no test goes without it; "
    return f"{told}{', '.join(counts)} tests"


def _lacking(leaf: LeafCoverage) -> Iterator[str]:
    key = ".".join(leaf.stated.keys)
    where = "" if key == "when" else f" ({key})"
    for truth, seen in ((True, leaf.true_in), (False, leaf.false_in)):
        if not seen:
            yield f"{lacking(leaf.leaf, truth=truth)}{where}"


def shortfalls(coverage: Coverage, least: Least) -> tuple[str, ...]:
    """Return a line for everything that keeps the coverage under what is asked for; none where it is enough."""
    found: list[str] = []
    if coverage.rules_pct < least.rules:
        found.append(f"rules: {percent(coverage.rules_pct).strip()} covered, {least.rules:g} % asked for")
        found += [f"  {rule.sort} {rule.id}: {_seen(rule)}" for rule in coverage.worst_first() if not rule.is_covered]
    if coverage.leaves_pct < least.leaves:
        found.append(f"leaves: {percent(coverage.leaves_pct).strip()} covered, {least.leaves:g} % asked for")
        for rule in coverage.worst_first():
            for leaf in rule.open_leaves:
                found.append(f"  {leaf.place.path}:{leaf.place.line}: {rule.sort} {rule.id}: {leaf.asks}")
    return tuple(found)
