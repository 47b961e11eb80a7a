"""What is told: written once, durable, and only about what is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.store.told import T0, Clock, a_decision, a_reaction, an_action

from nextplay.errors import NotRemembered, RequestIdReused
from nextplay.store import Store
from nextplay.store.records import Answer, Hold, Outcome, StoredRecord, Told

EVERY_KIND: tuple[Told, ...] = (
    a_reaction("snoozed", decision_id=a_decision().decision_id, actor_id="p-7", reason="busy"),
    a_reaction("accepted"),
    Answer("acme", "slow_start", "tried_and_failed", T0 + timedelta(microseconds=1), "p-7"),
    Outcome("nobody-yet", "renewed", date(2026, 3, 1), 1200.5, "EUR"),
    Outcome("acme", "objective_achieved", date(2026, 3, 1), objective_id="o-1"),
    Hold("acme", None, date(2026, 4, 1), "merger", T0),
    Hold("acme", "play_a1-1", date(2026, 4, 1), "not now", T0, "p-7"),
)


@pytest.mark.parametrize("told", EVERY_KIND, ids=lambda told: type(told).__name__)
def test_what_is_told_comes_back(store: Store, told: Told) -> None:
    """Each kind survives whole, with the receipt's id and instant, and a reaction with what it is about."""
    store.log([a_decision(an_action())])
    receipt = store.record("", "r-1", told)
    about = ("play_a1-1", "no_sponsor", "call") if hasattr(told, "action_id") else (None, None, None)
    assert list(store.records()) == [StoredRecord(1, "", "r-1", receipt.record_id, receipt.recorded_at, told, *about)]


def test_the_same_request_is_one_write_with_one_receipt(store: Store, clock: Clock) -> None:
    """A repetition, later, with an instant that the door filled in anew, gets the very same receipt."""
    store.log([a_decision(an_action())])
    first = store.record("", "r-1", a_reaction("accepted"))
    clock.later(minutes=5)
    assert store.record("", "r-1", a_reaction("accepted", at=clock.now)) == first
    assert len(list(store.records())) == 1


def test_a_receipt_can_be_asked_for(store: Store, clock: Clock) -> None:
    """Of what was told before there is the first receipt with what is stored; of another content there is none."""
    outcome = Outcome("acme", "churned", date(2026, 3, 1))
    assert store.receipt("", "r-1", sent=b"one") is None
    first = store.record("", "r-1", outcome, sent=b"one")
    clock.later(days=1)
    assert (store.receipt("", "r-1", sent=b"one"), first.told) == (first, outcome)
    assert store.receipt("other", "r-1", sent=b"one") is None
    with pytest.raises(RequestIdReused):
        store.receipt("", "r-1", sent=b"two")


def test_fifty_at_once_are_one_row_with_one_receipt(store_url: str) -> None:
    """Parallel duplicates have the receipt of the one that was written, to the microsecond."""
    outcome = Outcome("acme", "churned", date(2026, 3, 1))
    with Store.open(store_url, clock=lambda: datetime.now(UTC)) as store, ThreadPoolExecutor(16) as pool:
        receipts = set(pool.map(lambda _: store.record("", "r-1", outcome), range(50)))
        assert len(receipts) == len(list(store.records())) == 1


def test_a_request_id_with_another_content_is_refused(store: Store, clock: Clock) -> None:
    """Another kind, another field or other bytes sent under the same id: nothing is written."""
    store.log([a_decision(an_action())])
    store.record("", "r-1", a_reaction("accepted"))
    store.record("", "r-2", a_reaction("accepted"), sent=b"one")
    for request_id, told, sent in (
        ("r-1", a_reaction("declined"), None),
        ("r-1", Hold("acme", None, date(2026, 4, 1), "merger", T0), None),
        ("r-2", a_reaction("accepted"), b"two"),
    ):
        with pytest.raises(RequestIdReused):
            store.record("", request_id, told, sent=sent)
    clock.later(minutes=1)
    assert store.record("", "r-2", a_reaction("accepted", at=clock.now), sent=b"one").recorded_at == T0
    assert len(list(store.records())) == 2
    assert store.record("other", "r-1", Outcome("acme", "churned", date(2026, 3, 1))).recorded_at == clock.now


def test_reactions_are_about_known_actions_and_decisions(store: Store) -> None:
    """An action of nobody, of another account or tenant, and an unknown decision: not remembered, nothing written."""
    store.log([a_decision(an_action()), a_decision(account_id="other")])
    known = a_reaction("accepted")
    for tenant, told, what in (
        ("", a_reaction("accepted", "a1-none"), "action"),
        ("", replace(known, account_id="other"), "action"),
        ("them", known, "action"),
        ("", replace(known, decision_id="d1-none"), "decision"),
        ("", replace(known, decision_id=a_decision(account_id="other").decision_id), "decision"),
    ):
        with pytest.raises(NotRemembered) as unknown:
            store.record(tenant, "r-1", told)
        assert unknown.value.what == what
    assert list(store.records()) == []
