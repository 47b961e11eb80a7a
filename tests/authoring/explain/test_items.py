"""Rules that speak of one item at a time are explained item by item, under the name of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cli.console import ROOT, RULEBOOK

from nextplay.authoring.explain import Explainer, page_text
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import CustomerSnapshot, read_snapshot

SIGNALS = b"""
- id: goal_late
  for_each: objective
  title: {en: A goal is late}
  when: {item: days_overdue, gt: 30}
  says: {en: "{item.title} is late"}
- id: goal_waits_for_us
  for_each: objective
  title: {en: A goal waits for us}
  when: {item: blocked_by, in: [vendor, joint]}
  says: {en: "{item.title} waits for us"}
"""
GAPS = b"""
- id: goal_held_up
  title: {en: A goal is held up}
  kind: cx
  root_cause: onboarding_friction
  when: {all: [goal_late, goal_waits_for_us]}
  severity: {base: 0.5}
"""
PLAYS = b"""
- id: unblock
  for: {gap: goal_held_up}
  purpose: repair
  title: {en: Unblock the goal}
  owner: support_lead
  due: {within_days: 3}
  channel: screen_share
  effort_hours: 1
  effect: medium
  rationale: {en: It waits for us.}
  checklist: {en: [Call]}
"""


def goal(key: str, due_on: str, blocked_by: str) -> dict[str, str]:
    """Write an objective."""
    return {"objective_id": key, "title": f"Goal {key}", "due_on": due_on, "status": "active", "blocked_by": blocked_by}


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the small rulebook with a gap over objectives."""
    files = read_rulebook_folder(RULEBOOK)
    added = {"signals/items.yaml": SIGNALS, "gaps/items.yaml": GAPS, "plays/items.yaml": PLAYS}
    found = load_release({**files, **added}, ROOT / "models", inference="python")
    yield found
    found.close()


@pytest.fixture(scope="module")
def snapshot() -> CustomerSnapshot:
    """Return an account with one goal that waits for us, one that waits for them, and one in time."""
    goals = [
        goal("a", "2026-01-02", "vendor"),
        goal("b", "2026-01-02", "customer"),
        goal("c", "2026-06-01", "vendor"),
    ]
    raw = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": goals}
    return read_snapshot(raw).snapshot


def test_a_gap_over_items_has_a_tree_for_each(release: Release, snapshot: CustomerSnapshot) -> None:
    """Each item stands under its label with the truth that it has by itself; the gap stands for the right one."""
    found = Explainer(release, snapshot).rule("goal_held_up")
    rows = found.parts[0].tree.children
    assert [(row.sort, row.text, row.truth) for row in rows] == [
        ("item", "Goal a", True),
        ("item", "Goal b", False),
        ("item", "Goal c", False),
    ]
    assert [(one.item, one.kind) for one in found.standings] == [("a", "cx")]
    assert found.parts[0].tree.truth is True


def test_the_page_names_the_items(release: Release, snapshot: CustomerSnapshot) -> None:
    """The text heads each tree with the item, and says that changes are not searched item by item."""
    explainer = Explainer(release, snapshot)
    text = page_text(explainer.rule_page("goal_held_up"))
    assert "It stands for Goal a as CX" in text
    assert "as above" not in text
    assert text.index("Goal a") < text.index("Goal b") < text.index("Goal c")
    assert "not searched: this rule is judged item by item" in text
    assert "A goal is held up (Goal a) [goal_held_up]" in page_text(explainer.account_page())


def test_a_list_that_is_unknown_leaves_the_gap_open(release: Release) -> None:
    """Without a list the gap is undecided, not absent."""
    unknown = read_snapshot({"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z"}).snapshot
    found = Explainer(release, unknown).rule("goal_held_up")
    assert (found.state, found.parts[0].tree.truth) == ("unknown", None)
    empty = read_snapshot({"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": []}).snapshot
    assert Explainer(release, empty).rule("goal_held_up").state == "false"
