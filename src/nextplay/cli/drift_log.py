"""Accounts for `model drift` out of the store: as they were asked about last, and those whose outcome is known by now.

Loaded where a store is named alone: it needs numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from nextplay.authoring.book import Row
from nextplay.authoring.unlabelled import BookFacts, question_facts
from nextplay.churn.training.table import Flags
from nextplay.cli.replayed_log import latest_questions
from nextplay.facts import FactPlan
from nextplay.store import Store
from nextplay.store.records import Outcome

UNKNOWN: Final = "what became of the account within the horizon is not known"
Account = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MaturedRows:
    """Questions whose horizon is over, one for each account, and who left within it; those whose end is unknown."""

    facts: BookFacts
    left: Flags
    unknown: int


@dataclass(slots=True)
class _Stories:
    """What became of accounts: when they left, and the last day on which they were known to be there."""

    left: dict[Account, date] = field(default_factory=dict)
    seen: dict[Account, date] = field(default_factory=dict)

    def see(self, account: Account, day: date) -> None:
        self.seen[account] = max(day, self.seen.get(account, day))

    def has_left(self, account: Account, day: date, *, horizon_days: int) -> bool | None:
        """Say whether an account of this day left within the horizon; `None` where nobody can know."""
        end = day + timedelta(days=horizon_days)
        gone = self.left.get(account)
        if gone is not None and gone <= end:
            return True if gone > day else None
        stayed = gone is not None or self.seen.get(account, day) >= end
        return False if stayed else None


def questions_now(store: Store, plan: FactPlan, *, since: datetime | None) -> BookFacts:
    """Return the facts of the latest question of each account. Raises `InputInvalid` where there is none."""
    return question_facts(latest_questions(store, since=since, limit=None), plan)


def matured_rows(store: Store, plan: FactPlan, *, horizon_days: int, today: date) -> MaturedRows | None:
    """Return the newest question of each account whose horizon is over; nothing where no outcome can be known.

    An account left where `churned` was recorded within the horizon. It stayed where it left later, or where another
    outcome or a later decision shows that it was still there at the end.
    """
    stories = _stories(store)
    asked = _matured(store, horizon_days=horizon_days, today=today)
    told = {account: stories.has_left(account, day, horizon_days=horizon_days) for account, (day, _) in asked.items()}
    known = [account for account, left in told.items() if left is not None]
    if not known:
        return None
    rows = [Row(number, asked[account][1]) for number, account in enumerate(known)]
    facts = question_facts(rows, plan)
    bad = {row.number for row in facts.bad}
    left = [bool(told[account]) for number, account in enumerate(known) if number not in bad]
    return MaturedRows(facts, np.array(left, dtype=np.bool_), len(told) - len(known))


def _stories(store: Store) -> _Stories:
    stories = _Stories()
    for record in store.records():
        told = record.told
        if isinstance(told, Outcome):
            account = record.tenant, told.account_id
            if told.kind == "churned":
                stories.left[account] = min(told.occurred_on, stories.left.get(account, told.occurred_on))
            else:
                stories.see(account, told.occurred_on)
    for stored in store.logged():
        stories.see((stored.logged.tenant, stored.logged.account_id), stored.logged.as_of.date())
    return stories


def _matured(store: Store, *, horizon_days: int, today: date) -> Mapping[Account, tuple[date, bytes]]:
    found: dict[Account, tuple[date, bytes]] = {}
    for account, day, question in _asked(store):
        if day + timedelta(days=horizon_days) <= today and day >= found.get(account, (day, b""))[0]:
            found[account] = day, question
    return found


def _asked(store: Store) -> Iterator[tuple[Account, date, bytes]]:
    for stored in store.logged():
        logged = stored.logged
        yield (logged.tenant, logged.account_id), logged.as_of.date(), logged.question
