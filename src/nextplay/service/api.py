"""What the decision service does, whatever the door: questions in, decisions out, and what is remembered between them.

Three things can be the matter with the memory, and an answer tells each: `history` in its `input_warnings` where the
past could not be read, and the word of `Sitting.keep` for what became of its own entry in the log.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from nextplay.decider import Answered, Decider
from nextplay.decision import Decision
from nextplay.errors import InputInvalid, StoreUnavailable, Violation
from nextplay.question import asked_about
from nextplay.service.clock import Clock, exact_now, utc_now
from nextplay.service.entries import Entries
from nextplay.service.memory import Failure, Memory
from nextplay.service.recorder import Kept, LogState, Recorder
from nextplay.service.releases import Releases
from nextplay.service.telemetry import Journal
from nextplay.service.wire import Question
from nextplay.snapshot import HistoryEntry, InputWarning, SnapshotReading, read_snapshot
from nextplay.store.records import LoggedDecision


@dataclass(frozen=True, slots=True)
class MemoryState:
    """How the memory is: what of it fails, and what became of the decisions."""

    failures: tuple[Failure, ...]
    log: LogState


UNREAD: Final = InputWarning("history", "what is remembered could not be read; decided without it")


@dataclass(frozen=True, slots=True)
class Remembering:
    """Where the past of an account comes from, and where decisions go. `refuse`: not without the one or the other."""

    memory: Memory
    recorder: Recorder
    entries: Entries
    refuse: bool = False
    tenant: str = ""

    def state(self) -> MemoryState:
        """Return how the memory is."""
        return MemoryState(self.memory.failures, self.recorder.state)

    def history(self, reading: SnapshotReading) -> tuple[SnapshotReading, tuple[HistoryEntry, ...]]:
        """Return what is remembered of an account up to `as_of`, and the reading with a warning where it is unread.

        Raises `StoreUnavailable` where that is set to fail the call.
        """
        snapshot = reading.snapshot
        if snapshot.history is not None:
            return reading, ()
        try:
            past = self.memory.read(lambda store: store.history(self.tenant, snapshot.account_id, now=snapshot.as_of))
        except StoreUnavailable:
            if self.refuse:
                raise
            return replace(reading, input_warnings=(*reading.input_warnings, UNREAD)), ()
        return reading, past


class DecisionApi:
    """Decides with whatever release serves. Safe to use from any thread."""

    def __init__(
        self,
        releases: Releases,
        *,
        journal: Journal,
        remembering: Remembering | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Take the releases to lease from; `clock` fills in an `as_of` that is absent.

        Without `remembering` the past is what callers send, and nothing is kept.
        """
        self._releases: Final = releases
        self._journal: Final = journal
        self._remembering: Final = remembering
        self._clock: Final = clock

    @contextmanager
    def one_release(self) -> Iterator[Sitting]:
        """Give what decides with the present release, and with it alone, for as long as one call takes.

        Raises `NotReady`.
        """
        with self._releases.lease() as serving:
            yield Sitting(serving.decider, journal=self._journal, remembering=self._remembering, clock=self._clock)


class Sitting:
    """The decisions of one call."""

    def __init__(self, decider: Decider, *, journal: Journal, remembering: Remembering | None, clock: Clock) -> None:
        """Begin with none decided."""
        self._decider = decider
        self._journal = journal
        self._remembering = remembering
        self._clock = clock
        self._entries: list[LoggedDecision] = []

    def decide(self, question: Question) -> Decision:
        """Decide for one account. Each decision leaves a line in the journal.

        Raises `InputInvalid` with paths from the request, and `StoreUnavailable` where the past cannot be read and
        that is set to fail the call.
        """
        began, decided_at = time.perf_counter(), exact_now()
        document = question.document
        if document.get("as_of") is None:
            document = document | {"as_of": self._clock()}
        try:
            answered = self._answered(question, read_snapshot(document, strict=question.options.strict))
        except InputInvalid as error:
            raise InputInvalid(_below("snapshot", violation) for violation in error.violations) from error
        seconds = time.perf_counter() - began
        self._journal.decided(answered.decision, duration_seconds=seconds, unknown_fields=question.unknown_fields)
        if self._remembering is not None and question.record:
            entry = self._remembering.entries.entry(
                self._decider,
                answered,
                decided_at=decided_at,
                took_microseconds=round(seconds * 1e6),
                request_id=question.request_id,
            )
            self._entries.append(entry)
        return answered.decision

    def keep(self) -> Kept | None:
        """Hand what was decided to the log, together; `None` where nothing is to be kept.

        Raises `StoreUnavailable` where it cannot be kept and that is set to fail the call.
        """
        if self._remembering is None or not self._entries:
            return None
        return self._remembering.recorder.keep(self._entries)

    def _answered(self, question: Question, reading: SnapshotReading) -> Answered:
        past: tuple[HistoryEntry, ...] = ()
        tenant = ""
        if self._remembering is not None:
            reading, past = self._remembering.history(reading)
            tenant = self._remembering.tenant
        return self._decider.answer(asked_about(reading, history=past, options=question.options, tenant=tenant))


def _below(parent: str, violation: Violation) -> Violation:
    return Violation(f"{parent}.{violation.path}" if violation.path else parent, violation.message)
