"""The log as replays read it: what is of the release at hand, what is not, and the latest question of each account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from nextplay.authoring.book import Row
from nextplay.authoring.replay import Logged
from nextplay.store import Store
from nextplay.store.records import LoggedDecision, StoredDecision


@dataclass(slots=True)
class OtherRelease:
    """A release that decided and is not the one at hand: by the first of its decisions, how many, and the span."""

    first: LoggedDecision
    decisions: int
    from_instant: datetime
    to_instant: datetime


@dataclass(slots=True)
class ReplayedLog:
    """Which decisions are replayed, and those of other releases that `read` came by; `release` is the one at hand."""

    since: datetime | None = None
    limit: int | None = None
    any_release: bool = False
    release: str = ""
    others: dict[str, OtherRelease] = field(default_factory=dict)

    def read(self, store: Store) -> Iterator[Logged]:
        """Yield what is to be replayed: in the order of writing, with a limit the newest first; count the others."""
        for stored in islice(store.logged(since=self.since, newest_first=self.limit is not None), self.limit):
            logged = stored.logged
            own = logged.release == self.release
            if not own:
                self._count(logged)
            if own or self.any_release:
                yield Logged(
                    logged.decision_id, logged.release, logged.question, logged.answer, masked=bool(logged.masked)
                )

    def _count(self, logged: LoggedDecision) -> None:
        at = logged.decided_at
        other = self.others.setdefault(logged.release, OtherRelease(logged, 0, at, at))
        other.decisions += 1
        other.from_instant, other.to_instant = min(at, other.from_instant), max(at, other.to_instant)


def latest_questions(store: Store, *, since: datetime | None, limit: int | None) -> Iterator[Row]:
    """Yield the latest question of each account, newest first, at most `limit`; rows are numbered from 1."""
    latest = islice(_latest(store, since), limit)
    return (Row(number, stored.logged.question) for number, stored in enumerate(latest, start=1))


def _latest(store: Store, since: datetime | None) -> Iterator[StoredDecision]:
    seen: set[tuple[str, str]] = set()
    for stored in store.logged(since=since, newest_first=True):
        account = stored.logged.tenant, stored.logged.account_id
        if account not in seen:
            seen.add(account)
            yield stored
