"""What the memory does whatever the door: tenants are apart, and what is not written yet is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from tests.store.conftest import clock, store, store_url
from tests.store.told import T0, Clock, a_decision, an_action

from nextplay.errors import AccountErased, NotRemembered, RequestIdReused
from nextplay.release import load_release
from nextplay.service.memory_api import MemoryApi
from nextplay.service.refusal import NotReady
from nextplay.service.releases import Releases
from nextplay.service.told import HoldRequest, OutcomeRequest, ReactionRequest
from nextplay.store import Store
from nextplay.store.records import LoggedDecision, WorklistFilter

__all__ = ["clock", "store", "store_url"]
ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")
REACTION = {"request_id": "r-1", "reaction": {"account_id": "acme", "action_id": "a1-1", "kind": "accepted"}}
OUTCOME = {"request_id": "r-2", "outcome": {"account_id": "acme", "kind": "renewed", "occurred_on": "2026-03-01"}}
HOLD = {"request_id": "r-3", "hold": {"account_id": "acme", "until": "2026-03-09", "reason": "silence"}}
ALL = WorklistFilter()


class At:
    """The way to a store that is there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, work: Callable[[Store], Found]) -> Found:
        """Do it."""
        return work(self._store)

    def write(self, work: Callable[[Store], Found]) -> Found:
        """Do it."""
        return work(self._store)


class Late:
    """A recorder that writes nothing until somebody waits for it."""

    def __init__(self, store: Store, *waiting: LoggedDecision) -> None:
        self._store, self._waiting = store, waiting

    def flush(self) -> None:
        """Write what waits, once."""
        self._store.log(self._waiting)
        self._waiting = ()


@pytest.fixture(scope="module")
def releases() -> Iterator[Releases]:
    """Serve the small rulebook."""
    serving = Releases()
    release = load_release(ROOT / "tests" / "rules" / "small", ROOT / "models", inference="python")
    serving.take(release, now=T0)
    yield serving
    serving.close()


@contextmanager
def not_remembered(what: str) -> Iterator[None]:
    """Expect that something is not there."""
    with pytest.raises(NotRemembered) as refused:
        yield
    assert refused.value.what == what


def test_what_is_not_written_yet_is_waited_for(store: Store, releases: Releases, clock: Clock) -> None:
    """A reaction and a question about a decision that waits to be written find it; one that never was stays unknown."""
    decision = a_decision(an_action())
    early = MemoryApi(At(store), releases, recorder=Late(store), clock=clock)
    with not_remembered("action"):
        early.tell(ReactionRequest, REACTION)
    with not_remembered("decision"):
        early.decision(decision.decision_id)
    late = MemoryApi(At(store), releases, recorder=Late(store, decision), clock=clock)
    assert late.tell(ReactionRequest, REACTION).recorded_at == T0
    other = a_decision(account_id="other")
    assert MemoryApi(At(store), releases, recorder=Late(store, other), clock=clock).latest("other").logged == other


def test_tenants_are_apart(store: Store, releases: Releases, clock: Clock) -> None:
    """Nothing of one tenant is known, listed or told to another, and each has request ids of its own."""
    decision = a_decision(an_action(), tenant="ours")
    ours, theirs = (
        MemoryApi(At(store), releases, recorder=Late(store, decision), clock=clock, tenant=tenant)
        for tenant in ("ours", "theirs")
    )
    assert ours.latest("acme").logged == decision
    with not_remembered("decision"):
        theirs.decision(decision.decision_id)
    with not_remembered("decision"):
        theirs.latest("acme")
    with not_remembered("action"):
        theirs.tell(ReactionRequest, REACTION)
    assert theirs.decisions("acme", size=9, before=None) == ()
    assert theirs.actions(ALL, size=9, after=None) == ()
    assert [action.action_id for action in ours.actions(ALL, size=9, after=None)] == ["a1-1"]
    assert ours.tell(OutcomeRequest, OUTCOME).record_id != theirs.tell(OutcomeRequest, OUTCOME).record_id
    assert store.history("theirs", "acme") == ()


def test_an_erased_account_is_told_about_no_more(store: Store, releases: Releases, clock: Clock) -> None:
    """After an erasure every write is refused, a repetition as well, and nothing of the account is found."""
    decision = a_decision(an_action())
    api = MemoryApi(At(store), releases, recorder=Late(store, decision), clock=clock)
    api.tell(ReactionRequest, REACTION)
    store.erase("", "acme")
    with pytest.raises(AccountErased):
        api.tell(OutcomeRequest, OUTCOME)
    with pytest.raises(AccountErased):
        api.tell(HoldRequest, HOLD)
    with pytest.raises(AccountErased):
        api.tell(ReactionRequest, REACTION)
    with not_remembered("decision"):
        api.decision(decision.decision_id)
    assert api.actions(ALL, size=9, after=None) == ()


def test_a_request_that_comes_too_late_is_looked_up(store: Store, releases: Releases, clock: Clock) -> None:
    """What only another day refuses has its receipt where it was told before, and is refused where it was not."""
    api = MemoryApi(At(store), releases, recorder=Late(store, a_decision(an_action())), clock=clock)
    snooze = {"account_id": "acme", "action_id": "a1-1", "kind": "snoozed", "snoozed_until": "2026-03-05"}
    first = api.tell(ReactionRequest, {"request_id": "r-1", "reaction": snooze})
    clock.later(days=30)
    assert api.tell(ReactionRequest, {"request_id": "r-1", "reaction": snooze}) == first
    with pytest.raises(Exception, match="must not lie before today"):
        api.tell(ReactionRequest, {"request_id": "r-2", "reaction": snooze})
    with pytest.raises(RequestIdReused):
        api.tell(ReactionRequest, {"request_id": "r-1", "reaction": snooze | {"actor_id": "ana"}})


def test_an_answer_tells_its_last_day(store: Store, releases: Releases, clock: Clock) -> None:
    """The day is reckoned from what is stored, so that a repetition on another day says the same."""
    api = MemoryApi(At(store), releases, recorder=Late(store), clock=clock)
    told = {"account_id": "acme", "gap": "early_adoption_stalled", "answer": "never_started"}
    first = api.tell_answer({"request_id": "r-1", "answer": told})
    assert first[1] == date(2026, 4, 1)
    clock.later(days=10)
    assert api.tell_answer({"request_id": "r-1", "answer": told}) == first


def test_before_there_is_a_release(store: Store, clock: Clock) -> None:
    """While no rulebook serves nothing can be judged, and nothing is written."""
    api = MemoryApi(At(store), Releases(), recorder=Late(store), clock=clock)
    with pytest.raises(NotReady):
        api.tell(OutcomeRequest, OUTCOME)
    assert list(store.records()) == []
