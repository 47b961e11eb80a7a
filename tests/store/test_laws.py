"""Laws of the store: it says what a brute-force model says, and the order of arrival does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.told import T0, Clock, a_decision, an_action

from nextplay.errors import NotRemembered
from nextplay.snapshot import HistoryEntry
from nextplay.store import Store
from nextplay.store.records import (
    OPEN_STATES,
    Answer,
    Hold,
    LoggedDecision,
    Outcome,
    Reaction,
    Told,
    WorklistFilter,
    WorklistState,
)

TENANTS: Final = count()
ACCOUNTS: Final = ("acme", "b")
ANY_STATE: Final[tuple[WorklistState, ...]] = (
    *OPEN_STATES, "done", "gap_gone", "expired", "superseded", "declined", "snoozed"
)  # fmt: skip
WEIGHT: Final = ["accepted", "snoozed", "declined", "wrong_diagnosis", "completed"]
MOVED: Final = {
    "accepted": "open", "snoozed": "snoozed", "declined": "declined", "wrong_diagnosis": "declined",
    "completed": "done",
}  # fmt: skip

minutes = st.integers(0, 8)
accounts = st.sampled_from(ACCOUNTS)
days = st.dates(date(2026, 3, 1), date(2026, 3, 9)) | st.just(date.max)


def instant(minute: int) -> datetime:
    """Return an instant of the few that these laws use, so that many are equal."""
    return T0 + timedelta(minutes=minute)


@st.composite
def decisions(draw: st.DrawFn) -> LoggedDecision:
    """Draw a decision about one of few accounts, with some of few actions."""
    account = draw(accounts)
    names = draw(st.sets(st.sampled_from("xyz")))
    actions = [an_action(f"{account}-{name}", state=draw(st.sampled_from(ANY_STATE[:7]))) for name in sorted(names)]
    return a_decision(*actions, account_id=account, at=instant(draw(minutes)))


@st.composite
def tellings(draw: st.DrawFn) -> Told:
    """Draw something to tell, with an instant that may be equal to others, or before them."""
    account, at = draw(accounts), instant(draw(minutes))
    which = draw(st.sampled_from(["reaction"] * 5 + ["answer", "hold", "outcome"]))
    if which == "reaction":
        kind = draw(st.sampled_from(["shown", "accepted", "declined", "snoozed", "completed", "wrong_diagnosis"]))
        until = draw(days) if kind == "snoozed" else None
        name = f"{account}-{draw(st.sampled_from('xyz'))}"
        return Reaction(account, name, kind, at, snoozed_until=until)  # type: ignore[arg-type]  # a kind as drawn
    if which == "answer":
        return Answer(account, draw(st.sampled_from(["g1", "g2"])), draw(st.sampled_from(["yes", "no"])), at)
    if which == "hold":
        return Hold(account, draw(st.none() | st.sampled_from(["p1", "p2"])), draw(days), "x", at)
    return Outcome(account, "renewed", draw(days))


@dataclass
class Shown:
    """An action in the model."""

    state: str
    decided_at: datetime
    reacted: tuple[datetime, int] | None = None
    told_at: datetime | None = None


@dataclass
class Model:
    """What the store ought to remember, in plain lists."""

    actions: dict[str, Shown] = field(default_factory=dict)
    decided: dict[str, list[datetime]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def log(self, decision: LoggedDecision) -> None:
        """Take a decision."""
        self.decided.setdefault(decision.account_id, []).append(decision.decided_at)
        for action in decision.actions:
            shown = self.actions.setdefault(action.action_id, Shown(action.state, decision.decided_at))
            if decision.decided_at >= shown.decided_at:
                shown.decided_at = decision.decided_at
                if shown.told_at is None or decision.decided_at > shown.told_at:
                    shown.state = action.state
        for name, shown in self.actions.items():
            newest = max(self.decided.get(name.rpartition("-")[0], [shown.decided_at]))
            if shown.state == "new" and shown.decided_at < newest:
                shown.state = "superseded"

    def tell(self, told: Told, *, now: datetime) -> bool:
        """Take what is told; false where it names an action that is not known."""
        if isinstance(told, Reaction):
            shown = self.actions.get(told.action_id)
            if shown is None:
                return False
            if told.kind != "shown":
                place = (told.at, WEIGHT.index(told.kind))
                if shown.reacted is None or place >= shown.reacted:
                    shown.reacted, shown.told_at, shown.state = place, now, MOVED[told.kind]
        self.told.append(told)
        return True

    def history(self, account: str, now: datetime) -> tuple[HistoryEntry, ...]:
        """Return the history by looking at everything."""
        past = [told for told in self.told if told.account_id == account and not isinstance(told, Outcome)]
        past = sorted((told for told in past if told.at <= now), key=lambda told: told.at)
        holds = {told.play: position for position, told in enumerate(past) if isinstance(told, Hold)}
        found = []
        for position, told in enumerate(past):
            if isinstance(told, Reaction) and told.kind != "shown":
                until = None if told.snoozed_until is None else first_free(told.snoozed_until)
                channel = "call" if told.kind == "completed" else None
                play = f"play_{told.action_id}"
                found.append(HistoryEntry(told.kind, told.at, play, "no_sponsor", until, channel))
            elif isinstance(told, Answer):
                found.append(HistoryEntry("answered", told.at, gap=told.gap, answer=told.answer))
            elif isinstance(told, Hold) and holds[told.play] == position:
                found.append(HistoryEntry("held", told.at, told.play, until=first_free(told.until)))
        return tuple(found)


def first_free(day: date) -> date:
    """Return the day after, or the last one there is."""
    return day if day == date.max else day + timedelta(days=1)


def shown_by(store: Store, tenant: str) -> dict[str, str]:
    """Return the state of every action."""
    return {
        action.action_id: action.state for action in store.actions(tenant, WorklistFilter(states=ANY_STATE), size=50)
    }


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(st.tuples(decisions() | tellings(), minutes), max_size=14),
    now=minutes,
)
def test_history_and_worklist_are_what_a_plain_model_says(
    store: Store, clock: Clock, events: Sequence[tuple[LoggedDecision | Told, int]], now: int
) -> None:
    """Whatever is logged and told, in whatever order of instants, history and states are those of brute force."""
    tenant, model = f"t{next(TENANTS)}", Model()
    for number, (event, minute) in enumerate(events):
        clock.now = instant(minute)
        if isinstance(event, LoggedDecision):
            store.log([replace(event, tenant=tenant)])
            model.log(event)
        elif model.tell(event, now=clock.now):
            store.record(tenant, f"r-{number}", event)
        else:
            with pytest.raises(NotRemembered):
                store.record(tenant, f"r-{number}", event)
    for account in ACCOUNTS:
        assert store.history(tenant, account, now=instant(now)) == model.history(account, instant(now))
        assert store.history(tenant, account) == model.history(account, instant(9))
    assert shown_by(store, tenant) == {name: shown.state for name, shown in model.actions.items()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logged=st.lists(decisions(), max_size=7), data=st.data())
def test_the_worklist_is_the_same_in_whatever_order_decisions_arrive(
    store: Store, logged: list[LoggedDecision], data: st.DataObject
) -> None:
    """Decisions of different instants may be flushed late, in groups or one by one: each action ends the same."""
    distinct = [replace(each, decided_at=instant(number)) for number, each in enumerate(logged)]
    in_order, mixed = f"t{next(TENANTS)}", f"t{next(TENANTS)}"
    store.log([replace(each, tenant=in_order) for each in distinct])
    for each in data.draw(st.permutations(distinct)):
        store.log([replace(each, tenant=mixed)])
    assert shown_by(store, mixed) == shown_by(store, in_order)
