"""The life of rules: days, trials, what is off, and goals of plays."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.rules.books import VOCABULARY, assess, book, flag, known, plain, play

from nextplay.rules.compile import compile_rulebook
from nextplay.rules.condition import FactLeaf, Parameter
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.roster import ALL_PRESENT, Renaming, Roster
from nextplay.rules.rulebook import ALWAYS, Escalation, Life, Rulebook, Target
from nextplay.snapshot import HistoryEntry

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UP = FactLeaf("attributes.n0", "gt", 0)


def living(life: Life, *, of_play: Life = ALWAYS) -> Rulebook:
    """Build a book of one gap and its play."""
    return book({}, [replace(plain("gap", flag()), life=life)], [replace(play("mend", Target("gap")), life=of_play)])


@pytest.mark.parametrize(
    ("life", "counts"),
    [
        (Life(), True),
        (Life(starts_on=DAY), True),
        (Life(ends_on=DAY), True),
        (Life(starts_on=DAY, ends_on=DAY), True),
        (Life(starts_on=date(2026, 3, 3)), False),
        (Life(ends_on=date(2026, 3, 1)), False),
    ],
)
def test_both_days_are_included(life: Life, *, counts: bool) -> None:
    """A rule counts from its first day to its last, on both of them too; asked without a day it counts."""
    with closing(Evaluator(living(life), VOCABULARY, inference="python")) as evaluator:
        assert bool(evaluator.assess(known(flag=True), day=DAY).gaps) == counts
        assert evaluator.assess(known(flag=True)).gaps
        assert bool(evaluator.assess(known(), day=DAY).undecided) == counts


def test_where_all_are_live_nobody_is_asked() -> None:
    """A book without lives has the one empty roster, whatever the day."""
    assert Roster(living(Life(was=("old",)))).on(DAY) is ALL_PRESENT


def test_a_play_on_trial_is_told_with_its_gates_for_gaps_of_both_sorts() -> None:
    """For live gaps and gaps on trial alike; a live play does not come for a gap on trial."""
    trial = Life("shadow")
    gaps = [plain("live", flag()), replace(plain("tried", UP), life=trial)]
    plays = [
        replace(play("both", Target("live"), Target("tried"), suitability=UP, eligibility=flag("words")), life=trial),
        play("of_the_tried", Target("tried")),
    ]
    rules = book({}, gaps, plays)
    with closing(Evaluator(rules, VOCABULARY)) as evaluator:
        one = evaluator.assess(known(flag=True, n0=1), with_shadow=True)
        assert ([gap.rule.id for gap in one.gaps], one.candidates) == (["live"], ())
        (candidate,) = one.shadow.candidates
        assert (candidate.play.id, [gap.rule.id for gap in candidate.gaps]) == ("both", ["live", "tried"])
        assert (candidate.eligibility, candidate.applicability, candidate.suitability) == (None, True, True)
        assert [entry.fact for entry in one.missing_facts] == []


def test_a_live_compound_takes_a_part_that_is_on_trial() -> None:
    """It would not stand if it were live, so it is not told; a compound on trial takes nothing from the others."""
    tried = replace(plain("part", UP), life=Life("shadow"))
    whole = replace(plain("whole", UP), absorbs=("part",))
    with closing(Evaluator(book({}, [whole, tried]), VOCABULARY)) as evaluator:
        assert evaluator.assess(known(n0=1), with_shadow=True).shadow.gaps == ()
    rules = book({}, [replace(whole, life=Life("shadow")), plain("part", UP)])
    with closing(Evaluator(rules, VOCABULARY)) as evaluator:
        one = evaluator.assess(known(n0=1), with_shadow=True)
        assert ([gap.rule.id for gap in one.gaps], one.absorbed) == (["part"], ())
        assert [gap.rule.id for gap in one.shadow.gaps] == ["whole"]


def test_goals_that_have_come_about_are_named() -> None:
    """`done` has the plays whose `done_when` is true, whether or not a gap stands; unknown is not done."""
    rules = book({}, [plain("gap", flag())], [replace(play("mend", Target("gap")), done_when=UP)])
    assert [assess(rules, known(**values)).done for values in ({"n0": 1}, {"n0": 0}, {}, {"n0": 1, "flag": True})] == [
        frozenset({"mend"}), frozenset(), frozenset(), frozenset({"mend"}),
    ]  # fmt: skip
    assert assess(rules, known(flag=False)).missing_facts == ()


def test_history_follows_the_names() -> None:
    """Old ids become present ones, gaps and plays apart; what nobody was called stays; absent rules claim nothing."""
    rules = living(Life(was=("earlier", "mend")), of_play=Life(was=("earlier",)))
    entries = tuple(
        HistoryEntry(kind="accepted", at=NOON, play=name, gap=gap)
        for name, gap in (("earlier", "earlier"), ("mend", "mend"), (None, "other"))
    )
    renaming = Renaming(rules)
    followed = renaming.followed(entries, ALL_PRESENT)
    assert [(entry.play, entry.gap) for entry in followed] == [("mend", "gap"), ("mend", "gap"), (None, "other")]
    absent = ALL_PRESENT._replace(gaps=frozenset({"gap"}))
    assert [entry.gap for entry in renaming.followed(entries, absent)] == ["earlier", "mend", "other"]
    assert Renaming(living(Life())).followed(entries, ALL_PRESENT) is entries


EXTRA = b"""
- id: extra
  title: {en: Extra, pt-BR: Extra}
  for: [{gap: silent_customer}, {gap: lonely}]
  purpose: outcome
  rationale: {en: Why, pt-BR: Por que}
  owner: {param: owner_of_renewal}
  due: {within_days: {by: profile.segment, smb: 2, otherwise: 5}}
  channel: email
  effort_hours: {param: silent_days}
  checklist: {en: [Do it], pt-BR: [Fa\xc3\xa7a]}
  effect: {by: profile.segment, smb: small, otherwise: 0.5}
  done_when: silent
  escalate: [{overdue_days: 9, owner: {param: owner_of_renewal}}, {overdue_days: 2, owner: csm}]
  from: 2026-01-01
  until: 2026-12-31
  was: [older, oldest]
  excludes: [call_back]
"""
LONELY = b"""
- id: lonely
  title: {en: Extra, pt-BR: Extra}
  kind: cs
  root_cause: silence
  when: silent
  severity: {base: bad}
  status: shadow
  absorbs: [silent_customer]
"""


@pytest.fixture
def extended(small_files: dict[str, bytes]) -> Mapping[str, bytes]:
    """Lay a gap and a play with every new word over the small rulebook."""
    severity = b"effect: {small: 0.05, medium: 0.15, large: 0.3}\n  severity: {bad: 0.65}"
    written = small_files["rulebook.yaml"].replace(b"effect: {small: 0.05, medium: 0.15, large: 0.3}", severity)
    return {**small_files, "rulebook.yaml": written, "plays/extra.yaml": EXTRA, "gaps/extra.yaml": LONELY}


def test_every_word_arrives(extended: Mapping[str, bytes]) -> None:
    """Life, goals, steps in the order of their days, levels and tables stand in the rulebook as they were written."""
    rulebook = compile_rulebook(extended).rulebook
    extra = next(play for play in rulebook.plays if play.id == "extra")
    lonely = next(gap for gap in rulebook.gaps if gap.id == "lonely")
    owner = rulebook.parameters["owner_of_renewal"]
    assert extra.life == Life("live", date(2026, 1, 1), date(2026, 12, 31), ("older", "oldest"))
    assert extra.escalate == (Escalation(2, "csm"), Escalation(9, owner))
    assert (extra.owner, extra.effort_hours) == (owner, rulebook.parameters["silent_days"])
    assert extra.due.within_days == Parameter("extra.due.within_days", "profile.segment", {"smb": 2}, 5)
    assert extra.effect == Parameter("extra.effect", "profile.segment", {"smb": 0.05}, 0.5)
    assert extra.done_when is not None
    assert (lonely.severity.base, lonely.life, lonely.absorbs) == (0.65, Life("shadow"), ("silent_customer",))


def test_what_is_off_leaves_no_mention(extended: Mapping[str, bytes]) -> None:
    """A gap that is off leaves targets and absorbing; a play exclusions; a play of such gaps alone goes with them."""
    off = {
        **extended,
        "gaps/extra.yaml": LONELY.replace(b"shadow", b"off"),
        "plays/extra.yaml": EXTRA + EXTRA.replace(b"id: extra", b"id: only").replace(
            b"[{gap: silent_customer}, {gap: lonely}]", b"{gap: lonely}"
        ).replace(b"[older, oldest]", b"[]").replace(b"[call_back]", b"[extra]"),
    }  # fmt: skip
    rulebook = compile_rulebook(off).rulebook
    extra = next(play for play in rulebook.plays if play.id == "extra")
    assert rulebook.off == ("lonely", "only")
    assert extra.answers == (Target("silent_customer"),)
    assert "lonely" not in repr((rulebook.gaps, rulebook.plays))


def test_tests_expect_nothing_of_what_is_off(small_files: dict[str, bytes]) -> None:
    """What a test expects of a rule that is off is left out, and an empty expectation of gaps does not become one."""
    test = b"""
- name: off
  as_of: 2026-03-02
  given: {}
  expect: {gaps: {silent_customer: none}, withheld: {call_back: held}, actions: []}
"""
    gaps = small_files["gaps/gaps.yaml"].replace(b"- id: silent_customer", b"- id: silent_customer\n  status: off")
    rulebook = compile_rulebook({**small_files, "gaps/gaps.yaml": gaps, "tests/off_test.yaml": test}).rulebook
    (found,) = (one for one in rulebook.tests if one.name == "off")
    assert dict(found.expect) == {"withheld": {"call_back": "held"}, "actions": []}
