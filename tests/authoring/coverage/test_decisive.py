"""Which leaves decide a condition: held against turning each of them round."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.authoring.coverage.decisive import Decided, Path, decisive_leaves, leaf_paths
from nextplay.decision import FactValue
from nextplay.rules.condition import All, AnyOf, Condition, Not, SignalLeaf, Truth, evaluate

NAMES = tuple("abcdefgh")


class NoFacts:
    """An account of which no fact is asked."""

    def value(self, name: str) -> FactValue:
        """Refuse."""
        raise KeyError(name)


def numbered(shape: Condition, names: list[str]) -> Condition:
    """Give every leaf a signal of its own, so that one can be turned round alone."""
    match shape:
        case Not(child):
            return Not(numbered(child, names))
        case All(children):
            return All(tuple(numbered(child, names) for child in children))
        case AnyOf(children):
            return AnyOf(tuple(numbered(child, names) for child in children))
        case _:
            names.append(f"s{len(names)}")
            return SignalLeaf(names[-1])


shapes = st.recursive(
    st.just(SignalLeaf("s")),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda children: All(tuple(children)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda children: AnyOf(tuple(children)))
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(shapes, st.data())
def test_a_leaf_decides_where_its_opposite_changes_the_whole(shape: Condition, data: st.DataObject) -> None:
    """Exactly those leaves are decisive that are known and whose opposite gives the condition another truth."""
    names: list[str] = []
    condition = numbered(shape, names)
    truths: dict[str, Truth] = {name: data.draw(st.sampled_from((True, False, None))) for name in names}
    expected = set()
    for path, leaf in leaf_paths(condition):
        assert isinstance(leaf, SignalLeaf)
        truth = truths[leaf.signal]
        if truth is not None and worth(condition, truths) is not worth(condition, {**truths, leaf.signal: not truth}):
            expected.add(Decided(path, truth))
    assert set(decisive_leaves(condition, NoFacts(), truths)) == expected


def worth(condition: Condition, truths: Mapping[str, Truth]) -> Truth:
    """Evaluate over signals alone."""
    return evaluate(condition, NoFacts(), truths)


def test_a_path_is_the_way_from_the_top() -> None:
    """Children are numbered from 0, also the one of a `not`."""
    condition = All((SignalLeaf("a"), Not(AnyOf((SignalLeaf("b"), SignalLeaf("c"))))))
    paths: list[Path] = [path for path, _ in leaf_paths(condition)]
    assert paths == [(0,), (1, 0, 0), (1, 0, 1)]
