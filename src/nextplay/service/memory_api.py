"""What the service remembers, whatever the door: what callers tell goes in, decisions and worklists come out.

Nothing here waits for anything but the store, and each write is one transaction of it: a call that is given up leaves
the whole of what it told, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol, TypeVar

from nextplay.errors import NotRemembered
from nextplay.service.clock import Clock, utc_now
from nextplay.service.present import Present, ask_of
from nextplay.service.releases import Releases
from nextplay.service.told import AnswerRequest, Request, RequestKind, read_request
from nextplay.store import Store
from nextplay.store.records import Answer, Key, Receipt, StoredDecision, WorklistAction, WorklistFilter

Found = TypeVar("Found")


class Reach(Protocol):
    """The way to the store, which may be gone: then both raise `StoreUnavailable`."""

    def read(self, work: Callable[[Store], Found]) -> Found:
        """Do what only reads."""

    def write(self, work: Callable[[Store], Found]) -> Found:
        """Do what writes."""


class Recorder(Protocol):
    """What writes decisions down, maybe after they were answered."""

    def flush(self) -> None:
        """Return when every decision that was answered before this call is stored, or cannot be."""


class MemoryApi:
    """Records and remembers for one tenant. Safe to use from any thread.

    Everything raises `StoreUnavailable` where the database does not answer.
    """

    def __init__(
        self, memory: Reach, releases: Releases, *, recorder: Recorder, tenant: str = "", clock: Clock = utc_now
    ) -> None:
        """Judge requests by the rulebook that serves and by `clock`."""
        self._memory: Final = memory
        self._releases: Final = releases
        self._recorder: Final = recorder
        self._tenant: Final = tenant
        self._clock: Final = clock

    def tell(self, kind: RequestKind, document: Mapping[str, Any]) -> Receipt:
        """Record what a request tells, once: a repetition gets the receipt of the first.

        Raises `InputInvalid`, `NotRemembered`, `RequestIdReused`, `AccountErased`, `NotReady`.
        """
        return self._record(self._read(kind, document))

    def tell_answer(self, document: Mapping[str, Any]) -> tuple[Receipt, date | None]:
        """Record an answer; say on which day it counts last, `None` where the rulebook no longer asks.

        Raises as `tell` does.
        """
        receipt = self.tell(AnswerRequest, document)
        answer = receipt.told
        if not isinstance(answer, Answer):
            msg = "an answer came back as something else"
            raise TypeError(msg)
        with self._releases.lease() as serving:
            ask = ask_of(serving.release.rulebook, answer.gap)
        return receipt, None if ask is None else answer.at.date() + timedelta(days=ask.valid_days)

    def decision(self, decision_id: str) -> StoredDecision:
        """Return a decision as it was first answered. Raises `NotRemembered`."""
        return self._once_written(lambda: self._memory.read(lambda store: store.decision(self._tenant, decision_id)))

    def latest(self, account_id: str) -> StoredDecision:
        """Return the newest decision of an account. Raises `NotRemembered`."""
        return self._once_written(lambda: self._memory.read(lambda store: store.latest(self._tenant, account_id)))

    def decisions(self, account_id: str, *, size: int, before: int | None) -> tuple[StoredDecision, ...]:
        """Return a page of the decisions of an account, newest first; none where the account is unknown."""
        return self._memory.read(lambda store: store.decisions(self._tenant, account_id, size=size, before=before))

    def actions(self, chosen: WorklistFilter, *, size: int, after: Key | None) -> tuple[WorklistAction, ...]:
        """Return a page of the worklist, most urgent first."""
        return self._memory.read(lambda store: store.actions(self._tenant, chosen, size=size, after=after))

    def _read(self, kind: RequestKind, document: Mapping[str, Any]) -> Request:
        with self._releases.lease() as serving:
            present = Present(self._clock(), serving.release.rulebook)
        return read_request(kind, document, present)

    def _record(self, request: Request) -> Receipt:
        tenant, request_id, sent = self._tenant, request.request_id, request.sent
        if request.outdated is not None:
            earlier = self._memory.read(lambda store: store.receipt(tenant, request_id, sent=sent))
            if earlier is None:
                raise request.outdated
            return earlier
        return self._once_written(
            lambda: self._memory.write(lambda store: store.record(tenant, request_id, request.told, sent=sent))
        )

    def _once_written(self, find: Callable[[], Found]) -> Found:
        """Look twice where something is not there: its decision may be answered and not yet stored."""
        try:
            return find()
        except NotRemembered:
            self._recorder.flush()
            return find()
