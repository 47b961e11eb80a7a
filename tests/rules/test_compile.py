"""Rule files → the rulebook that everything later reads."""

from __future__ import annotations

import pytest

from nextplay.errors import RulebookInvalid
from nextplay.facts import AttributeSpec
from nextplay.rules.compile import compile_rulebook, content_hash
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter, SignalLeaf
from nextplay.rules.rulebook import (
    Ask,
    ContactLimit,
    Due,
    GapRule,
    LeadLine,
    Place,
    Play,
    Prior,
    Rulebook,
    Severity,
    SideRule,
    Suppression,
    Target,
)

SILENT_DAYS = Parameter("silent_days", "profile.segment", {"enterprise": 45, "mid_market": 75, "smb": 120}, 75)


def _signal(book: Rulebook, name: str) -> Condition:
    return next(rule.when for rule in book.signals if rule.id == name)


def _gap(book: Rulebook, name: str) -> GapRule:
    return next(rule for rule in book.gaps if rule.id == name)


def _play(book: Rulebook, name: str) -> Play:
    return next(play for play in book.plays if play.id == name)


def test_conditions_come_out_as_written(small_rulebook: Rulebook) -> None:
    """Bare names are signals, parameters keep their cases, `between` keeps its two ends."""
    assert _signal(small_rulebook, "silent") == FactLeaf("relationship.days_since_two_way_contact", "gt", SILENT_DAYS)
    assert _signal(small_rulebook, "no_setup_attempts") == All(
        (FactLeaf("usage.setup_attempts_14d", "eq", 0), Not(SignalLeaf("setup_errors")))
    )
    assert _signal(small_rulebook, "low_early_usage") == All(
        (FactLeaf("contract.days_since_start", "between", (14, 90)), FactLeaf("usage.license_utilization", "lt", 0.25))
    )
    assert _signal(small_rulebook, "on_gold_plan") == FactLeaf("attributes.plan_code", "in", ("gold",))


def test_a_list_alone_is_any_and_the_choice_for_unknown_is_kept(small_files: dict[str, bytes]) -> None:
    """A list without `all` or `any` means any of it; `unknown:` states the choice of the author."""
    raw = b"""
- id: extra
  title: Extra
  when: [silent, {fact: support.open_p1, gte: 1, unknown: false}, {fact: support.open_p1, is_unknown: true}]
  says: Extra
"""
    book = compile_rulebook({**small_files, "signals/extra.yaml": raw}).rulebook
    leaves = (
        SignalLeaf("silent"),
        FactLeaf("support.open_p1", "gte", 1, when_unknown=False),
        FactLeaf("support.open_p1", "is_unknown"),
    )
    assert _signal(book, "extra") == AnyOf(leaves)


def test_contested_gaps_come_out_as_written(small_rulebook: Rulebook) -> None:
    """A contested gap has a reading, two sides and a question, and no kind of its own."""
    gap = _gap(small_rulebook, "early_adoption_stalled")
    assert (gap.kind, gap.when, gap.root_cause) == (None, None, None)
    assert gap.reading == SignalLeaf("low_early_usage")
    assert gap.cx == SideRule(AnyOf((SignalLeaf("setup_errors"),)), "onboarding_friction", "onboarding")
    assert isinstance(gap.ask, Ask)
    assert gap.ask.options == {"tried_and_stopped": "cx", "never_started": "cs"}
    assert gap.ask.labels["never_started"] == {"en": "They never started", "pt-BR": "Nem começaram"}
    assert gap.ask.valid_days == 30


def test_plain_gaps_come_out_as_written(small_rulebook: Rulebook) -> None:
    """A plain gap has kind, cause, touchpoint, rival explanation and severity, and knows its place."""
    gap = _gap(small_rulebook, "broken_response_promise")
    assert (gap.kind, gap.touchpoint, gap.root_cause) == ("cx", "support", "response_time")
    assert gap.unless == AnyOf((SignalLeaf("incident_explained"),))
    assert gap.severity == Severity(0.5, (("support_p1_open", 0.3),))
    assert gap.place == Place("gaps/gaps.yaml", 2, 3)
    assert _gap(small_rulebook, "room_to_grow").kind == "opportunity"


def test_plays_come_out_as_written(small_rulebook: Rulebook) -> None:
    """A play keeps its targets, owner by fact, due date, gates, level of effect and what keeps it silent."""
    play = _play(small_rulebook, "guided_setup_session")
    assert play.answers == (Target("early_adoption_stalled", "cx"),)
    owner = Parameter("guided_setup_session.owner", "profile.segment", {"smb": "csm"}, "onboarding_manager")
    assert play.owner == owner
    assert play.due == Due(5, 14)
    assert play.eligibility == FactLeaf("contract.days_since_start", "between", (0, 120))
    assert play.suitability == FactLeaf("relationship.outreach_14d", "lt", 5, when_unknown=True)
    assert (play.effect, play.gain, play.importance) == (0.2, 0.0, "normal")
    assert play.suppress_after == Suppression(2, 30, 60)
    call = _play(small_rulebook, "call_back")
    assert (call.effect, call.importance, call.cooldown_days) == (0.15, "must", 14)
    assert call.propensity == Prior(6, 10)
    assert call.checklist["pt-BR"] == ("Leia os chamados abertos", "Dê uma data a cada um")
    growth = _play(small_rulebook, "expansion_conversation")
    assert growth.hold_while == (Target("early_adoption_stalled", "cx"),)
    assert (growth.excludes, growth.gain) == (("call_back",), 0.2)
    assert growth.owner == small_rulebook.parameters["owner_of_renewal"]
    assert _play(small_rulebook, "agree_on_goals").answers == (
        Target("early_adoption_stalled", "cs"),
        Target("silent_customer"),
    )


def test_the_book_itself_comes_out_as_written(small_rulebook: Rulebook) -> None:
    """Vocabularies, attributes, ages, diagnosis, ranking and contact policy are as in `rulebook.yaml`."""
    book = small_rulebook
    assert (book.id, book.locales) == ("small", ("en", "pt-BR"))
    assert book.vocabularies["roles"]["support_lead"] == {"en": "support lead"}
    assert book.vocabularies["root_causes"]["silence"] == {"en": "Nobody talks", "pt-BR": "Sem contato"}
    assert book.vocabularies["reasons"] == {}
    assert book.stale_after_days == {"nps": 180, "csat": 90, "ces": 90}
    assert book.attributes == (
        AttributeSpec("logins_7d", "number", "Logins of a week", "count", 0, 100000, (), 5),
        AttributeSpec("plan_code", "word", "Plan of the billing system", words=("basic", "gold")),
    )
    assert book.diagnosis.material == 0.4
    assert [line.lead for line in book.diagnosis.lead] == ["cs", "cx", "cs"]
    assert book.diagnosis.lead[2] == LeadLine("cs")
    assert set(book.diagnosis.says) == {"cx", "cs", "mixed_cx", "mixed_cs", "none", "undetermined"}
    ranking = book.arbitration
    assert ranking.contact_policy == (ContactLimit(4, 14), ContactLimit(2, 7, "phone"))
    assert (ranking.working_days, ranking.holidays) == ((0, 1, 2, 3, 4), ("2026-12-25",))
    assert ranking.lever_by_segment == {"enterprise": 20}
    assert ranking.default_annual_value["otherwise"] == 10000


def test_reasons_of_reactions_are_words_like_any_other(small_files: dict[str, bytes]) -> None:
    """A rulebook may say which reasons a reaction may give, with labels."""
    written = b"vocabularies:\n  reasons: {no_time: {en: No time, pt-BR: Sem tempo}}\n"
    book = small_files["rulebook.yaml"].replace(b"vocabularies:\n", written)
    compiled = compile_rulebook({**small_files, "rulebook.yaml": book}).rulebook
    assert compiled.vocabularies["reasons"] == {"no_time": {"en": "No time", "pt-BR": "Sem tempo"}}


def test_what_is_left_out_has_its_stated_meaning(small_files: dict[str, bytes]) -> None:
    """Without them: all factors on, no levers, friction from 0.7, Monday to Friday, no holidays, no contact policy."""
    lines = small_files["rulebook.yaml"].decode().split("\n")
    gone = ("  factors:", "  levers: {plays", "  friction", "  working", "  holidays", "contact_policy", "  - {touches")
    raw = "\n".join(line for line in lines if not line.startswith(gone)).encode()
    ranking = compile_rulebook({**small_files, "rulebook.yaml": raw}).rulebook.arbitration
    assert set(ranking.factors.items()) == {(name, True) for name in ("propensity", "context", "value", "lever")}
    assert (ranking.lever_by_play, ranking.lever_by_kind, ranking.lever_by_segment) == ({}, {}, {})
    assert (ranking.friction_severity, ranking.working_days, ranking.holidays) == (0.7, (0, 1, 2, 3, 4), ())
    assert ranking.contact_policy == ()


def test_relative_dates_count_from_the_day_of_the_test(small_rulebook: Rulebook) -> None:
    """`days_ago` and `days_ahead` become days, and instants in the history; `as_of` becomes an instant."""
    tests = {test.name: test for test in small_rulebook.tests}
    nobody = tests["nobody tried and nothing was agreed"]
    assert nobody.as_of == "2026-03-02T00:00:00Z"
    assert nobody.given["contract"]["started_on"] == "2026-01-19"
    assert nobody.given["objectives"] == []
    done = tests["a completed play is left in peace"]
    assert done.given["history"][0]["at"] == "2026-02-27T00:00:00Z"
    assert done.expect == {"gaps": {"broken_response_promise": "cx"}, "withheld": {"call_back": "cooldown"}}


def test_rules_come_in_the_order_of_their_ids(small_rulebook: Rulebook) -> None:
    """Whatever file they stand in, signals, gaps and plays are sorted by id."""
    for rules in (small_rulebook.signals, small_rulebook.gaps, small_rulebook.plays):
        assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)


def test_the_hash_is_of_the_rules_alone(small_files: dict[str, bytes], small_rulebook: Rulebook) -> None:
    """Tests and schema do not change the hash, nor does the order of files; a byte of a rule, or its path, does."""
    turned = dict(reversed(small_files.items()))
    assert content_hash(turned) == small_rulebook.content_hash
    assert content_hash({**turned, "tests/x_test.yaml": b"", "schema/a.json": b""}) == small_rulebook.content_hash
    assert content_hash({**turned, "signals/signals.yaml": b"[]"}) != small_rulebook.content_hash
    moved = {("signals/moved.yaml" if path == "signals/signals.yaml" else path): raw for path, raw in turned.items()}
    assert content_hash(moved) != small_rulebook.content_hash
    assert content_hash({"a": b"bc"}) != content_hash({"ab": b"c"})


def test_faults_come_with_the_warnings(small_files: dict[str, bytes]) -> None:
    """A rulebook with faults tells its warnings in the same run, each by its level, sorted by place."""
    raw = b"- {id: extra, title: Extra, when: nothing, says: Extra}\n"
    with pytest.raises(RulebookInvalid) as caught:
        compile_rulebook({**small_files, "signals/extra.yaml": raw})
    assert [(fault.code, fault.level) for fault in caught.value.faults] == [
        ("missing-wanted-text", "warning"),
        ("unknown-signal", "error"),
        ("missing-wanted-text", "warning"),
    ]


def test_nothing_at_all_is_one_fault() -> None:
    """An empty folder has no `rulebook.yaml`, and nothing else is wrong with it."""
    with pytest.raises(RulebookInvalid) as caught:
        compile_rulebook({})
    assert [fault.code for fault in caught.value.faults] == ["missing-file"]
