"""Conditions: typed, three-valued (True, False, `None` for unknown), as strategists mean them.

`rules/compile.py` builds these trees out of files and has checked names, types and ranges by then. `evaluate` is
the meaning, written to be read; `compiled.py` is the same meaning made fast, and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from nextplay.decision import FactValue
from nextplay.facts import comparisons

Truth = bool | None
Operator = comparisons.Operator
Operand = FactValue | tuple[float, float] | tuple[FactValue, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold or play value that differs by an enumerated fact: `cases` word → value, else `otherwise`."""

    name: str
    by: str
    cases: Mapping[str, FactValue] = field(hash=False)
    otherwise: FactValue


@dataclass(frozen=True, slots=True)
class FactLeaf:
    """`fact` compared with `operand`: a constant, a tuple (`in`, `between`, `contains_any`), or a `Parameter`.

    `when_unknown` is the author's choice wherever the comparison would be unknown (`unknown: true|false`), so that
    such a leaf always decides; `None` leaves it unknown.
    """

    fact: str
    operator: Operator
    operand: Operand | Parameter = None
    when_unknown: bool | None = None


@dataclass(frozen=True, slots=True)
class SignalLeaf:
    """The truth of another signal."""

    signal: str


@dataclass(frozen=True, slots=True)
class All:
    """False if any child is false, else unknown if any is unknown, else true."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if any child is true, else unknown if any is unknown, else false."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Swaps true and false; unknown stays unknown."""

    child: Condition


Leaf = FactLeaf | SignalLeaf
Condition = Leaf | All | AnyOf | Not


class SignedLeaf(NamedTuple):
    """A leaf as it counts in a condition: itself, or (`positive` false) its negation."""

    leaf: Leaf
    positive: bool


class FactValues(Protocol):
    """Anything that knows the values of facts; `None` is unknown."""

    def value(self, name: str) -> FactValue:
        """Return the value of one fact."""


COMPARISONS: Final = comparisons.COMPARISONS
"""What each operator says of a known value; `is_known` and `is_unknown` ask about knowledge and are not among them."""

MAX_ALTERNATIVES: Final = 64


def evaluate(condition: Condition, facts: FactValues, signals: Mapping[str, Truth]) -> Truth:
    """Say what `condition` is worth, given the facts and the truth of every signal it names (Kleene's three values)."""
    match condition:
        case FactLeaf():
            return _leaf_truth(condition, facts)
        case SignalLeaf(signal):
            return signals[signal]
        case Not(child):
            truth = evaluate(child, facts, signals)
            return None if truth is None else not truth
        case All(children):
            return conjunction(evaluate(child, facts, signals) for child in children)
        case AnyOf(children):
            return disjunction(evaluate(child, facts, signals) for child in children)


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Return False if any is false, else unknown if any is unknown, else True (also of nothing)."""
    found = set(truths)
    return False if False in found else None if None in found else True


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Return True if any is true, else unknown if any is unknown, else False (also of nothing)."""
    found = set(truths)
    return True if True in found else None if None in found else False


def _leaf_truth(leaf: FactLeaf, facts: FactValues) -> Truth:
    value = facts.value(leaf.fact)
    if leaf.operator == "is_known":
        return value is not None
    if leaf.operator == "is_unknown":
        return value is None
    truth: Truth = None
    if value is not None:
        outcomes = {COMPARISONS[leaf.operator](value, operand) for operand in operands(leaf, facts)}
        truth = outcomes.pop() if len(outcomes) == 1 else None
    return leaf.when_unknown if truth is None else truth


def operands(leaf: FactLeaf, facts: FactValues) -> tuple[Operand, ...]:
    """Return the right side of a leaf: one operand, or all that a parameter allows while its `by` fact is unknown.

    A comparison is decided under an unknown `by` only where all of them agree; so filling it in later cannot turn the
    answer.
    """
    parameter = leaf.operand
    if not isinstance(parameter, Parameter):
        return (parameter,)
    word = facts.value(parameter.by)
    if word is None:
        return (*parameter.cases.values(), parameter.otherwise)
    return (parameter.cases.get(str(word), parameter.otherwise),)


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Walk the leaves from left to right; a leaf that is written twice comes twice."""
    match condition:
        case FactLeaf() | SignalLeaf():
            yield condition
        case Not(child):
            yield from leaves_of(child)
        case All(children) | AnyOf(children):
            for child in children:
                yield from leaves_of(child)


def signed_leaves(condition: Condition, *, positive: bool = True) -> Iterator[SignedLeaf]:
    """Walk the leaves from left to right, each with the truth of it that favours the condition."""
    match condition:
        case FactLeaf() | SignalLeaf():
            yield SignedLeaf(condition, positive)
        case Not(child):
            yield from signed_leaves(child, positive=not positive)
        case All(children) | AnyOf(children):
            for child in children:
                yield from signed_leaves(child, positive=positive)


def facts_of(condition: Condition) -> frozenset[str]:
    """Name every fact that the condition reads itself, those that parameters differ by included."""
    return frozenset(
        name for leaf in leaves_of(condition) if isinstance(leaf, FactLeaf) for name in facts_of_leaf(leaf)
    )


def facts_of_leaf(leaf: FactLeaf) -> tuple[str, ...]:
    """Name the fact of a leaf and, after it, the one that its parameter differs by."""
    return (leaf.fact, leaf.operand.by) if isinstance(leaf.operand, Parameter) else (leaf.fact,)


def always_decides(leaf: FactLeaf) -> bool:
    """Tell whether a leaf can never be unknown: it asks about knowledge, or its author chose for it."""
    return leaf.operator in ("is_known", "is_unknown") or leaf.when_unknown is not None


def signals_of(condition: Condition) -> frozenset[str]:
    """Name every signal that the condition mentions itself."""
    return frozenset(leaf.signal for leaf in leaves_of(condition) if isinstance(leaf, SignalLeaf))


def negation_normal_form(condition: Condition, *, positive: bool = True) -> Condition:
    """Push `not` down to the leaves; equal to the condition under all three values (De Morgan holds for Kleene).

    With `positive` false, the normal form of the negation.
    """
    match condition:
        case Not(child):
            return negation_normal_form(child, positive=not positive)
        case All(children) | AnyOf(children):
            parts = tuple(negation_normal_form(child, positive=positive) for child in children)
            return All(parts) if isinstance(condition, All) == positive else AnyOf(parts)
        case FactLeaf() | SignalLeaf():
            return condition if positive else Not(condition)


def alternatives(condition: Condition) -> tuple[frozenset[SignedLeaf], ...]:
    """Return the disjunctive normal form: alternatives of which one must hold whole, each a set of signed leaves.

    Equal to the condition under all three values: distribution and absorption are laws of Kleene's logic too (a leaf
    beside its own negation stays: it is never true, but may be unknown). `()` is never true; an empty alternative is
    always true. In order of writing, without duplicates and without whatever a shorter alternative absorbs.

    Raises `ValueError` over 64 alternatives, counted after absorption at every level.
    """
    return _alternatives(negation_normal_form(condition))


def _alternatives(normal: Condition) -> tuple[frozenset[SignedLeaf], ...]:
    match normal:
        case All(children):
            found: tuple[frozenset[SignedLeaf], ...] = (frozenset(),)
            for child in children:
                others = _alternatives(child)
                found = _absorbed(one | other for one in found for other in others)
            return found
        case AnyOf(children):
            return _absorbed(one for child in children for one in _alternatives(child))
        case Not(FactLeaf() | SignalLeaf() as leaf):
            return (frozenset({SignedLeaf(leaf, positive=False)}),)
        case FactLeaf() | SignalLeaf() as leaf:
            return (frozenset({SignedLeaf(leaf, positive=True)}),)
    raise TypeError("in negation normal form, only leaves are negated")


def _absorbed(found: Iterable[frozenset[SignedLeaf]]) -> tuple[frozenset[SignedLeaf], ...]:
    """Leave out every alternative that contains another one: where it holds, the shorter holds too."""
    distinct = dict.fromkeys(found)
    kept: set[frozenset[SignedLeaf]] = set()
    for one in sorted(distinct, key=len):  # the shortest first, so that whatever is kept stays
        if not any(shorter <= one for shorter in kept):
            kept.add(one)
        if len(kept) > MAX_ALTERNATIVES:
            raise ValueError(f"more than {MAX_ALTERNATIVES} alternatives; gather some of them in a signal")
    return tuple(one for one in distinct if one in kept)
