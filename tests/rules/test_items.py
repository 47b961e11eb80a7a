"""Rules over lists: signals read item by item, gaps judged for every item, and what the account makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.rules.books import book, contested, plain, play, when

from nextplay.decision import FactValue, Side
from nextplay.facts import Facts, Item, Vocabulary
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import All, Condition, FactLeaf, Not, SignalLeaf
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import Rulebook, Target

VOCABULARY = Vocabulary.of()
LATE = FactLeaf("objective.days_overdue", "gt", 0)
OURS = FactLeaf("objective.blocked_by", "in", ("vendor", "joint"))
THEIRS = FactLeaf("objective.blocked_by", "in", ("customer", "unowned"))
FIELDS = ("objective.days_overdue", "objective.blocked_by")


def _book(*, extra: Sequence[tuple[str, Condition]] = (), unless: Condition | None = None) -> Rulebook:
    signals: dict[str, Condition] = {"late": LATE, "ours": OURS, "theirs": THEIRS, **dict(extra)}
    gap = replace(
        contested(
            "late_goal", when("late"), when("ours"), when("theirs"), base=0.5, each=(("ours", 0.2),), unless=unless
        ),
        for_each="objective",
    )
    targets = (Target("late_goal", "cx"), Target("late_goal", "cs"))
    made = book(signals, [gap, plain("plain_cs", when("theirs"), kind="cs")], [play("unblock", *targets)])
    listed = ("late", "ours", "theirs")
    rules = tuple(replace(one, for_each="objective") if one.id in listed else one for one in made.signals)
    return replace(made, attributes=(), signals=rules)


def _item(key: str, days: int | None, by: str | None) -> Item:
    return Item("objective", key, key.upper(), dict(zip(FIELDS, (days, by), strict=True)))


def _facts(items: Sequence[Item] | None, **known: FactValue) -> Facts:
    return Facts(tuple(known), tuple(known.values()), items={"objective": None if items is None else tuple(items)})


def _assess(rulebook: Rulebook, facts: Facts, **answers: Side) -> Assessment:
    """Assess with both engines, which must agree."""
    durable, python = Evaluator(rulebook, VOCABULARY), Evaluator(rulebook, VOCABULARY, inference="python")
    try:
        assessment = durable.assess(facts, answers=answers)
        assert python.assess(facts, answers=answers) == assessment
    finally:
        durable.close()
        python.close()
    return assessment


def _kinds(assessment: Assessment) -> dict[str, tuple[str, float]]:
    return {gap.item.key: (gap.kind, gap.severity) for gap in assessment.gaps if gap.item is not None}


def test_a_gap_is_judged_for_every_item_apart() -> None:
    """A late goal that waits for us is CX, one that waits for the customer CS, one of unknown cause a question."""
    items = [_item("a", 9, "vendor"), _item("b", 9, "customer"), _item("c", 9, None), _item("d", 0, "vendor")]
    found = _assess(_book(), _facts(items))
    assert _kinds(found) == {"a": ("cx", 0.7), "b": ("cs", 0.5), "c": ("undetermined", 0.5)}
    assert [gap.key for gap in found.gaps] == [
        ("late_goal", "a"), ("late_goal", "b"), ("late_goal", "c"), ("plain_cs", ""),
    ]  # fmt: skip
    assert found.diagnosis == "mixed"
    assert [gap.open_facts for gap in found.gaps] == [(), (), ("objective.blocked_by",), ()]


def test_conditions_of_items_that_read_the_same_still_count_apart() -> None:
    """Whose the goal is says both sides: two signals, two sides and the plain gap wait for it, however many items."""
    found = _assess(_book(), _facts([_item("a", 9, None), _item("b", 9, None)]))
    assert [tuple(entry) for entry in found.missing_facts] == [("objective.blocked_by", 5)]


def test_signals_of_an_item_are_those_that_are_true_of_it() -> None:
    """Evidence for and against a gap of one item is never that of another item."""
    found = _assess(_book(), _facts([_item("a", 9, "vendor"), _item("b", 9, "customer")]))
    told = {gap.item.key: (gap.signals, gap.against) for gap in found.gaps if gap.item is not None}
    assert told == {"a": (("late", "ours"), ("theirs",)), "b": (("late", "theirs"), ("ours",))}


def test_the_account_is_as_its_items_are() -> None:
    """A signal is true of the account where it is of some item, else unknown where it is of one, else false."""
    rulebook = _book()
    truths = [
        _assess(rulebook, _facts(items)).signals["late"]
        for items in ([_item("a", 9, None), _item("b", None, None)], [_item("a", 0, None), _item("b", None, None)],
                      [_item("a", 0, None)], [], None)
    ]  # fmt: skip
    assert truths == [True, None, False, False, None]


def test_no_item_no_gap_and_an_unknown_list_leaves_it_open() -> None:
    """Without items a gap is ruled out; where the list is unknown it is undecided, and its facts are missing."""
    assert _assess(_book(), _facts([])).undecided == ()
    unknown = _assess(_book(), _facts(None))
    assert unknown.undecided == ("late_goal", "plain_cs")
    assert {entry.fact for entry in unknown.missing_facts} == set(FIELDS)


def test_a_play_merges_the_gaps_of_all_items() -> None:
    """There is one candidate for a play, and it answers every item that its sides fit, the worst first."""
    items = [_item("b", 9, "customer"), _item("a", 9, "vendor"), _item("c", 9, None)]
    (candidate,) = _assess(_book(), _facts(items)).candidates
    assert [gap.key for gap in candidate.gaps] == [("late_goal", "a"), ("late_goal", "b")]


def test_a_rival_explains_single_items() -> None:
    """`unless` takes away the items of which it is true; the others stand, and an unknown rival stays open."""
    rulebook = _book(extra=[], unless=when("theirs"))
    items = [_item("a", 9, "vendor"), _item("b", 9, "customer"), _item("c", 9, None)]
    found = _assess(rulebook, _facts(items))
    assert [gap.key for gap in found.explained] == [("late_goal", "b")]
    assert {gap.key: gap.open_rivals for gap in found.gaps if gap.item} == {
        ("late_goal", "a"): (), ("late_goal", "c"): ("theirs",),
    }  # fmt: skip


def test_an_answer_counts_for_every_item_of_the_gap() -> None:
    """Reps answer for the gap; the items of which more is known keep their own side beside it."""
    items = [_item("b", 9, "customer"), _item("c", 9, None)]
    found = _assess(_book(), _facts(items), late_goal="cx")
    assert {key: kind for key, (kind, _) in _kinds(found).items()} == {"b": "mixed", "c": "cx"}


def test_plain_rules_read_the_truth_of_the_account() -> None:
    """A plain signal over item signals combines what is true of any item, though of different ones."""
    extra: list[tuple[str, Condition]] = [("someone_waits", All((SignalLeaf("ours"), Not(SignalLeaf("theirs")))))]
    rulebook = _book(extra=extra)
    both = _assess(rulebook, _facts([_item("a", 0, "vendor"), _item("b", 0, "customer")]))
    ours = _assess(rulebook, _facts([_item("a", 0, "vendor"), _item("b", 0, "nobody")]))
    assert (both.signals["someone_waits"], ours.signals["someone_waits"]) == (False, True)


def test_what_shows_a_signal_of_the_account_is_stated() -> None:
    """Where no gap of an item tells a signal, it is told by the first item of which it is true, else unknown."""
    shown = _assess(_book(), _facts([_item("a", 0, "nobody"), _item("b", 9, "vendor"), _item("c", None, None)])).shown
    assert {signal: item.key for signal, item in shown.items()} == {"late": "b", "ours": "b", "theirs": "c"}
