"""What withholds a play in company: contact policy, exclusion and the caps. One walk, in order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from nextplay.arbitration.history import History
from nextplay.arbitration.outcome import Chooser
from nextplay.arbitration.priority import kinds_of
from nextplay.arbitration.reasons import Refusal
from nextplay.decision import Priority, Side
from nextplay.rules.assessment import Candidate
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ArbitrationRules, Play
from nextplay.snapshot import HistoryEntry

INTERNAL_CHANNEL: Final = "internal"
"""The channel of work that the customer does not notice: it is no touch."""


class Bid(NamedTuple):
    """A candidate with what places it.

    The fields stand in the order of the ranking, so that bids sort by themselves: normal after must, highest priority,
    highest severity, earliest due date, play id (which differs, so that nothing after it is ever compared).
    `acceptance` is there where the action is open, `refusal` where it cannot come by itself. `escalated_to` is the
    owner that took an overdue action over.
    """

    is_normal: bool
    minus_priority: float
    minus_severity: float
    due_on: date
    play_id: str
    candidate: Candidate
    priority: Priority
    acceptance: HistoryEntry | None
    refusal: Refusal | None
    escalated_to: str | Parameter | None = None


class Touches(NamedTuple):
    """What each contact limit has already used up, and how many more touches none of them can forbid."""

    had: Sequence[int]
    free: float

    @classmethod
    def of(cls, rules: ArbitrationRules, past: History, *, today: date) -> Touches:
        """Count for each limit the touches of its channel in the last `period_days` days, today included."""
        had = [
            sum(
                (today - day).days < limit.period_days and (limit.channel is None or limit.channel == channel)
                for day, channel in past.touches
            )
            for limit in rules.contact_policy
        ]
        left = [limit.touches - used for limit, used in zip(rules.contact_policy, had, strict=True)]
        return cls(had, min(left, default=math.inf))


class Taken(NamedTuple):
    """A bid that came through, with its position in the walk."""

    position: int
    bid: Bid
    owner: str
    channel: str


class Refused(NamedTuple):
    """A bid that did not, with its position in the walk."""

    position: int
    bid: Bid
    refusal: Refusal


class Walk:
    """One walk over the bids of one account; afterwards `taken` and `refused` hold each bid once, in order.

    Three kinds of bid, three manners:

    - an *open* action is being worked on: only an action already chosen that excludes it keeps it out;
    - a *must* is bound by exclusion and by the caps, not by the contact policy, and no place is kept from it;
    - every other bid is bound by all, and leaves free the places that are kept.

    Kept are a place for each open action still to come (of the cap, and of its owner's cap), and with `other_kind` one
    place of the cap until an action that counts for that kind is chosen. `best` (the best bid of the leading kind) may
    take the latter. A bid that finds only kept places waits; at the end, what is still free goes to those waiting, in
    order.
    """

    def __init__(
        self,
        bids: Sequence[Bid],
        *,
        rules: ArbitrationRules,
        limit: int,
        touches: Touches,
        parameter: Chooser,
        best: Bid | None = None,
        other_kind: Side | None = None,
    ) -> None:
        """Take what the walk needs: `limit` is the cap."""
        self._bids = bids
        self._rules = rules
        self._limit = limit
        self._touches = touches
        self._parameter = parameter
        self._best = best
        self._other_kind = other_kind
        self._owners: dict[str, int] = {}
        self._excluded_by: dict[str, str] = {}
        self._open_ahead: Counter[str] | None = None
        self.taken: list[Taken] = []
        self.refused: list[Refused] = []

    def run(self) -> None:
        """Walk once, then give the places that nobody needed to those waiting."""
        owners = [self._owner(bid) for bid in self._bids if bid.acceptance is not None and bid.refusal is None]
        if owners:
            self._open_ahead = Counter(owners)
        waiting = [(position, bid) for position, bid in enumerate(self._bids) if not self._settles(position, bid)]
        if waiting:
            self._other_kind = None
            for position, bid in waiting:
                self._settles(position, bid)
            self.taken.sort()
            self.refused.sort()

    def _owner(self, bid: Bid) -> str:
        owner = bid.candidate.play.owner if bid.escalated_to is None else bid.escalated_to
        return self._parameter(owner) if isinstance(owner, Parameter) else owner

    def _settles(self, position: int, bid: Bid) -> bool:
        """Take or refuse the bid; false if it has to wait for a kept place."""
        refusal = bid.refusal
        if refusal is None:
            play, acceptance, taken = bid.candidate.play, bid.acceptance, self.taken
            owner, channel = self._owner(bid), play.channel
            if isinstance(channel, Parameter):
                channel = self._parameter(channel)
            if acceptance is not None:
                if self._open_ahead is not None:
                    self._open_ahead[owner] -= 1
            elif len(taken) >= self._touches.free and bid.is_normal and channel != INTERNAL_CHANNEL:
                refusal = self._contact_policy(channel)
            if refusal is None and (self._excluded_by or play.excludes):
                refusal = self._excluded(play)
            if refusal is None and acceptance is None:
                refusal = self._capped(owner)
                keeps = self._open_ahead is not None or self._other_kind is not None
                if refusal is None and keeps and bid.is_normal and self._must_wait(bid, owner):
                    return False
            if refusal is None:
                self._take(Taken(position, bid, owner, channel), play)
                return True
        self.refused.append(Refused(position, bid, refusal))
        return True

    def _contact_policy(self, channel: str) -> Refusal | None:
        """Refuse one touch too many. Each action taken is at most one: not asked before some limit can be used up."""
        planned = [taken.channel for taken in self.taken if taken.channel != INTERNAL_CHANNEL]
        for limit, had in zip(self._rules.contact_policy, self._touches.had, strict=True):
            touches = had + (len(planned) if limit.channel is None else planned.count(limit.channel))
            if touches >= limit.touches and (limit.channel is None or limit.channel == channel):
                details = {
                    "touches": str(touches),
                    "limit": str(limit.touches),
                    "period_days": str(limit.period_days),
                }
                return "contact_policy", details | ({"channel": limit.channel} if limit.channel else {})
        return None

    def _excluded(self, play: Play) -> Refusal | None:
        """Refuse what a chosen action excludes, or what excludes a chosen one; the first found is named."""
        by = self._excluded_by.get(play.id)
        if by is None and play.excludes:
            chosen = {taken.bid.play_id for taken in self.taken}
            by = next((play_id for play_id in play.excludes if play_id in chosen), None)
        return ("excluded", {"by": by}) if by else None

    def _capped(self, owner: str) -> Refusal | None:
        if len(self.taken) >= self._limit:
            return "cap", {"limit": str(self._limit)}
        if self._owners.get(owner, 0) >= self._rules.per_owner_role:
            return "owner_cap", {"owner": owner, "limit": str(self._rules.per_owner_role)}
        return None

    def _must_wait(self, bid: Bid, owner: str) -> bool:
        """Tell whether a normal bid that is not open finds only places that are kept."""
        ahead, other = self._open_ahead, self._other_kind
        kept = ahead.total() if ahead is not None else 0
        if other is not None and bid is not self._best and other not in kinds_of(bid.candidate):
            kept += 1
        if len(self.taken) + kept >= self._limit:
            return True
        return ahead is not None and self._owners.get(owner, 0) + ahead[owner] >= self._rules.per_owner_role

    def _take(self, taken: Taken, play: Play) -> None:
        self.taken.append(taken)
        self._owners[taken.owner] = self._owners.get(taken.owner, 0) + 1
        for play_id in play.excludes:
            self._excluded_by.setdefault(play_id, play.id)
        if self._other_kind is not None and self._other_kind in kinds_of(taken.bid.candidate):
            self._other_kind = None
