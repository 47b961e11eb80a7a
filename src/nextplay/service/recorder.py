"""Writes the decision log: whatever waits goes into one transaction, by one thread.

A bounded queue stands between the calls and the database. A call may wait until its own entry is durable, or not; how
it ends when the database cannot be written is a setting. What could not be written stays in the queue and is tried
again, so that a short outage loses nothing; what finds no place any more is counted and told.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from nextplay.errors import DecisionDamaged, StoreUnavailable
from nextplay.service.memory import RETRY_SECONDS, Memory
from nextplay.service.status import new_incident
from nextplay.service.telemetry import Journal
from nextplay.store import Store
from nextplay.store.records import LoggedDecision

Kept = Literal["kept", "queued", "lost"]
"""What became of an entry when the answer left: durable, waiting to be written, or without a place to wait."""
MOST_IN_GROUP: Final = 256
MOST_WAIT_SECONDS: Final = 5.0
"""How long a call waits for its entry, and a flush for the queue: longer than any commit, shorter than a deadline."""
_FULL: Final = "the decision log has no room left for what waits to be written"
_STOPPED: Final = "the decision log takes nothing any more: the server is stopping"
_TRIES_ALONE: Final = 3
_TOLD_EVERY_SECONDS: Final = 10.0
_LOOK_BACK: Final = 50


@dataclass(frozen=True, slots=True)
class LogState:
    """Decisions since the start: written, kept out for erased accounts, lost for good; and those that wait now."""

    written: int = 0
    left_out: int = 0
    lost: int = 0
    waiting: int = 0


@dataclass(slots=True, eq=False)
class _Ticket:
    """The entries of one call in the queue. `settled` is set once they were tried; `reason` says why they failed."""

    entries: tuple[LoggedDecision, ...]
    settled: threading.Event = field(default_factory=threading.Event)
    kept: bool = False
    reason: str = ""
    tried: bool = False
    failed_alone: int = 0
    written_before: int = -1


class Recorder:
    """The queue and its writer. Safe to use from any thread; `start` and `stop` once each."""

    def __init__(
        self,
        memory: Memory,
        *,
        journal: Journal,
        most_waiting: int,
        before_answer: bool = True,
        refuse: bool = False,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """Let up to `most_waiting` decisions wait.

        With `before_answer` a call waits until its entries are durable. With `refuse` a call fails where they cannot
        be written; without, it is answered, and they go on waiting.
        """
        self._memory: Final = memory
        self._journal: Final = journal
        self._most_waiting: Final = most_waiting
        self._before_answer: Final = before_answer
        self._refuse: Final = refuse
        self._retry_seconds: Final = retry_seconds
        self._changed: Final = threading.Condition()
        self._tickets: Final[deque[_Ticket]] = deque()
        self._thread: Final = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._stop_at: float | None = None
        self._ended = False
        self._state = LogState()
        self._came = self._went = 0
        self._most_in_group = MOST_IN_GROUP
        self._failing = False
        self._told_lost = 0
        self._told_lost_at = float("-inf")

    @property
    def state(self) -> LogState:
        """What became of the decisions so far."""
        return self._state

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Write what waits, for at most `seconds` where the store fails; what is left then is lost, and told."""
        with self._changed:
            self._stop_at = time.monotonic() + seconds
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._tell_lost(at_once=True)

    def keep(self, entries: Sequence[LoggedDecision]) -> Kept:
        """Keep the entries of one call: together, or none of them.

        Raises `StoreUnavailable` where they cannot be kept and that is set to fail the call.
        """
        trusted = self._memory.writable
        ticket = self._queued(tuple(entries))
        if ticket is None:
            return self._without(_STOPPED if self._ended else _FULL, "lost")
        if not self._before_answer or not (trusted or self._refuse):
            return "queued"
        if not ticket.settled.wait(MOST_WAIT_SECONDS):
            return self._without("the decision log could not be written in time", "queued")
        return "kept" if ticket.kept else self._without(ticket.reason, "queued")

    def flush(self) -> None:
        """Return when everything that was queued before this call is written, or cannot be."""
        with self._changed:
            mark = self._came
            self._changed.wait_for(
                lambda: self._went >= mark or self._ended or not self._memory.writable, MOST_WAIT_SECONDS
            )

    def _without(self, reason: str, kept: Kept) -> Kept:
        if self._refuse:
            raise StoreUnavailable(reason)
        return kept

    def _queued(self, entries: tuple[LoggedDecision, ...]) -> _Ticket | None:
        """Put the entries of a call at the end of the queue; `None` where they find no room."""
        ticket = _Ticket(entries)
        with self._changed:
            room = self._state.waiting + len(entries) <= self._most_waiting and not self._ended
            if room:
                self._tickets.append(ticket)
                self._came += 1
                self._state = replace(self._state, waiting=self._state.waiting + len(entries))
                self._changed.notify_all()
        if not room:
            self._lose(len(entries), waiting=0)
        return ticket if room else None

    def _run(self) -> None:
        while group := self._next_group():
            self._write(group)
        with self._changed:
            self._ended = True
            left = [*self._tickets]
            self._tickets.clear()
        for ticket in left:
            self._settle(ticket, kept=False, reason=_STOPPED)
        self._lose(sum(len(ticket.entries) for ticket in left))

    def _next_group(self) -> list[_Ticket]:
        """Wait for something to write; nothing comes back when the recorder is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._tickets or self._stop_at is not None)
            failing = self._failing or not self._memory.writable
            if self._stop_at is not None and failing and time.monotonic() > self._stop_at:
                return []
            group: list[_Ticket] = []
            size = 0
            while self._tickets and (not group or size + len(self._tickets[0].entries) <= self._most_in_group):
                group.append(self._tickets.popleft())
                size += len(group[-1].entries)
            return group

    def _write(self, group: list[_Ticket]) -> None:
        entries = [entry for ticket in group for entry in ticket.entries]
        try:
            left_out = self._memory.write(lambda store: _log(store, group))
        except StoreUnavailable as error:
            self._failed(group, str(error))
        except Exception as error:  # noqa: BLE001  the writer must outlive whatever one group does to it
            incident = new_incident()
            self._journal.failed("log", incident, error)
            self._failed(group, f"an error of this server; its log has the cause under {incident}")
        else:
            self._most_in_group, self._failing = MOST_IN_GROUP, False
            with self._changed:
                state = self._state
                self._state = replace(
                    state,
                    written=state.written + len(entries) - left_out,
                    left_out=state.left_out + left_out,
                    waiting=state.waiting - len(entries),
                )
            for ticket in group:
                self._settle(ticket, kept=True)
            self._gone(len(group))

    def _failed(self, group: list[_Ticket], reason: str) -> None:
        """Tell the calls that wait, and put back what may be tried again: alone, in case one of them is the cause."""
        self._failing = True
        alone = len(group) == 1
        self._most_in_group = MOST_IN_GROUP if self._refuse else max(1, self._most_in_group // 4)
        given_up = [ticket for ticket in group if self._refuse or (alone and self._is_hopeless(ticket))]
        again = [ticket for ticket in group if ticket not in given_up]
        for ticket in group:
            ticket.tried = True
            self._settle(ticket, kept=False, reason=reason)
        with self._changed:
            if alone:
                self._tickets.extend(again)  # behind the others: if they can be written, it is this one's own fault
            else:
                self._tickets.extendleft(reversed(again))
        dropped = sum(len(ticket.entries) for ticket in given_up)
        if self._refuse:
            with self._changed:
                self._state = replace(self._state, waiting=self._state.waiting - dropped)
        else:
            self._lose(dropped, waiting=dropped)
        self._gone(len(given_up))
        self._pause()

    def _is_hopeless(self, ticket: _Ticket) -> bool:
        """Say whether a ticket failed alone several times, and others were written after each of them."""
        if self._state.written > ticket.written_before:
            ticket.failed_alone += 1
            ticket.written_before = self._state.written
        return ticket.failed_alone >= _TRIES_ALONE

    def _pause(self) -> None:
        """Wait before the next attempt, less if the recorder is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stop_at is not None, self._retry_seconds)
        if self._stop_at is not None:
            time.sleep(min(self._retry_seconds, max(0.0, self._stop_at - time.monotonic())))

    def _settle(self, ticket: _Ticket, *, kept: bool, reason: str = "") -> None:
        ticket.kept, ticket.reason = kept, reason
        ticket.settled.set()

    def _gone(self, count: int) -> None:
        with self._changed:
            self._went += count
            self._changed.notify_all()

    def _lose(self, count: int, *, waiting: int | None = None) -> None:
        """Count what is lost; `waiting` of them stood in the queue (all where it is absent)."""
        if not count:
            return
        with self._changed:
            stood = count if waiting is None else waiting
            self._state = replace(self._state, lost=self._state.lost + count, waiting=self._state.waiting - stood)
        self._tell_lost(at_once=False)

    def _tell_lost(self, *, at_once: bool) -> None:
        """Tell how many were lost, once in a while and at the end."""
        now = time.monotonic()
        with self._changed:
            lost = self._state.lost
            due = lost > self._told_lost and (at_once or now >= self._told_lost_at + _TOLD_EVERY_SECONDS)
            if due:
                self._told_lost, self._told_lost_at = lost, now
        if due:
            self._journal.decisions_lost(lost)


def _log(store: Store, group: Sequence[_Ticket]) -> int:
    """Write a group; what an earlier attempt wrote although it seemed to fail is not written again."""
    entries = [entry for ticket in group for entry in ticket.entries if not (ticket.tried and _is_there(store, entry))]
    return store.log(entries) if entries else 0


def _is_there(store: Store, entry: LoggedDecision) -> bool:
    """Say whether the log has this very call: a connection that breaks while it commits leaves that open.

    Where an older row of the account is damaged, it is written: rather twice than never.
    """
    try:
        stored = store.decisions(entry.tenant, entry.account_id, size=_LOOK_BACK, before=None)
    except DecisionDamaged:
        return False
    return any(_call_of(one.logged) == _call_of(entry) for one in stored)


def _call_of(entry: LoggedDecision) -> tuple[object, ...]:
    """Return what tells one call from another about the same question."""
    return entry.decision_id, entry.decided_at, entry.took_microseconds, entry.request_id
