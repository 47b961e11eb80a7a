"""The rulebook in `rules/` as a whole: how much it says, that its tests cover it, and that it stays general."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nextplay.authoring.cases import run_rule_tests
from nextplay.decider import Decider
from nextplay.decision import Decision
from nextplay.release import Release, load_release
from nextplay.rules.condition import Condition, facts_of, signals_of
from nextplay.rules.rulebook import GapRule, Play, Rulebook
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[1]
LAGGING = ("contract.", "events.bulk_export", "events.termination_question", "events.price_objection")
ROWS = (
    *(f"CX-{number:02}" for number in range(1, 20)),
    *(f"CS-{number:02}" for number in range(1, 30)),
    *(f"MX-{number:02}" for number in range(1, 16)),
    "quiet quit",
    "decapitation",
    "exit preparation",
    "buyer disconnect",
    "failed launch",
    "technical decoupling",
    "shelfware",
    "value vacuum",
    "death by a thousand tickets",
    "regime change",
    "budget squeeze",
    "contraction spiral",
    "consolidation target",
    "frictionless renewal",
    "happy under-user",
)
"""The rules and patterns of the trade that `docs/rulebook.md` accounts for, one line each."""
NOT_CARRIED = "not carried"
NEAR_FIELDS = 2
"""Fields in which a customer may differ from another and still be near."""
IDENTITY = ("profile.name", "profile.owner_id", "profile.industry", "profile.region", "profile.language")


@pytest.fixture(scope="module")
def release() -> Release:
    """Load the shipped rules and model once."""
    return load_release(ROOT / "rules", ROOT / "models", inference="python")


@pytest.fixture(scope="module")
def rulebook(release: Release) -> Rulebook:
    """Return the compiled rules."""
    return release.rulebook


@pytest.fixture(scope="module")
def decisions(release: Release) -> tuple[Decision, ...]:
    """Decide every customer of the rule tests."""
    decider = Decider(release)
    return tuple(
        decider.decide(read_snapshot({**test.given, "account_id": "a-1", "as_of": _instant(test.as_of)}))
        for test in release.rulebook.tests
    )


def _instant(day: str) -> str:
    return day if "T" in day else f"{day}T00:00:00Z"


def _conditions(gap: GapRule) -> Iterable[Condition]:
    sides = (gap.cx.when if gap.cx else None, gap.cs.when if gap.cs else None)
    return (found for found in (gap.when, gap.reading, gap.unless, *sides) if found is not None)


def _facts(condition: Condition, definitions: Mapping[str, Condition]) -> frozenset[str]:
    """Return the facts that `condition` reads, itself or through signals."""
    through = (_facts(definitions[name], definitions) for name in signals_of(condition))
    return frozenset().union(facts_of(condition), *through)


def _definitions(rulebook: Rulebook) -> dict[str, Condition]:
    return {signal.id: signal.when for signal in rulebook.signals}


def test_the_book_is_broad_enough(rulebook: Rulebook) -> None:
    """There are at least 40 signals, 12 gaps of each kind, 8 contested readings, 3 opportunities and 30 plays."""
    plain = [gap.kind for gap in rulebook.gaps if gap.kind]
    contested = [gap for gap in rulebook.gaps if gap.reading is not None]
    assert len(rulebook.signals) >= 40
    assert plain.count("cx") >= 12
    assert plain.count("cs") >= 12
    assert len(contested) >= 8
    assert plain.count("opportunity") >= 3
    assert len(rulebook.plays) >= 30


def test_every_rule_test_passes(release: Release) -> None:
    """What the strategists expect of their customers comes out."""
    failed = [str(result) for result in run_rule_tests(release) if not result.passed]
    assert failed == []


def test_every_gap_is_expected_of_a_customer(rulebook: Rulebook) -> None:
    """Each gap stands in a rule test that names it, contested ones as CX, as CS and undetermined."""
    expected: dict[str, set[str]] = {}
    for test in rulebook.tests:
        for gap, kind in test.expect.get("gaps", {}).items():
            expected.setdefault(gap, set()).add(kind)
    for gap in rulebook.gaps:
        wanted = {gap.kind} if gap.kind else {"cx", "cs", "undetermined"}
        assert wanted <= expected.get(gap.id, set()), gap.id


def test_every_play_is_expected_of_a_customer(rulebook: Rulebook) -> None:
    """Each play is an action of a rule test that names it."""
    expected = {play for test in rulebook.tests for play in test.expect.get("actions", ())}
    assert {play.id for play in rulebook.plays} <= expected


def test_every_gap_has_a_customer_with_it_and_one_near_without(rulebook: Rulebook) -> None:
    """Each gap is expected of a customer, and expected not to stand of another who differs in two fields at most."""
    told = [(_fields(test.given), test.expect.get("gaps", {})) for test in rulebook.tests]
    lonely = [
        gap.id
        for gap in rulebook.gaps
        if not any(
            _are_near(one, other)
            for one, expected in told
            if expected.get(gap.id, "none") != "none"
            for other, refused in told
            if refused.get(gap.id) == "none"
        )
    ]
    assert lonely == []


def test_every_play_has_a_customer_with_it_and_one_near_without(
    rulebook: Rulebook, decisions: tuple[Decision, ...]
) -> None:
    """Each play is an expected action, and of a customer two fields away at most its gap is not or a gate holds it."""
    told = [
        (_fields(test.given), test.expect, {action.play for action in decision.actions})
        for test, decision in zip(rulebook.tests, decisions, strict=True)
    ]
    lonely = [
        play.id
        for play in rulebook.plays
        if not any(
            _are_near(one, other)
            for one, expect, _ in told
            if play.id in expect.get("actions", ())
            for other, refusal, actions in told
            if play.id not in actions and _says_why(play, refusal)
        )
    ]
    assert lonely == []


def _says_why(play: Play, expect: Mapping[str, Any]) -> bool:
    """Say whether a test expects that `play` is withheld, or that a gap of it is not what it answers."""
    answered = {(target.gap, target.side) for target in play.answers}
    gaps = expect.get("gaps", {})
    missing = (kind == "none" or (gap, kind) not in answered for gap, kind in gaps.items() if _is_about(play, gap))
    return play.id in expect.get("withheld", {}) or any(missing)


def _is_about(play: Play, gap: str) -> bool:
    return any(target.gap == gap for target in play.answers)


def _fields(given: Any, path: str = "") -> dict[str, Any]:  # noqa: ANN401  any part of a snapshot
    """Return what is known of a customer, one entry for each field."""
    if isinstance(given, Mapping):
        parts = [(f"{path}.{key}", part) for key, part in given.items()]
    elif isinstance(given, (list, tuple)):
        parts = [(f"{path}[{index}]", part) for index, part in enumerate(given)]
    else:
        return {path: given}
    return {name: value for at, part in parts for name, value in _fields(part, at).items()}


def _are_near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two customers differ in one or two fields."""
    names = one.keys() | other.keys()
    return 1 <= sum(1 for name in names if one.get(name) != other.get(name)) <= NEAR_FIELDS


def test_every_signal_is_used(rulebook: Rulebook) -> None:
    """No reading stands alone: a gap, a severity, a gate, the lead or another signal uses it."""
    used = {name for signal in rulebook.signals for name in signals_of(signal.when)}
    for gap in rulebook.gaps:
        used |= {name for condition in _conditions(gap) for name in signals_of(condition)}
        used |= {name for name, _ in gap.severity.each}
    for play in rulebook.plays:
        gates = (play.eligibility, play.applicability, play.suitability)
        used |= {name for gate in gates if gate is not None for name in signals_of(gate)}
    asked = [*(line.when for line in rulebook.diagnosis.lead), rulebook.diagnosis.healthy_when]
    used |= {name for condition in asked if condition is not None for name in signals_of(condition)}
    assert {signal.id for signal in rulebook.signals} <= used


def test_no_plain_gap_rests_on_lagging_results_alone(rulebook: Rulebook) -> None:
    """Renewal, opt-out, seats, export and price never decide CX or CS without a fact of another kind."""
    definitions = _definitions(rulebook)
    for gap in rulebook.gaps:
        if gap.kind in {"cx", "cs"} and gap.when is not None:
            facts = _facts(gap.when, definitions)
            assert any(not fact.startswith(LAGGING) for fact in facts), gap.id


def test_every_contested_gap_can_be_read_both_ways(rulebook: Rulebook) -> None:
    """Each contested gap has plays for CX, for CS and for not knowing."""
    answered = {(target.gap, target.side) for play in rulebook.plays for target in play.answers}
    for gap in rulebook.gaps:
        if gap.reading is not None:
            assert {(gap.id, side) for side in ("cx", "cs", "undetermined")} <= answered, gap.id


def test_no_rule_knows_an_account(rulebook: Rulebook) -> None:
    """No condition reads who the customer is: name, owner, industry, region and language decide nothing."""
    definitions = _definitions(rulebook)
    conditions = [*definitions.values(), *(found for gap in rulebook.gaps for found in _conditions(gap))]
    read = frozenset[str]().union(*(_facts(condition, definitions) for condition in conditions))
    assert not read & frozenset(IDENTITY)


def test_no_sentence_says_that_its_number_is_unknown(decisions: tuple[Decision, ...]) -> None:
    """What reps read aloud holds numbers that are on record, in every customer of the rule tests."""
    sentences = [action.rationale for decision in decisions for action in decision.actions]
    for decision in decisions:
        sentences += [found.says for gap in decision.gaps for found in gap.evidence]
    assert len(sentences) > 500
    assert [text for text in sentences if "unknown" in text] == []


def test_musts_are_due_within_two_days(rulebook: Rulebook) -> None:
    """What ranks before everything else is also due before everything else."""
    musts = [play for play in rulebook.plays if play.importance == "must"]
    assert {"escalate_severe_defect", "verify_cancelled_renewal"} <= {play.id for play in musts}
    assert all(isinstance(play.due.within_days, int) and play.due.within_days <= 2 for play in musts)


def test_the_practice_of_the_trade_is_accounted_for(rulebook: Rulebook) -> None:
    """Each row names gaps and plays that exist and belong together, or the field that is missing."""
    page = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
    table = page.partition("| row | trigger |")[2].partition("\n\n")[0].splitlines()[2:]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [line[0] for line in lines] == list(ROWS)
    gaps, plays = {gap.id for gap in rulebook.gaps}, {play.id: play for play in rulebook.plays}
    for row, _, named, answering, differs in lines:
        if NOT_CARRIED in (named, answering):
            assert (named, answering) == (NOT_CARRIED, NOT_CARRIED), row
            assert differs.startswith("missing"), row
            continue
        meant, meeting = _ids(named), _ids(answering)
        assert meant
        assert meeting
        assert meant <= gaps, row
        assert all({target.gap for target in plays[play].answers} & meant for play in meeting), row


def _ids(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+)`", cell))
