"""What the store remembers → reactions with the segment that the account was in when they were said."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import get_args

import orjson

from nextplay.learning.play_report import Seen
from nextplay.learning.verdicts import PlayReaction
from nextplay.snapshot.words import Segment
from nextplay.store import Store
from nextplay.store.records import OPEN_STATES, LoggedDecision, Reaction, StoredRecord

_SEGMENTS = frozenset(get_args(Segment))
_Account = tuple[str, str]


def gather_reactions(store: Store, *, tenant: str | None = None) -> list[PlayReaction]:
    """Read every reaction that names a play, of one tenant or of all."""
    told = [(one, one.told) for one in store.records(tenant=tenant) if one.play is not None]
    reactions = [(one, reaction) for one, reaction in told if isinstance(reaction, Reaction)]
    if not reactions:
        return []
    segments = _segments(store, {(one.tenant, reaction.account_id) for one, reaction in reactions}, tenant=tenant)
    return [_of_play(one, reaction, segments) for one, reaction in reactions]


def _of_play(
    one: StoredRecord, reaction: Reaction, segments: Mapping[_Account, list[tuple[datetime, str | None]]]
) -> PlayReaction:
    account = one.tenant, reaction.account_id
    known = segments.get(account, [])
    # before its first decision an account was in the segment in which that decision found it
    place = max(bisect_right(known, one.recorded_at, key=lambda each: each[0]) - 1, 0)
    segment = known[place][1] if known else None
    return PlayReaction(account, reaction.action_id, one.play or "", reaction.kind, reaction.at, segment)


def _segments(
    store: Store, accounts: set[_Account], *, tenant: str | None
) -> dict[_Account, list[tuple[datetime, str | None]]]:
    """Return for each account since when it was in which segment, as its decisions tell; oldest first."""
    found: defaultdict[_Account, list[tuple[datetime, str | None]]] = defaultdict(list)
    for stored in store.logged(tenant=tenant):
        logged = stored.logged
        account = logged.tenant, logged.account_id
        if account in accounts:
            found[account].append((logged.decided_at, segment_of(logged)))
    for known in found.values():
        known.sort(key=lambda each: each[0])
    return found


def segment_of(logged: LoggedDecision) -> str | None:
    """Return the segment in which a decision found its account."""
    profile = orjson.loads(logged.question)["snapshot"].get("profile") or {}
    segment = profile.get("segment")
    return segment if segment in _SEGMENTS else None


def gather_decisions(store: Store, *, since: datetime | None = None, tenant: str | None = None) -> Iterator[Seen]:
    """Yield what each decision of the log said."""
    for stored in store.logged(since=since, tenant=tenant):
        logged = stored.logged
        gaps = orjson.loads(logged.answer).get("gaps", [])
        yield Seen(
            account=(logged.tenant, logged.account_id),
            on=logged.decided_at.date(),
            plays=tuple((one.play, one.state == "new") for one in logged.actions if one.state in OPEN_STATES),
            held_out=logged.held_out,
            gaps=tuple(sorted({gap["gap"] for gap in gaps})),
        )
