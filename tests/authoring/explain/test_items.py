"""Rules that speak of one item at a time are explained item by item, under the name of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cli.console import ROOT, RULEBOOK

from nextplay.authoring.explain import Asked, Explainer, KindNotPossible, page_text
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
- id: goal_waits_for_them
  for_each: objective
  title: {en: A goal waits for the customer}
  when: {item: blocked_by, eq: customer}
  says: {en: "{item.title} waits for them"}
- id: late_and_unused
  title: {en: Some goal is late and hardly anyone works with it}
  when: {all: [goal_late, {fact: usage.active_ratio, lt: 0.5}]}
  says: {en: "late and unused"}
- id: many_late
  title: {en: Many goals are late}
  when: {fact: counts.late_goals, gte: 3}
  says: {en: "many are late"}
"""
GAPS = b"""
- id: goal_held_up
  title: {en: A goal is held up}
  kind: cx
  root_cause: onboarding_friction
  when: {all: [goal_late, goal_waits_for_us]}
  severity: {base: 0.5}
- id: goal_stuck
  title: {en: A goal is stuck}
  reading: goal_late
  cx: {when: goal_waits_for_us, root_cause: onboarding_friction}
  cs: {when: goal_waits_for_them, root_cause: onboarding_friction}
  ask: {text: {en: Who does it wait for?}, options: {us: cx, them: cs}, valid_days: 30}
  severity: {base: 0.3, each: {goal_waits_for_us: 0.2}}
- id: plan_falls_apart
  title: {en: A plan falls apart}
  kind: cs
  root_cause: onboarding_friction
  absorbs: [many_goals_late]
  when: {all: [late_and_unused, many_late]}
  severity: {base: 0.6}
- id: many_goals_late
  title: {en: Many goals are late}
  kind: cs
  root_cause: onboarding_friction
  when: many_late
  severity: {base: 0.4}
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
- id: ask_who
  for: {gap: goal_stuck, as: undetermined}
  purpose: ask
  title: {en: Ask who it waits for}
  owner: support_lead
  due: {within_days: 3}
  channel: screen_share
  effort_hours: 1
  effect: medium
  rationale: {en: Nobody knows.}
  checklist: {en: [Ask]}
"""
COUNTS = b"""
counts:
  late_goals: {of: objectives, where: {days_overdue: {gt: 30}}}

diagnosis:"""


def goal(key: str, due_on: str, blocked_by: str) -> dict[str, str]:
    """Write an objective."""
    return {"objective_id": key, "title": f"Goal {key}", "due_on": due_on, "status": "active", "blocked_by": blocked_by}


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the small rulebook with a gap over objectives."""
    files = read_rulebook_folder(RULEBOOK)
    counted = files["rulebook.yaml"].replace(b"\ndiagnosis:", COUNTS, 1)
    added = {
        "rulebook.yaml": counted,
        "signals/items.yaml": SIGNALS,
        "gaps/items.yaml": GAPS,
        "plays/items.yaml": PLAYS,
    }
    found = load_release({**files, "rulebook.yaml": counted, **added}, ROOT / "models", inference="python")
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
    """The text heads each tree with the item, and each change of a gap of an item too."""
    explainer = Explainer(release, snapshot)
    text = page_text(explainer.rule_page("goal_held_up"))
    assert "It stands for Goal a as CX" in text
    assert "as above" not in text
    assert text.index("Goal a") < text.index("Goal b") < text.index("Goal c")
    assert "    → if days that the goal is overdue were 30 instead of 59 · checked" in text
    assert "A goal is held up (Goal a) [goal_held_up]" in page_text(explainer.account_page())


def test_a_list_that_is_unknown_leaves_the_gap_open(release: Release) -> None:
    """Without a list the gap is undecided, not absent."""
    unknown = read_snapshot({"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z"}).snapshot
    found = Explainer(release, unknown).rule("goal_held_up")
    assert (found.state, found.parts[0].tree.truth) == ("unknown", None)
    empty = read_snapshot({"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": []}).snapshot
    assert Explainer(release, empty).rule("goal_held_up").state == "false"


def test_each_item_that_a_gap_stands_for_is_taken_apart(release: Release, snapshot: CustomerSnapshot) -> None:
    """A contested gap over items has a table and a severity of its own for every item, as the decision has them."""
    found = Explainer(release, snapshot).rule("goal_stuck")
    assert [(one.item, one.kind) for one in found.standings] == [("a", "cx"), ("b", "cs")]
    assert [one.label for one in found.items] == ["Goal a", "Goal b"]
    for one, standing in zip(found.items, found.standings, strict=True):
        assert {row.side for row in one.sides if row.truth} == {standing.kind}
        assert round(sum(entry.weight for entry in one.severity if entry.counts), 2) == standing.severity


def test_an_item_gap_goes_by_a_change_of_its_own_row(release: Release, snapshot: CustomerSnapshot) -> None:
    """The change that makes a gap of an item go is made in the row of that item, and checked."""
    searches = Explainer(release, snapshot).rule("goal_stuck").searches
    assert [(search.wanted, search.item) for search in searches] == [("gone", "Goal a"), ("gone", "Goal b")]
    for place, search in enumerate(searches):
        flip = search.flips[0]
        assert flip.verified
        assert all(change.fact.endswith(f"@{place + 1}") for change in flip.changes)
        assert all(entry.path.startswith(f"objectives[{place}].") for entry in flip.fields)


@pytest.mark.parametrize("kind", ["cx", "cs", "mixed", "undetermined"])
def test_an_item_can_be_led_to_each_kind_that_it_can_have(
    release: Release, snapshot: CustomerSnapshot, kind: Asked
) -> None:
    """Asked for a kind, each item that has it says so; one that can have it is led there; two blockers cannot be."""
    searches = Explainer(release, snapshot).rule("goal_stuck", to=kind).searches
    assert [search.wanted for search in searches] == [kind, kind]
    for search, now in zip(searches, ("cx", "cs"), strict=True):
        if kind == now:
            assert search.why_none == "already"
        elif kind == "mixed":
            assert (search.flips, search.why_none) == ((), "none")
        else:
            assert all(flip.verified for flip in search.flips)
            assert search.flips


def test_a_part_comes_out_when_its_compound_goes(release: Release) -> None:
    """A gap that another stands for is offered what makes the other go while it stays, and the page says who it is."""
    late = [goal(key, "2026-01-02", "customer") for key in "abc"]
    usage = {"active_users_28d": 3, "median_active_users_90d": 10}
    raw = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": late, "usage": usage}
    explainer = Explainer(release, read_snapshot(raw).snapshot)
    found = explainer.rule("gap:many_goals_late")
    assert (found.state, found.by) == ("absorbed", "plan_falls_apart")
    assert [search.wanted for search in found.searches] == ["out"]
    flip = found.searches[0].flips[0]
    assert flip.verified
    assert [change.fact for change in flip.changes] == ["usage.active_ratio"]
    assert "is a part of another gap: A plan falls apart" in page_text(explainer.page_of(found))


def test_a_count_is_changed_by_its_rows(release: Release, snapshot: CustomerSnapshot) -> None:
    """A gap over a count comes with as many rows as are needed, and the account with them was decided for."""
    found = Explainer(release, snapshot).rule("gap:many_goals_late")
    assert found.state == "false"
    flip = found.searches[0].flips[0]
    assert flip.verified
    assert [(change.fact, change.before, change.after) for change in flip.changes] == [("counts.late_goals", 2, 3)]


def test_where_no_item_can_do_it_a_new_one_is_imagined(release: Release) -> None:
    """With an empty list, what would bring a gap over items is one more row, told as such."""
    raw = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": []}
    explainer = Explainer(release, read_snapshot(raw).snapshot)
    found = explainer.rule("goal_held_up")
    flip = found.searches[0].flips[0]
    assert flip.verified
    assert {change.fact for change in flip.changes} == {"objective.blocked_by@1", "objective.days_overdue@1"}
    assert "if there were one more goal with " in page_text(explainer.page_of(found))


def test_an_undecided_item_is_asked_for_what_decides_it(release: Release) -> None:
    """Of the items of which too little is known, each has the facts that decide it; an unsent list is named as such."""
    open_goals = [{"objective_id": "a", "title": "Goal a", "due_on": "2026-01-02"}]
    raw = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": open_goals}
    found = Explainer(release, read_snapshot(raw).snapshot).rule("goal_held_up")
    assert [(entry.item, entry.facts) for entry in found.settled_by] == [("Goal a", ("objective.blocked_by@1",))]
    outcomes = {outcome.outcome: outcome.verified for outcome in found.settled_by[0].outcomes}
    assert outcomes == {"stands as CX": True, "does not stand": True}
    del raw["objectives"]
    explainer = Explainer(release, read_snapshot(raw).snapshot)
    assert explainer.rule("goal_held_up").unsettled == "list"
    assert "was not sent" in page_text(explainer.rule_page("goal_held_up"))


def test_a_long_list_is_told_by_the_items_that_matter(release: Release) -> None:
    """Of twenty items five are told, those first for which it is so; the rest is counted."""
    goals = [goal(str(number), "2026-06-01", "vendor") for number in range(10, 29)]
    goals.append(goal("late", "2026-01-02", "vendor"))
    raw = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", "objectives": goals}
    page = Explainer(release, read_snapshot(raw).snapshot).rule_page("goal_held_up")
    told = [line.text for line in page.sections[0].lines if line.depth == 0]
    assert "Goal late" in told
    assert told[-1] == "and 15 more"


def test_another_kind_is_asked_of_contested_gaps_alone(release: Release, snapshot: CustomerSnapshot) -> None:
    """A plain gap cannot be led to another kind, and the sentence says what can be asked."""
    with pytest.raises(KindNotPossible, match="no contested gap"):
        Explainer(release, snapshot).rule("goal_held_up", to="mixed")
