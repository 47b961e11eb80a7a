"""Whatever the rulebook and the account, the evaluator says what the definition says."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.rules.books import ALL_FACTS, VOCABULARY
from tests.rules.random_books import RandomBook
from tests.rules.reference import Reference

from nextplay.decision import Side
from nextplay.errors import RulebookInvalid
from nextplay.facts import Facts
from nextplay.rules.assessment import Assessment
from nextplay.rules.evaluation import Evaluator

LAW = settings(max_examples=100, deadline=None)
SEEDS = st.integers(0, 2**32)


def durable(drawn: RandomBook) -> Evaluator:
    """Build an evaluator on durable-rules; a book that it must refuse is not what these laws are about."""
    try:
        return Evaluator(drawn.rulebook, VOCABULARY)
    except RulebookInvalid:
        assume(False)  # noqa: FBT003  hypothesis's own signature
        raise


def assessed(drawn: RandomBook, evaluator: Evaluator) -> Iterator[tuple[Facts, dict[str, Side], Assessment]]:
    """Assess five accounts with one evaluator."""
    for _ in range(5):
        account, answers = drawn.account(), drawn.answers()
        yield account, answers, evaluator.assess(account, answers=answers)


@LAW
@given(SEEDS)
def test_both_engines_give_the_same_assessment(seed: int) -> None:
    """durable-rules and the Python chainer lead to identical assessments."""
    drawn = RandomBook(seed)
    with closing(durable(drawn)) as evaluator:
        python = Evaluator(drawn.rulebook, VOCABULARY, inference="python")
        for account, answers, found in assessed(drawn, evaluator):
            assert python.assess(account, answers=answers) == found


@LAW
@given(SEEDS)
def test_an_assessment_is_what_the_definition_says(seed: int) -> None:
    """Signals, gaps, candidates, diagnosis, missing facts and near misses follow from the definition alone."""
    drawn = RandomBook(seed)
    with closing(durable(drawn)) as evaluator:
        for account, answers, found in assessed(drawn, evaluator):
            expected = Reference(drawn.rulebook, account, answers, VOCABULARY)
            assert found.signals == expected.signals
            assert {gap.rule.id: (gap.kind, gap.open_side, gap.severity) for gap in found.gaps} == expected.gaps
            assert {gap.rule.id for gap in found.explained} == expected.explained
            assert found.undecided == tuple(sorted(expected.undecided))
            assert {
                one.play.id: ([gap.rule.id for gap in one.gaps], one.eligibility, one.applicability, one.suitability)
                for one in found.candidates
            } == expected.candidates()
            assert (found.diagnosis, found.lead) == expected.diagnosis()
            assert list(found.missing_facts) == expected.missing_facts()
            near = [(near.distance, near.rule.id, near.reading.fact) for near in found.near_misses]
            assert near == expected.near_misses()


@LAW
@given(SEEDS)
def test_every_tuple_of_an_assessment_has_its_stated_order(seed: int) -> None:
    """Gaps by severity then id, candidates by play, signals by id, missing facts by use, near misses by distance."""
    drawn = RandomBook(seed)
    with closing(durable(drawn)) as evaluator:
        for _, _, found in assessed(drawn, evaluator):
            for gaps in (found.gaps, found.explained):
                assert list(gaps) == sorted(gaps, key=lambda gap: (-gap.severity, gap.rule.id))
            assert [one.play.id for one in found.candidates] == sorted(one.play.id for one in found.candidates)
            assert list(found.missing_facts) == sorted(found.missing_facts, key=lambda one: (-one.blocks, one.fact))
            assert [one.distance for one in found.near_misses] == sorted(one.distance for one in found.near_misses)
            assert list(found.signals) == sorted(found.signals)


@LAW
@given(SEEDS)
def test_evidence_is_true_and_counter_evidence_false(seed: int) -> None:
    """What is shown for a gap is true, what is shown against it false, and what may still excuse it unknown."""
    drawn = RandomBook(seed)
    with closing(durable(drawn)) as evaluator:
        for account, _, found in assessed(drawn, evaluator):
            for gap in (*found.gaps, *found.explained):
                for signals, truth in ((gap.signals, True), (gap.against, False), (gap.open_rivals, None)):
                    for signal in signals:
                        own = found.signals[signal] if signal in found.signals else _of_leaf(signal, evaluator, account)
                        assert own is truth


def test_threads_share_one_evaluator() -> None:
    """Asked from four threads at once, about accounts read by two plans, an evaluator answers as if it were alone."""
    drawn = RandomBook(20)
    accounts = [drawn.account() for _ in range(300)]
    wider = tuple(sorted([*ALL_FACTS, "zz.other"]))
    accounts += [Facts(wider, (*account.values, None)) for account in accounts]
    with closing(durable(drawn)) as evaluator, ThreadPoolExecutor(4) as pool:
        expected = [evaluator.assess(account) for account in accounts]
        assert list(pool.map(evaluator.assess, accounts)) == expected
    assert len({found.diagnosis for found in expected}) > 1


def _of_leaf(signal: str, evaluator: Evaluator, account: Facts) -> bool | None:
    """Return the truth of a leaf that a gap states itself."""
    (reading,) = evaluator.readings(signal, account)
    return reading.truth


@LAW
@given(SEEDS)
def test_an_assessment_reads_only_the_facts_it_names(seed: int) -> None:
    """`fact_names` is enough to assess; more facts beside them, in another plan, change nothing."""
    drawn = RandomBook(seed)
    with closing(durable(drawn)) as evaluator:
        names = tuple(sorted(evaluator.fact_names))
        wider = tuple(sorted([*ALL_FACTS, "zz.other"]))
        for account, answers, found in assessed(drawn, evaluator):
            narrow = Facts(names, tuple(account.value(name) for name in names))
            wide = Facts(wider, tuple(account.value(name) if name in ALL_FACTS else 7 for name in wider))
            assert evaluator.assess(narrow, answers=answers) == found
            assert evaluator.assess(wide, answers=answers) == found
