"""What a compound swallows, and events that several signals read of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.books import HERE, assess, book, contested, flag, known, plain, play, when

from nextplay.rules.condition import AnyOf, FactLeaf
from nextplay.rules.rulebook import GapRule, Rulebook, SignalRule, Target

UP = FactLeaf("attributes.n0", "gt", 0)
HIGH = FactLeaf("attributes.n0", "gt", 5)
RED = FactLeaf("attributes.word", "eq", "red")


def absorbing(gap: GapRule, *parts: str) -> GapRule:
    """Let a gap absorb others."""
    return replace(gap, absorbs=parts)


def found(rulebook: Rulebook, **values: object) -> tuple[list[str], dict[str, str]]:
    """Return the gaps that stand and, by part, what absorbed it."""
    one = assess(rulebook, known(**values))  # type: ignore[arg-type]
    return [gap.rule.id for gap in one.gaps], {part.outcome.rule.id: part.by for part in one.absorbed}


def test_a_part_goes_where_its_compound_stands() -> None:
    """The part stands alone without the compound, and goes out of gaps, diagnosis and candidates with it."""
    gaps = [absorbing(plain("whole", HIGH, kind="cs"), "part"), plain("part", UP, kind="cx")]
    rules = book({}, gaps, [play("mend", Target("part")), play("turn", Target("whole"))])
    alone, together = assess(rules, known(n0=1)), assess(rules, known(n0=6))
    assert ([gap.rule.id for gap in alone.gaps], alone.diagnosis, alone.absorbed) == (["part"], "cx", ())
    assert ([gap.rule.id for gap in together.gaps], together.diagnosis) == (["whole"], "cs")
    assert [(part.outcome.rule.id, part.outcome.kind, part.by) for part in together.absorbed] == [
        ("part", "cx", "whole")
    ]
    assert [one.play.id for one in together.candidates] == ["turn"]


def test_what_is_absorbed_absorbs_nothing() -> None:
    """From the top down: the top takes the middle, and the bottom, which only the middle would take, stands."""
    gaps = [
        absorbing(plain("top", HIGH), "middle"),
        absorbing(plain("middle", UP), "bottom"),
        plain("bottom", UP),
    ]
    assert found(book({}, gaps), n0=6) == (["bottom", "top"], {"middle": "top"})
    assert found(book({}, gaps), n0=1) == (["middle"], {"bottom": "middle"})


def test_of_several_compounds_the_most_severe_is_named() -> None:
    """Severity first, then the id."""
    gaps = [
        absorbing(plain("a", UP, base=0.5), "part"),
        absorbing(plain("b", UP, base=0.6), "part"),
        absorbing(plain("c", UP, base=0.6), "part"),
        plain("part", UP),
    ]
    assert found(book({}, gaps), n0=1)[1] == {"part": "b"}


def test_a_compound_that_is_not_sure_absorbs_all_the_same() -> None:
    """A contested compound stands as undetermined too, and its parts are its own; an unknown one absorbs nothing."""
    gaps = [absorbing(contested("whole", UP, flag(), RED), "part"), plain("part", flag("flag"), unless=RED)]
    rules = book({}, [gaps[0], plain("part", UP)])
    assert found(rules, n0=1) == (["whole"], {"part": "whole"})
    assert assess(rules, known(n0=1)).diagnosis == "undetermined"
    assert found(rules) == ([], {})


def departed(*names: str) -> dict[str, str]:
    """Let signals read of one event."""
    return dict.fromkeys(names, "departure")


def book_of_events(gap: GapRule, events: dict[str, str]) -> Rulebook:
    """Build a book of one gap over the signals `up`, `high`, `red` and `on`."""
    signals = {"up": UP, "high": HIGH, "red": RED, "on": flag()}
    rules = book(signals, [gap])
    named = tuple(
        SignalRule(name, {}, condition, {}, HERE, same_fact=events.get(name)) for name, condition in signals.items()
    )
    return replace(rules, signals=tuple(sorted(named, key=lambda rule: rule.id)))


@pytest.mark.parametrize(
    ("events", "severity", "told"),
    [
        ({}, 0.9, ("up", "high", "red")),
        (departed("up", "high"), 0.6, ("up", "red")),
        (departed("high", "red"), 0.8, ("up", "high")),
        (departed("up", "high", "red"), 0.5, ("up",)),
        ({"high": "departure", "red": "arrival"}, 0.9, ("up", "high", "red")),
    ],
)
def test_an_event_counts_and_is_told_once(events: dict[str, str], severity: float, told: tuple[str, ...]) -> None:
    """What the gap stands on silences weights of its event; of two weights the heavier counts."""
    gap = plain("gap", when("up"), base=0.5, each=[("high", 0.3), ("red", 0.1)])
    (outcome,) = assess(book_of_events(gap, events), known(n0=6, word="red")).gaps
    assert (outcome.severity, outcome.signals) == (severity, told)


def test_only_a_true_reading_of_an_event_silences_another() -> None:
    """The lighter weight counts where the heavier signal is false, and where the gap stands on another event."""
    gap = plain("gap", AnyOf((when("up"), when("on"))), base=0.5, each=[("high", 0.3), ("red", 0.1)])
    rules = book_of_events(gap, departed("on", "high", "red"))
    (lighter,) = assess(rules, known(n0=1, word="red", flag=False)).gaps
    assert (lighter.severity, lighter.signals) == (0.6, ("up", "red"))
    (based,) = assess(rules, known(n0=6, word="red", flag=True)).gaps
    assert (based.severity, based.signals) == (0.5, ("up", "on"))


def test_the_sides_of_a_contested_gap_have_events_of_their_own() -> None:
    """A weight is silenced by the evidence of the side that holds, not by that of the other."""
    gap = contested("gap", when("up"), when("on"), when("high"), base=0.5, each=[("red", 0.2)])
    rules = book_of_events(gap, departed("on", "red"))
    (as_cx,) = assess(rules, known(n0=1, word="red", flag=True)).gaps
    (as_cs,) = assess(rules, known(n0=6, word="red", flag=False)).gaps
    assert ((as_cx.kind, as_cx.severity), (as_cs.kind, as_cs.severity)) == (("cx", 0.5), ("cs", 0.7))
