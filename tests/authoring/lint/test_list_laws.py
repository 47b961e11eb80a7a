"""Conditions over lists against brute force: every list of up to three items, each item of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations_with_replacement, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.books import book
from tests.rules.strategies import Values

from nextplay.authoring.lint.boxes import TRUTHS, Demand, Space
from nextplay.authoring.lint.lists import asked_of, searched_signals, searched_specs
from nextplay.authoring.lint.search import Goal, Search
from nextplay.decision import FactValue
from nextplay.facts import Vocabulary
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    Truth,
    disjunction,
    evaluate,
    leaves_of,
)

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIELDS = ("survey.low", "survey.newest")
PLAIN = "support.unresolved_cluster"
ITEMS: tuple[Mapping[str, FactValue], ...] = tuple(
    dict(zip(FIELDS, row, strict=True)) for row in product((True, False, None), repeat=2)
)
LISTS: tuple[tuple[Mapping[str, FactValue], ...] | None, ...] = (
    None, (), *(items for size in (1, 2, 3) for items in combinations_with_replacement(ITEMS, size)),
)  # fmt: skip


def _groups(child: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(child, min_size=1, max_size=3).map(tuple)
    return some.map(All) | some.map(AnyOf) | child.map(Not)


def _about_items() -> st.SearchStrategy[Condition]:
    facts = st.sampled_from([*FIELDS, PLAIN])
    compared = st.builds(FactLeaf, facts, st.sampled_from(["eq", "ne"]), st.just(value=True))
    leaf = compared | st.builds(FactLeaf, facts, st.just("is_known"))
    return st.recursive(leaf, _groups, max_leaves=3)


ACCOUNT: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([SignalLeaf("one"), SignalLeaf("two")]), _groups, max_leaves=4
)


def _search(one: Condition, two: Condition, account: Condition) -> Search:
    made = book({"one": one, "two": two, "account": account}, [])
    rules = tuple(rule if rule.id == "account" else replace(rule, for_each="survey") for rule in made.signals)
    signals = searched_signals(replace(made, signals=rules))
    leaves = [leaf for each in signals.values() for leaf in leaves_of(each) if isinstance(leaf, FactLeaf)]
    return Search(Space(leaves, searched_specs(Vocabulary.of())), signals)


def _accounts(one: Condition, two: Condition) -> Iterator[tuple[list[Values], dict[str, Truth]]]:
    """Yield every customer: its items, and the truths of the signals for the account."""
    for plain, items in product((True, False, None), LISTS):
        known = [Values({PLAIN: plain, **item}) for item in items or ()]
        truths = {
            name: None if items is None else disjunction(evaluate(condition, item, {}) for item in known)
            for name, condition in (("one", one), ("two", two))
        }
        yield known, truths


@LAW
@given(_about_items(), _about_items(), ACCOUNT, st.sampled_from(sorted(TRUTHS)))
def test_what_is_possible_of_the_account_is_as_brute_force_says(
    one: Condition, two: Condition, account: Condition, demand: Demand
) -> None:
    """A condition over signals that are read item by item can be met exactly where some list of items meets it."""
    possible = _search(one, two, account).is_possible((account, demand))
    truths = {evaluate(account, Values({}), signals) for _, signals in _accounts(one, two)}
    assert possible == bool(truths & set(TRUTHS[demand]))


@LAW
@given(_about_items(), _about_items(), ACCOUNT, st.sampled_from(sorted(TRUTHS)))
def test_what_is_possible_of_an_item_beside_others_is_as_brute_force_says(
    one: Condition, two: Condition, account: Condition, demand: Demand
) -> None:
    """A condition of one item and one of its account go together exactly where some list has such an item."""
    there: Condition = FactLeaf("lists.surveys", "gte", 1)
    goals: tuple[Goal, ...] = ((asked_of(one, "survey"), "true"), (there, "true"), (account, demand))
    possible = _search(one, two, account).is_possible(*goals)
    found = any(
        evaluate(account, Values({}), signals) in TRUTHS[demand] and any(evaluate(one, item, {}) for item in items)
        for items, signals in _accounts(one, two)
    )
    assert possible == found
