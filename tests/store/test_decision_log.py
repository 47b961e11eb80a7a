"""The log of decisions: what comes out is what went in."""

from __future__ import annotations

import pytest
from tests.store.told import T0, Clock, a_decision, an_action, closed

from nextplay.errors import NotRemembered
from nextplay.store import Store


def test_a_decision_comes_back_as_it_was_logged(store: Store) -> None:
    """Every field of a decision, its actions and its bytes included, survives."""
    decision = a_decision(an_action(), an_action("a1-2", due_on=None, owner_id=None), closed("a1-3", "expired"))
    assert store.log([decision]) == 0
    assert store.decision("", decision.decision_id).logged == decision
    assert store.latest("", "acme").logged == decision
    assert [stored.logged for stored in store.logged()] == [decision]


def test_the_same_question_twice_is_one_decision_with_two_rows(store: Store, clock: Clock) -> None:
    """Each call has its row; the decision comes back as it was first answered, the newest as it was last."""
    first = a_decision(an_action())
    again = a_decision(an_action(), at=clock.later(hours=1), decision_id=first.decision_id, request_id="call-2")
    store.log([first])
    store.log([again])
    assert store.decision("", first.decision_id).logged == first
    assert store.latest("", "acme").logged == again
    assert [stored.logged for stored in store.decisions("", "acme", size=5)] == [again, first]


def test_what_is_unknown_and_what_is_foreign_look_alike(store: Store) -> None:
    """A decision of another tenant is as unknown as one that never was."""
    decision = a_decision(tenant="them")
    store.log([decision])
    said = set()
    for tenant, decision_id in (("", decision.decision_id), ("them", "d1-none")):
        with pytest.raises(NotRemembered) as unknown:
            store.decision(tenant, decision_id)
        said.add(str(unknown.value))
    with pytest.raises(NotRemembered) as none:
        store.latest("", "acme")
    assert said == {str(none.value)}
    assert store.decisions("", "acme", size=5) == ()


def test_pages_of_decisions_are_stable_while_others_are_written(store: Store, clock: Clock) -> None:
    """Whoever pages sees each decision that was there at the first page once, newest first, whatever is written."""
    for _ in range(7):
        store.log([a_decision(at=clock.later(minutes=1)), a_decision(account_id="other", at=clock.now)])
    there = [stored.sequence for stored in store.decisions("", "acme", size=100)]
    seen: list[int] = []
    while page := store.decisions("", "acme", size=3, before=seen[-1] if seen else None):
        seen.extend(stored.sequence for stored in page)
        store.log([a_decision(at=clock.later(minutes=1))])
    assert seen == there


def test_the_newest_decision_of_each_account(store: Store, clock: Clock) -> None:
    """Each account of a tenant comes once, as it was decided last; the accounts in the order of that, and so many."""
    for account in ("a", "b", "a", "c", "b"):
        store.log([a_decision(account_id=account, at=clock.later(minutes=1)), a_decision(tenant="them", at=clock.now)])
    found = [stored for page in store.newest("", size=10) for stored in page]
    assert [stored.logged.account_id for stored in found] == ["b", "c", "a"]
    assert found == [store.latest("", account) for account in ("b", "c", "a")]
    assert [stored for page in store.newest("", size=2) for stored in page] == found[:2]
    assert list(store.newest("nobody", size=10)) == []


def test_the_log_streams_in_the_order_of_writing(store: Store, clock: Clock) -> None:
    """A stream can begin at an instant, keep to a tenant, and run backwards; it ends where it stood at first."""
    instants = [clock.later(minutes=1) for _ in range(450)]
    store.log([a_decision(at=at, tenant="even" if number % 2 else "odd") for number, at in enumerate(instants)])
    stream = store.logged()
    first = next(stream)
    store.log([a_decision(at=clock.later(minutes=1))])
    assert [first.logged.decided_at, *(stored.logged.decided_at for stored in stream)] == instants
    assert [stored.logged.decided_at for stored in store.logged(since=instants[440], tenant="even")] == instants[441::2]
    backwards = store.logged(tenant="odd", newest_first=True)
    assert [stored.logged.decided_at for stored in backwards] == instants[448::-2]


def test_no_decisions_are_no_write(store: Store) -> None:
    """An empty group is fine."""
    assert store.log([]) == 0
    assert list(store.logged(since=T0)) == []
