"""Signals that are named once may stand where they are named: what follows is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.rules.strategies import LAW, SIGNALS, Values, conditions, facts, signals

from nextplay.rules.condition import Condition, SignalLeaf, Truth, evaluate, leaves_of
from nextplay.rules.expansion import inlined

NEW = ("v0", "v1", "v2")


@LAW
@given(st.data(), facts(), signals())
def test_what_is_inlined_keeps_its_truth(
    data: st.DataObject, values: dict[str, int | None], truths: dict[str, Truth]
) -> None:
    """Results are worth the same over the variants that are left, and no variant is left that is named once."""
    variants: list[tuple[str, Condition]] = [
        (name, data.draw(conditions(named=(*SIGNALS, *NEW[:place])))) for place, name in enumerate(NEW)
    ]
    results = data.draw(st.lists(conditions(named=(*SIGNALS, *NEW)), min_size=1, max_size=3))
    kept, found = inlined(variants, results)
    known, known_after = dict(truths), dict(truths)
    for name, condition in variants:
        known[name] = evaluate(condition, Values(values), known)
    for name, condition in kept:
        known_after[name] = evaluate(condition, Values(values), known_after)
    for before, after in zip(results, found, strict=True):
        assert evaluate(after, Values(values), known_after) is evaluate(before, Values(values), known)
    left = [
        leaf.signal for one in (*dict(kept).values(), *found) for leaf in leaves_of(one) if isinstance(leaf, SignalLeaf)
    ]
    assert all(left.count(name) != 1 for name, _ in kept)
