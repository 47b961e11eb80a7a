"""The worklist: one row an action, in the newest state that is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.store.told import T0, Clock, a_decision, a_reaction, an_action, closed

from nextplay.store import Store
from nextplay.store.records import OPEN_STATES, ReactionKind, WorklistAction, WorklistFilter, WorklistState

ANY_STATE: tuple[WorklistState, ...] = (
    *OPEN_STATES, "done", "gap_gone", "expired", "superseded", "declined", "snoozed"
)  # fmt: skip


def everything(store: Store) -> dict[str, WorklistAction]:
    """Return every action of the worklist by its id."""
    return {action.action_id: action for action in store.actions("", WorklistFilter(states=ANY_STATE), size=200)}


def test_an_action_is_shown_as_its_newest_decision_has_it(store: Store, clock: Clock) -> None:
    """All that a worklist needs is there, and a newer decision writes it anew."""
    store.log([a_decision(an_action(owner_id=None, due_on=None))])
    newer = a_decision(an_action(state="escalated", title="Now"), at=clock.later(hours=1))
    assert everything(store)["a1-1"].due_on is None
    store.log([newer])
    assert everything(store)["a1-1"] == WorklistAction(
        "acme", newer.decision_id, "a1-1", "play_a1-1", "no_sponsor", "Now", "escalated", "csm", "p-7",
        date(2026, 3, 9), clock.now, 0.5,
    )  # fmt: skip


def test_an_older_decision_that_arrives_late_changes_nothing(store: Store, clock: Clock) -> None:
    """What a newer decision says stays, and what it no longer names does not come back as new."""
    older = a_decision(an_action(title="Old"), an_action("a1-2"))
    newer = a_decision(an_action(state="escalated"), at=clock.later(hours=1))
    store.log([newer])
    before = everything(store)["a1-1"]
    store.log([older])
    assert everything(store)["a1-1"] == before
    assert everything(store)["a1-2"].state == "superseded"


def test_what_nobody_accepted_and_nothing_names_any_more_is_superseded(store: Store, clock: Clock) -> None:
    """A new action leaves the worklist with the next decision that lacks it, an accepted one stays."""
    store.log([a_decision(an_action(), an_action("a1-2"), an_action("a1-3"))])
    store.record("", "r-1", a_reaction("accepted", "a1-2"))
    store.log([a_decision(an_action("a1-3"), at=clock.later(hours=1))])
    assert {name: action.state for name, action in everything(store).items()} == {
        "a1-1": "superseded",
        "a1-2": "open",
        "a1-3": "new",
    }


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("shown", "new"),
        ("accepted", "open"),
        ("declined", "declined"),
        ("snoozed", "snoozed"),
        ("completed", "done"),
        ("wrong_diagnosis", "declined"),
    ],
)
def test_a_reaction_moves_the_action(store: Store, clock: Clock, kind: ReactionKind, state: WorklistState) -> None:
    """Each kind of reaction has its state, and the change its instant; being shown changes nothing."""
    store.log([a_decision(an_action())])
    clock.later(minutes=1)
    store.record("", "r-1", a_reaction(kind))
    action = everything(store)["a1-1"]
    assert (action.state, action.updated_at) == (state, T0 if state == "new" else clock.now)


def test_the_newest_reaction_counts_whenever_it_is_told(store: Store, clock: Clock) -> None:
    """A reaction told late about an earlier instant does not take back what was done since."""
    store.log([a_decision(an_action())])
    store.record("", "r-1", a_reaction("completed", at=T0))
    clock.later(minutes=1)
    store.record("", "r-2", a_reaction("accepted", at=T0))
    store.record("", "r-3", a_reaction("declined", at=T0 - timedelta(hours=1)))
    assert (everything(store)["a1-1"].state, everything(store)["a1-1"].updated_at) == ("done", T0)


def test_a_decision_that_could_not_know_a_reaction_does_not_undo_it(store: Store, clock: Clock) -> None:
    """A decision made before the reaction was stored and flushed after it leaves the state; one made later sets it."""
    store.log([a_decision(an_action())])
    unknowing = a_decision(an_action(title="Same"), at=clock.later(minutes=1))
    clock.later(minutes=1)
    store.record("", "r-1", a_reaction("accepted", at=clock.now))
    store.log([unknowing])
    assert (everything(store)["a1-1"].state, everything(store)["a1-1"].title) == ("open", "Same")
    store.log([a_decision(an_action(state="escalated"), at=clock.later(days=9))])
    assert everything(store)["a1-1"].state == "escalated"


def test_a_decision_of_the_instant_of_a_reaction_does_not_undo_it(store: Store, clock: Clock) -> None:
    """Clocks of whole seconds tell no order within one: what a person did outweighs what may not have known of it."""
    store.log([a_decision(an_action())])
    now = clock.later(minutes=1)
    store.record("", "r-1", a_reaction("accepted", at=now))
    store.log([a_decision(an_action(), at=now)])
    assert everything(store)["a1-1"].state == "open"


@pytest.mark.parametrize("state", ["done", "gap_gone", "expired", "superseded"])
def test_a_decision_closes_what_was_open(store: Store, clock: Clock, state: WorklistState) -> None:
    """A closed action keeps what it was called and leaves the worklist as it is shown unasked."""
    store.log([a_decision(an_action(state="open"))])
    store.log([a_decision(closed("a1-1", state), at=clock.later(hours=1))])
    action = everything(store)["a1-1"]
    assert (action.state, action.title, action.due_on) == (state, "Find a sponsor", date(2026, 3, 9))
    assert store.actions("", WorklistFilter(), size=10) == ()


def test_the_worklist_is_restricted_as_asked(store: Store, clock: Clock) -> None:
    """Person, role, state, time of the last change and tenant each keep others out."""
    store.log([a_decision(an_action("a1-1"), an_action("a1-2", owner_id="p-8"), an_action("a1-3", owner_role="sales"))])
    store.log([a_decision(an_action("b1-1"), tenant="them", account_id="b")])
    clock.later(hours=1)
    store.record("", "r-1", a_reaction("accepted", "a1-1"))

    def ids(chosen: WorklistFilter) -> list[str]:
        return [action.action_id for action in store.actions("", chosen, size=10)]

    assert ids(WorklistFilter()) == ["a1-1", "a1-2", "a1-3"]
    assert ids(WorklistFilter(owner_id="p-8")) == ["a1-2"]
    assert ids(WorklistFilter(owner_role="sales")) == ["a1-3"]
    assert ids(WorklistFilter(states=("open",))) == ["a1-1"]
    assert ids(WorklistFilter(states=())) == []
    assert ids(WorklistFilter(updated_since=clock.now)) == ["a1-1"]


def test_pages_of_the_worklist_are_stable_while_others_are_written(store: Store) -> None:
    """Most urgent first: due date, priority, id, what has no date last; each action comes once, whatever is written."""
    days = [None, date(2026, 3, 9), date(2026, 3, 5)]
    actions = [an_action(f"a1-{number:02}", due_on=days[number % 3], priority=(number % 4) / 7) for number in range(24)]
    store.log([a_decision(*actions)])
    expected = sorted(actions, key=lambda item: (item.due_on or date.max, -item.priority, item.action_id))
    seen: list[str] = []
    after = None
    while page := store.actions("", WorklistFilter(), size=5, after=after):
        seen.extend(action.action_id for action in page)
        after = page[-1].key
        store.log([a_decision(an_action(f"z1-{len(seen)}", due_on=date(2026, 3, 1)), account_id=f"other-{len(seen)}")])
    assert seen == [action.action_id for action in expected]
