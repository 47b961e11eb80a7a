"""Laws of rules over lists: random conditions and items, both engines, and the meaning written out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.rules.books import VOCABULARY, book, contested, play
from tests.rules.strategies import LAW, Values

from nextplay.decision import FactValue
from nextplay.facts import Facts, Item
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, SignalLeaf, disjunction, evaluate
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import Rulebook, Target

DAYS, STATUS = "objective.days_overdue", "objective.status"
FLAG = "attributes.flag"
Row = tuple[int | None, str | None]

WORDS = st.sampled_from(["active", "achieved"])
ROWS = st.lists(st.tuples(st.none() | st.integers(0, 3), st.none() | WORDS), max_size=4)
LISTS = st.none() | ROWS
FLAGS = st.sampled_from([True, False, None])


def _conditions() -> st.SearchStrategy[Condition]:
    leaf: st.SearchStrategy[Condition] = (
        st.builds(FactLeaf, st.just(DAYS), st.sampled_from(["gt", "lte", "eq"]), st.integers(0, 3))
        | st.builds(FactLeaf, st.just(STATUS), st.sampled_from(["eq", "ne"]), st.just("active"))
        | st.builds(FactLeaf, st.just(FLAG), st.just("eq"), st.booleans())
    )
    return st.recursive(leaf, _groups, max_leaves=4)


def _groups(child: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(child, min_size=1, max_size=3).map(tuple)
    return some.map(All) | some.map(AnyOf) | child.map(Not)


def _book(reading: Condition, cx: Condition, cs: Condition, unless: Condition) -> Rulebook:
    named = {"reading": reading, "cx": cx, "cs": cs, "unless": unless}
    leaves = {name: SignalLeaf(name) for name in named}
    gap = contested("gap", leaves["reading"], leaves["cx"], leaves["cs"], each=(("cx", 0.2),), unless=leaves["unless"])
    targets = [Target("gap", "cx"), Target("gap", "cs"), Target("gap", "undetermined")]
    gates = Not(SignalLeaf("reading"))
    made = book(named, [replace(gap, for_each="objective")], [play("play", *targets, suitability=gates)])
    return replace(made, signals=tuple(replace(rule, for_each="objective") for rule in made.signals))


BOOKS = st.builds(_book, _conditions(), _conditions(), _conditions(), _conditions())


def _facts(rows: Sequence[Row] | None, flag: FactValue) -> Facts:
    items = None
    if rows is not None:
        values = [dict(zip((DAYS, STATUS), row, strict=True)) for row in rows]
        items = tuple(Item("objective", f"o-{place}", "", own) for place, own in enumerate(values))
    return Facts((FLAG,), (flag,), items={"objective": items})


def _assess(rulebook: Rulebook, *accounts: Facts) -> list[Assessment]:
    """Assess with both engines, which must agree."""
    durable, python = Evaluator(rulebook, VOCABULARY), Evaluator(rulebook, VOCABULARY, inference="python")
    try:
        found = [durable.assess(facts) for facts in accounts]
        assert [python.assess(facts) for facts in accounts] == found
    finally:
        durable.close()
        python.close()
    return found


@LAW
@given(rulebook=BOOKS, rows=LISTS, flag=FLAGS)
def test_what_is_said_of_items_is_what_the_definition_says(
    *, rulebook: Rulebook, rows: list[Row] | None, flag: bool | None
) -> None:
    """Signals are Kleene's `any` over the items, and a gap stands for just the items that fit and nothing explains."""
    (found,) = _assess(rulebook, _facts(rows, flag))
    rules = {rule.id: rule.when for rule in rulebook.signals}
    items = [Values({FLAG: flag, DAYS: days, STATUS: status}) for days, status in rows or ()]
    truths = [{name: evaluate(when, item, {}) for name, when in rules.items()} for item in items]
    for name in rules:
        expected = None if rows is None else disjunction(one[name] for one in truths)
        assert found.signals[name] is expected
    standing = [f"o-{place}" for place, one in enumerate(truths) if one["reading"] and not one["unless"]]
    assert sorted(gap.key[1] for gap in found.gaps) == standing
    explained = [f"o-{place}" for place, one in enumerate(truths) if one["reading"] and one["unless"]]
    assert sorted(gap.key[1] for gap in found.explained) == explained


@LAW
@given(rulebook=BOOKS, rows=ROWS, flag=FLAGS, seed=st.integers(0, 99))
def test_the_order_of_items_never_matters(*, rulebook: Rulebook, rows: list[Row], flag: bool | None, seed: int) -> None:
    """Shuffled items give the same assessment, but for the item that shows a signal of the account."""
    facts = _facts(rows, flag)
    items = list(facts.items["objective"] or ())
    Random(seed).shuffle(items)  # noqa: S311  repeatable, not secret
    one, other = _assess(rulebook, facts, replace(facts, items={"objective": tuple(items)}))
    assert replace(one, shown={}) == replace(other, shown={})


@LAW
@given(
    rulebook=BOOKS,
    rows=LISTS,
    flag=FLAGS,
    days=st.integers(0, 3),
    status=WORDS,
    known=st.booleans(),
)
def test_filling_in_an_unknown_never_turns_a_signal(
    *, rulebook: Rulebook, rows: list[Row] | None, flag: bool | None, days: int, status: str, known: bool
) -> None:
    """What is true or false of the account stays so when fields of its items, its flag or its list become known."""
    filled = [(days if old is None else old, status if word is None else word) for old, word in rows or ()]
    before, after = _assess(rulebook, _facts(rows, flag), _facts(filled, known if flag is None else flag))
    for name, truth in before.signals.items():
        assert truth is None or after.signals[name] is truth
