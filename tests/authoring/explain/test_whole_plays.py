"""A play is asked about with all that keeps it away: gaps that absorb what it answers, and gaps that hold it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.cli.console import ROOT, RULEBOOK

from nextplay.authoring.explain import Explainer, page_text, unread_of
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import read_snapshot

SIGNALS = b"""
- id: goal_late
  for_each: objective
  title: {en: A goal is late}
  when: {item: days_overdue, gt: 14}
  says: {en: "{item.title} is late"}
- id: low_answers
  title: {en: Several low answers}
  when: {fact: counts.low_answers, gte: 2}
  says: {en: "{counts.low_answers} low answers"}
- id: quiet
  title: {en: Nobody spoke}
  when: {fact: relationship.days_since_two_way_contact, gt: 120}
  says: {en: "Nobody spoke for {relationship.days_since_two_way_contact} days"}
"""
GAPS = b"""
- id: late_goal
  title: {en: A goal is late}
  kind: cx
  root_cause: onboarding_friction
  when: goal_late
  severity: {base: 0.5}
- id: quiet_customer
  title: {en: The customer is quiet}
  kind: cs
  root_cause: onboarding_friction
  when: quiet
  severity: {base: 0.5}
- id: falls_apart
  title: {en: It falls apart}
  kind: cs
  root_cause: onboarding_friction
  when: {all: [quiet, low_answers]}
  severity: {base: 0.8}
  absorbs: [quiet_customer, late_goal]
"""
PLAYS = b"""
- id: finish_goal
  for: {gap: late_goal}
  purpose: repair
  title: {en: Finish the goal}
  owner: support_lead
  due: {within_days: 3}
  channel: screen_share
  effort_hours: 1
  effect: medium
  rationale: {en: It is late.}
  checklist: {en: [Finish it]}
  hold_while: {gap: quiet_customer}
- id: call_now
  for: {gap: falls_apart}
  purpose: repair
  title: {en: Call now}
  owner: support_lead
  due: {within_days: 1}
  channel: screen_share
  effort_hours: 1
  effect: medium
  rationale: {en: It falls apart.}
  checklist: {en: [Call]}
"""
COUNTS = b"""
counts:
  low_answers: {of: surveys, where: {kind: csat, score: {lte: 2}}, within_days: 60}

diagnosis:"""


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the small rulebook with a gap that absorbs what a play answers, and a part of it that holds the play."""
    files = read_rulebook_folder(RULEBOOK)
    added = {
        "rulebook.yaml": files["rulebook.yaml"].replace(b"\ndiagnosis:", COUNTS, 1),
        "signals/whole.yaml": SIGNALS,
        "gaps/whole.yaml": GAPS,
        "plays/whole.yaml": PLAYS,
    }
    found = load_release(files | added, ROOT / "models", inference="python")
    yield found
    found.close()


def account(
    spoke_on: str = "2025-09-01", *, scores: tuple[int, int] = (1, 2), scale: str = "csat_1_5"
) -> dict[str, Any]:
    """Write an account with a late goal and two answers, the first of them on `scale`."""
    answers = [("2026-02-20", scores[0], scale), ("2026-02-01", scores[1], "csat_1_5")]
    return {
        "account_id": "acct-1",
        "as_of": "2026-03-02T00:00:00Z",
        "relationship": {"last_two_way_contact_on": spoke_on},
        "objectives": [{"title": "Go live", "status": "active", "due_on": "2026-01-10", "blocked_by": "vendor"}],
        "surveys": [
            {"kind": "csat", "score": score, "scale": one, "answered_on": day, "respondent_id": f"r{number}"}
            for number, (day, score, one) in enumerate(answers)
        ],
    }


def explainer(release: Release, document: Mapping[str, Any]) -> Explainer:
    """Read a document as the command does, and explain it."""
    reading = read_snapshot(json.loads(json.dumps(document)))
    return Explainer(release, reading.snapshot, unread=unread_of(document, reading.input_warnings))


def paths(release: Release, document: Mapping[str, Any], rule: str, wanted: str) -> list[list[str]]:
    """Name the fields of each proved change that leads a rule to what is wanted."""
    (search,) = explainer(release, document).rule(rule).searches
    assert search.wanted == wanted
    return [[entry.path for entry in flip.fields] for flip in search.flips if flip.verified]


def test_a_change_looks_through_what_absorbs_the_gap_and_what_holds_the_play(release: Release) -> None:
    """To talk ends the whole and the hold; one high answer would end the whole alone, and the hold would stay."""
    assert paths(release, account(), "play:finish_goal", "come") == [["relationship.last_two_way_contact_on"]]


def test_a_held_play_is_told_what_would_let_it_go(release: Release) -> None:
    """A candidate that waits for a gap has the end of that gap as its smallest change."""
    given = account(scores=(4, 2))
    assert explainer(release, given).rule("play:finish_goal").state == "withheld"
    assert paths(release, given, "play:finish_goal", "come") == [["relationship.last_two_way_contact_on"]]


def test_a_play_goes_where_a_gap_comes_that_holds_it(release: Release) -> None:
    """The fact that brings the hold is as good a change as one that ends the gap, and nearer here."""
    assert ["relationship.last_two_way_contact_on"] in paths(release, account("2025-11-02"), "play:finish_goal", "gone")


def test_an_absorbed_gap_is_told_on_the_page_of_its_play(release: Release) -> None:
    """It would stand, and the page says so, and of what it is a part."""
    one = explainer(release, account())
    text = page_text(one.rule_page("play:finish_goal", changes=False))
    assert "would stand, but is a part of: It falls apart [falls_apart]" in text
    assert "does not stand" not in text


def test_places_are_told_only_where_they_ran_out(release: Release) -> None:
    """A play that is held would not have come with a place free, so nobody took one from it."""
    given = account(scores=(4, 2))
    found = explainer(release, given).rule("play:finish_goal")
    assert found.ranking is not None
    assert found.ranking.reason == "held"
    assert "the places went to" not in page_text(explainer(release, given).page_of(found))


def test_a_count_is_mended_in_its_fewest_fields(release: Release) -> None:
    """Two answers fit and one has an unseen scale: the scale alone is put right, and its word named as the cause."""
    given = account(scale="five_stars")
    (search,) = explainer(release, given).rule("signal:low_answers").searches
    (flip,) = search.flips
    assert [(entry.path, entry.before, entry.after) for entry in flip.fields] == [
        ("surveys[0].scale", "five_stars", "csat_1_5")
    ]
    text = page_text(explainer(release, given).rule_page("signal:low_answers"))
    assert "surveys[0].scale has a word that is not known here: five_stars" in text
    assert "new:" not in text


def test_a_score_that_does_not_do_is_changed_from_what_was_sent(release: Release) -> None:
    """Where the score that was sent is too high, the change says so; it does not call it new."""
    (search,) = explainer(release, account(scores=(4, 2), scale="five_stars")).rule("signal:low_answers").searches
    fields = {entry.path: (entry.before, entry.after) for entry in search.flips[0].fields}
    assert fields["surveys[0].scale"] == ("five_stars", "csat_1_5")
    assert fields["surveys[0].score"][0] == 4
    assert set(fields) == {"surveys[0].scale", "surveys[0].score"}
