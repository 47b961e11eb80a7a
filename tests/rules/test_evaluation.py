"""From facts to gaps, plays and diagnosis: the tables of the rule language, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.books import VOCABULARY, assess, book, contested, flag, known, plain, play, when

from nextplay.decision import FactValue, GapKind, MissingFact, Reading, Side
from nextplay.errors import EngineFault, RulebookInvalid
from nextplay.facts import Facts
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter, SignalLeaf, Truth
from nextplay.rules.deduction import Engine
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import LeadLine, Rulebook, Target

T, F, U = True, False, None
WORD = {T: "red", F: "green", U: None}
NUMBER = {T: 3, F: -3, U: None}


def word_is_red() -> FactLeaf:
    """Build a leaf that follows the fact `word` alone."""
    return FactLeaf("attributes.word", "eq", "red")


def number_is_high() -> FactLeaf:
    """Build a leaf that follows the fact `n2` alone."""
    return FactLeaf("attributes.n2", "gt", 0)


def state(flag_truth: Truth = U, word: Truth = U, number: Truth = U) -> Facts:
    """Build facts under which `flag()`, `word_is_red()` and `number_is_high()` have the given truths."""
    return known(flag=flag_truth, word=WORD[word], n2=NUMBER[number])


CONTESTED: list[tuple[Truth, Truth, GapKind, Side | None]] = [
    (T, T, "mixed", None),
    (T, F, "cx", None),
    (T, U, "cx", "cs"),
    (F, T, "cs", None),
    (F, F, "undetermined", None),
    (F, U, "undetermined", "cs"),
    (U, T, "cs", "cx"),
    (U, F, "undetermined", "cx"),
    (U, U, "undetermined", None),
]
ON_SIGNALS = book(
    {"reading": flag(), "friction": word_is_red(), "aimless": number_is_high()},
    [contested("use", when("reading"), when("friction"), when("aimless"))],
)
ON_FACTS = book({}, [contested("use", flag(), word_is_red(), number_is_high())])


@pytest.mark.parametrize(("cx", "cs", "kind", "open_side"), CONTESTED)
@pytest.mark.parametrize("rulebook", [ON_SIGNALS, ON_FACTS], ids=["signals", "facts"])
def test_a_contested_gap_is_what_its_evidence_says(
    rulebook: Rulebook, cx: Truth, cs: Truth, kind: GapKind, open_side: Side | None
) -> None:
    """Each cell of the outcome table; elimination is no evidence, whether stated on signals or on facts."""
    (gap,) = assess(rulebook, state(T, cx, cs)).gaps
    assert (gap.kind, gap.open_side) == (kind, open_side)


@pytest.mark.parametrize(("reading", "undecided"), [(F, ()), (U, ("use",))])
def test_a_contested_gap_needs_its_reading(reading: Truth, undecided: tuple[str, ...]) -> None:
    """Without the reading no gap stands, however strong the evidence; an unknown reading is said to be undecided."""
    found = assess(ON_SIGNALS, state(reading, T, T))
    assert (found.gaps, found.undecided) == ((), undecided)


def test_evidence_stands_in_the_order_of_the_rule_and_names_what_refutes_the_other_side() -> None:
    """True signals of reading, side and severity speak for a gap; false ones of the other side against it."""
    signals: dict[str, Condition] = {
        "low": flag(),
        "errors": word_is_red(),
        "effort": word_is_red(),
        "no_goal": number_is_high(),
        "worse": flag(),
    }
    cx = AnyOf((when("effort"), when("errors"), Not(when("no_goal"))))
    rulebook = book(signals, [contested("use", when("low"), cx, when("no_goal"), each=[("worse", 0.2)])])
    (gap,) = assess(rulebook, state(T, T, F)).gaps
    assert (gap.kind, gap.signals, gap.against) == ("cx", ("low", "effort", "errors", "worse"), ("no_goal",))
    (gap,) = assess(rulebook, state(T, F, T)).gaps
    assert (gap.kind, gap.signals, gap.against) == ("cs", ("low", "no_goal", "worse"), ("effort", "errors"))


def test_a_fact_that_a_gap_states_itself_is_evidence_by_what_it_asks() -> None:
    """An anonymous signal is named after its comparison, and its reading can be asked for by that name."""
    evaluator = Evaluator(ON_FACTS, VOCABULARY, inference="python")
    (gap,) = evaluator.assess(state(T, T, F)).gaps
    assert gap.signals == ("attributes.flag eq true", 'attributes.word eq "red"')
    assert evaluator.readings(gap.signals[1], state(T, T, F)) == (
        Reading("attributes.word", "red", "eq", "red", truth=True),
    )
    assert gap.signals[0] not in evaluator.assess(state(T, T, F)).signals


@pytest.mark.parametrize(("answer", "kind"), [("cx", "cx"), ("cs", "mixed")])
def test_an_answer_makes_its_side_known(answer: Side, kind: GapKind) -> None:
    """A rep's answer counts as known evidence for the side it names, beside whatever else is known."""
    (gap,) = assess(ON_SIGNALS, state(T, T, F), use=answer).gaps
    assert (gap.kind, gap.answered) == (kind, answer)


def test_an_answer_to_a_question_that_nobody_asks_changes_nothing() -> None:
    """Without the reading, an answer brings about no gap."""
    assert assess(ON_SIGNALS, state(F, T, F), use="cx") == assess(ON_SIGNALS, state(F, T, F))


@pytest.mark.parametrize(
    ("condition", "excuse", "standing", "explained", "undecided"),
    [
        (T, T, False, True, False),
        (T, F, True, False, False),
        (T, U, True, False, False),
        (F, T, False, False, False),
        (U, T, False, False, False),
        (U, F, False, False, True),
        (U, U, False, False, True),
    ],
)
def test_a_rival_explanation_takes_a_gap_away_only_where_it_is_true(
    condition: Truth,
    excuse: Truth,
    standing: bool,  # noqa: FBT001
    explained: bool,  # noqa: FBT001
    undecided: bool,  # noqa: FBT001
) -> None:
    """`unless` true: reported as explained by it; false or unknown: the gap stands; unknown is an open rival."""
    rulebook = book({"season": word_is_red()}, [plain("drop", flag(), unless=when("season"))])
    found = assess(rulebook, state(condition, excuse))
    assert [bool(part) for part in (found.gaps, found.explained, found.undecided)] == [standing, explained, undecided]
    if standing:
        assert found.gaps[0].open_rivals == (("season",) if excuse is None else ())
    if explained:
        assert found.explained[0].signals == ("season",)


@pytest.mark.parametrize(
    ("word", "number", "severity"), [(F, F, 0.5), (T, F, 0.83), (T, T, 1.0), (U, U, 0.5), (F, T, 0.75)]
)
def test_severity_adds_the_weights_of_true_signals(word: Truth, number: Truth, severity: float) -> None:
    """Base plus each true signal's weight, clipped to 0..1, two decimals; unknown signals add nothing."""
    signals = {"angry": word_is_red(), "many": number_is_high()}
    rulebook = book(signals, [plain("late", flag(), each=[("angry", 0.333), ("many", 0.25)])])
    assert assess(rulebook, state(T, word, number)).gaps[0].severity == severity


DIAGNOSED = book(
    {},
    [
        plain("a_cx", flag()),
        plain("b_cs", word_is_red(), kind="cs"),
        plain("c_growth", number_is_high(), kind="opportunity"),
        contested("d_use", FactLeaf("attributes.n0", "gte", 1), *(FactLeaf("attributes.n0", "eq", n) for n in (2, 3))),
        contested("e_both", FactLeaf("attributes.n0", "eq", 4), All(()), All(())),
    ],
    lead=[LeadLine("cx", FactLeaf("attributes.n1", "gt", 0))],
)


@pytest.mark.parametrize(
    ("facts", "diagnosis", "lead"),
    [
        ({}, "undetermined", None),
        ({"flag": False}, "undetermined", None),
        ({"flag": False, "word": "green"}, "none", None),
        ({"flag": False, "word": "green", "n0": 0}, "none", None),
        ({"flag": False, "word": "green", "n2": 1}, "none", None),
        ({"flag": False, "word": "green", "n0": 1}, "undetermined", None),
        ({"flag": True}, "cx", "cx"),
        ({"flag": True, "n0": 1}, "cx", "cx"),
        ({"word": "red"}, "cs", "cs"),
        ({"n0": 2}, "cx", "cx"),
        ({"n0": 3}, "cs", "cs"),
        ({"flag": True, "word": "red"}, "mixed", None),
        ({"flag": True, "word": "red", "n1": 0.5}, "mixed", "cx"),
        ({"flag": True, "n0": 3, "n1": 0.5}, "mixed", "cx"),
        ({"n0": 4, "n1": 0.5}, "mixed", "cx"),
    ],
)
def test_the_diagnosis_counts_kinds(facts: dict[str, FactValue], diagnosis: str, lead: Side | None) -> None:
    """Both kinds or a mixed gap: mixed; one kind: that; else undetermined, unless a plain gap of each kind is false."""
    found = assess(DIAGNOSED, known(**facts))
    assert (found.diagnosis, found.lead) == (diagnosis, lead)


def test_only_gaps_of_material_severity_count() -> None:
    """A gap under the material severity stands, is listed and answered, but decides no diagnosis."""
    rulebook = book({}, [plain("a", flag(), base=0.39), plain("b", word_is_red(), kind="cs", base=0.4)])
    found = assess(rulebook, state(T, T))
    assert ([gap.rule.id for gap in found.gaps], found.diagnosis) == (["b", "a"], "cs")
    assert assess(rulebook, state(T, F)).diagnosis == "undetermined"


def test_an_explained_gap_is_decided() -> None:
    """For a healthy account, a gap that was explained away counts as ruled out."""
    gaps = [plain("a", flag(), unless=flag()), plain("b", word_is_red(), kind="cs")]
    assert assess(book({}, gaps), state(T, F)).diagnosis == "none"


def test_what_a_healthy_account_must_show_can_be_demanded() -> None:
    """With `healthy_when`, both sides ruled out are healthy only where it is true: false and unknown are not."""
    plainly = book({}, [plain("a", flag()), plain("b", word_is_red(), kind="cs")])
    demanding = replace(plainly, diagnosis=replace(plainly.diagnosis, healthy_when=number_is_high()))
    found = [assess(demanding, state(F, F, number)).diagnosis for number in (T, F, U)]
    assert found == ["none", "undetermined", "undetermined"]
    assert assess(plainly, state(F, F)).diagnosis == "none"


def test_the_first_true_line_leads_and_a_line_without_a_condition_is_true() -> None:
    """In mixed, the lead is the first line that is true; unknown is not true."""
    both = [plain("a", flag()), plain("b", flag(), kind="cs")]
    lines = [LeadLine("cs", word_is_red()), LeadLine("cx", number_is_high()), LeadLine("cs")]
    rulebook = book({}, both, lead=lines)
    leads = [assess(rulebook, state(T, word, number)).lead for word, number in ((T, T), (U, T), (F, F), (U, U))]
    assert leads == ["cs", "cx", "cs", "cs"]


def candidates(found: Assessment) -> dict[str, list[str]]:
    """Return the plays and their gaps."""
    return {one.play.id: [gap.rule.id for gap in one.gaps] for one in found.candidates}


@pytest.mark.parametrize(
    ("cx", "cs", "expected"),
    [
        (T, F, ["both", "fix"]),
        (F, T, ["aim", "both"]),
        (T, T, ["aim", "both", "fix"]),
        (F, F, ["ask"]),
        (U, T, ["aim", "both"]),
        (U, U, ["ask"]),
    ],
)
def test_plays_answer_a_contested_gap_as_what_it_is(cx: Truth, cs: Truth, expected: list[str]) -> None:
    """A mixed gap offers its CX and its CS plays, each once; an undetermined one its question."""
    plays = [
        play("fix", Target("use", "cx")),
        play("aim", Target("use", "cs")),
        play("ask", Target("use", "undetermined")),
        play("both", Target("use", "cx"), Target("use", "cs")),
    ]
    rulebook = replace(ON_SIGNALS, plays=tuple(sorted(plays, key=lambda one: one.id)))
    assert candidates(assess(rulebook, state(T, cx, cs))) == {name: ["use"] for name in expected}


def test_one_candidate_merges_the_gaps_of_a_play() -> None:
    """A play for several standing gaps is one candidate with those gaps, the worst first."""
    gaps = [plain("a", flag(), base=0.5), plain("b", flag(), base=0.9), plain("c", word_is_red()), plain("d", flag())]
    rulebook = book({}, gaps, [play("call", *(Target(name) for name in "abc"))])
    assert candidates(assess(rulebook, state(T, F))) == {"call": ["b", "a"]}


@pytest.mark.parametrize("gate", ["eligibility", "applicability", "suitability"])
@pytest.mark.parametrize("truth", [T, F, U])
def test_every_gate_is_reported_with_its_truth(gate: str, truth: Truth) -> None:
    """A play whose gap stands is a candidate whatever its gates say; a gate that was not written is true."""
    rulebook = book({}, [plain("a", flag())], [play("call", Target("a"), **{gate: word_is_red()})])
    (candidate,) = assess(rulebook, state(T, truth)).candidates
    gates = {name: getattr(candidate, name) for name in ("eligibility", "applicability", "suitability")}
    assert gates == {"eligibility": T, "applicability": T, "suitability": T, gate: truth}


def test_rules_of_negations_alone_hold_where_everything_is_false() -> None:
    """What is known to be false is a token too, so a rule may consist of nothing but `not`."""
    none_of_these = Not(AnyOf((when("s0"), when("s1"), when("s2"))))
    signals: dict[str, Condition] = {"s0": flag(), "s1": word_is_red(), "s2": number_is_high()}
    rulebook = book(
        signals, [plain("quiet", none_of_these)], [play("call", Target("quiet"), suitability=none_of_these)]
    )
    assert candidates(assess(rulebook, state(F, F, F))) == {"call": ["quiet"]}
    assert assess(rulebook, state(F, F, U)).undecided == ("quiet",)
    assert assess(rulebook, state(F, T, U)).undecided == ()


def test_a_constant_condition_needs_no_token() -> None:
    """A gap that always stands, or never can, is judged like any other."""
    rulebook = book(
        {}, [plain("always", All(())), plain("never", AnyOf(()), kind="cs")], [play("call", Target("always"))]
    )
    found = assess(rulebook, known())
    assert ([gap.rule.id for gap in found.gaps], candidates(found)) == (["always"], {"call": ["always"]})


def test_signals_may_name_signals_in_any_order() -> None:
    """A signal is decided after those that it names, whatever their names are."""
    signals: dict[str, Condition] = {"a": when("b"), "b": All((when("c"), flag())), "c": Not(word_is_red())}
    found = assess(book(signals, []), state(T, F))
    assert found.signals == {"a": True, "b": True, "c": True}
    assert assess(book(signals, []), state(U, T)).signals == {"a": False, "b": False, "c": False}


def test_missing_facts_are_ranked_by_the_conditions_that_wait_for_them() -> None:
    """An unknown fact counts once for each undecided signal, gap condition and gate of a reached play that reads it."""
    signals: dict[str, Condition] = {"red": word_is_red(), "also_red": All((when("red"), number_is_high()))}
    gaps = [plain("stands", flag()), plain("waits", when("also_red")), plain("safe", Not(flag()))]
    plays = [
        play("reached", Target("stands"), applicability=number_is_high()),
        play("unreached", Target("waits"), applicability=number_is_high()),
    ]
    found = assess(book(signals, gaps, plays), state(T))
    assert found.missing_facts == (MissingFact("attributes.n2", 3), MissingFact("attributes.word", 3))
    assert found.undecided == ("waits",)


def test_facts_that_can_leave_nothing_unknown_are_not_missing() -> None:
    """A leaf that asks about knowledge, or whose author chose for the unknown, waits for nothing."""
    leaves = (
        FactLeaf("attributes.n0", "gt", 1, when_unknown=True),
        FactLeaf("attributes.n1", "is_unknown"),
        word_is_red(),
    )
    assert assess(book({"s": All(leaves)}, []), known()).missing_facts == (MissingFact("attributes.word", 1),)


def test_the_facts_that_would_settle_an_undetermined_gap_are_named() -> None:
    """Only the unknown facts of undecided sides settle the kind, the most useful first."""
    two = AnyOf((number_is_high(), FactLeaf("attributes.n1", "gt", 0)))
    rulebook = book({"much": FactLeaf("attributes.n1", "gt", 1)}, [contested("use", flag(), word_is_red(), two)])
    assert assess(rulebook, state(T, F)).gaps[0].open_facts == ("attributes.n1", "attributes.n2")
    assert assess(rulebook, state(T, T)).gaps[0].open_facts == ()
    assert assess(rulebook, known(flag=True, word="green", n1=0.0, n2=0)).gaps[0].open_facts == ()


LIMIT = Parameter("limit", "attributes.word", {"red": 1}, 5)


def test_readings_show_the_leaves_of_a_signal_and_of_those_it_names() -> None:
    """Each leaf with value, resolved threshold and truth, in order of writing, one level deep, once."""
    signals: dict[str, Condition] = {
        "deep": flag(),
        "inner": AnyOf((FactLeaf("attributes.n0", "between", (1, 3)), when("deep"))),
        "outer": All((FactLeaf("attributes.n2", "gt", LIMIT), when("inner"), Not(when("inner")))),
    }
    evaluator = Evaluator(book(signals, []), VOCABULARY, inference="python")
    between = Reading("attributes.n0", 2, "between", (1, 3), truth=True)
    assert evaluator.readings("outer", known(n2=3, n0=2, word="red")) == (
        Reading("attributes.n2", 3, "gt", 1, truth=True),
        between,
    )
    assert evaluator.readings("outer", known(n2=3, n0=2)) == (
        Reading("attributes.n2", 3, "gt", None, truth=None),
        between,
    )
    with pytest.raises(KeyError):
        evaluator.readings("unheard_of", known())


def test_owners_and_channels_that_differ_by_a_fact_are_named_among_the_facts() -> None:
    """Whoever plans the facts learns of those that only an owner or a channel reads."""
    by_word = Parameter("owner", "attributes.word", {"red": "lead"}, "csm")
    by_flag = Parameter("channel", "attributes.flag", {}, "phone")
    called = replace(play("call", Target("a")), owner=by_word, channel=by_flag)
    rulebook = book({}, [plain("a", number_is_high())], [called])
    names = Evaluator(rulebook, VOCABULARY, inference="python").fact_names
    assert names == {"attributes.n2", "attributes.word", "attributes.flag"}


def test_over_64_alternatives_are_a_fault_at_the_rule() -> None:
    """A condition that would need too many rules is refused by either engine, with its place."""
    signals: dict[str, Condition] = {f"s{number}": flag() for number in range(14)}
    choices = [AnyOf((SignalLeaf(f"s{number}"), SignalLeaf(f"s{number + 7}"))) for number in range(7)]
    engines: tuple[Engine, ...] = ("durable", "python")
    for engine in engines:
        with pytest.raises(RulebookInvalid) as refused:
            Evaluator(book(signals, [plain("wide", All(tuple(choices)))]), VOCABULARY, inference=engine)
        (fault,) = refused.value.faults
        assert (fault.code, fault.path, fault.line) == ("too-many-alternatives", "gaps/any.yaml", 1)


def test_a_closed_evaluator_says_so() -> None:
    """After `close`, assessing is an `EngineFault`; readings, which need no engine, still work."""
    evaluator = Evaluator(ON_SIGNALS, VOCABULARY)
    evaluator.close()
    with pytest.raises(EngineFault, match="closed"):
        evaluator.assess(state(T))
    assert evaluator.readings("reading", state(T))


def test_a_composite_is_told_by_its_true_parts() -> None:
    """A signal made of signals alone has no numbers of its own, so the parts that are true stand in its place."""
    rulebook = book(
        {"late": flag(), "wrong": word_is_red(), "any_friction": AnyOf((when("late"), when("wrong")))},
        [plain("friction", when("any_friction"), kind="cx")],
    )
    both, one = assess(rulebook, state(T, T)), assess(rulebook, state(T, F))
    assert [gap.signals for gap in both.gaps] == [("late", "wrong")]
    assert [gap.signals for gap in one.gaps] == [("late",)]


def test_what_softens_a_gap_is_no_evidence_for_it() -> None:
    """A signal that lowers the severity lowers it, and is not told as a reason why the gap stands."""
    rulebook = book(
        {"late": flag(), "calm": word_is_red(), "worse": number_is_high()},
        [plain("friction", when("late"), kind="cx", base=0.6, each=[("calm", -0.2), ("worse", 0.1)])],
    )
    gap = assess(rulebook, state(T, T, T)).gaps[0]
    assert (gap.signals, gap.severity) == (("late", "worse"), 0.5)
