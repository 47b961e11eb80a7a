"""History from what was told."""

from __future__ import annotations

from datetime import date, timedelta

from tests.store.told import T0, a_decision, a_reaction, an_action

from nextplay.snapshot import HistoryEntry
from nextplay.store import Store
from nextplay.store.records import Answer, Hold, Outcome, Told

HOUR = timedelta(hours=1)


def test_history_is_what_decisions_use(store: Store) -> None:
    """Reactions with play and gap, a completed one with its channel, answers, holds; never `shown`, never outcomes."""
    store.log([a_decision(an_action())])
    told: tuple[Told, ...] = (
        a_reaction("completed", at=T0 + 3 * HOUR),
        a_reaction("shown"),
        a_reaction("accepted", at=T0),
        a_reaction("snoozed", at=T0 + HOUR),
        Answer("acme", "slow_start", "nobody_tried", T0 + 2 * HOUR),
        Outcome("acme", "renewed", date(2026, 3, 1)),
        Hold("acme", None, date.max, "merger", T0 + 4 * HOUR),
    )
    for number, item in enumerate(told):
        store.record("", f"r-{number}", item)
    play, gap = "play_a1-1", "no_sponsor"
    assert store.history("", "acme") == (
        HistoryEntry("accepted", T0, play, gap),
        HistoryEntry("snoozed", T0 + HOUR, play, gap, date(2026, 3, 21)),
        HistoryEntry("answered", T0 + 2 * HOUR, gap="slow_start", answer="nobody_tried"),
        HistoryEntry("completed", T0 + 3 * HOUR, play, gap, channel="call"),
        HistoryEntry("held", T0 + 4 * HOUR, until=date.max),
    )
    assert store.history("", "acme", now=T0 + HOUR) == store.history("", "acme")[:2]
    assert store.history("", "other") == store.history("them", "acme") == ()


def test_of_holds_the_newest_of_each_scope_counts(store: Store) -> None:
    """A hold replaces an earlier one of its scope, also where it is told before it; other scopes stand beside it."""
    whole, play = (None, "play_a1-1")
    for number, (scope, hours, last_day) in enumerate([(whole, 2, 9), (whole, 1, 8), (play, 0, 7), (whole, 2, 6)]):
        store.record("", f"r-{number}", Hold("acme", scope, date(2026, 4, last_day), "x", T0 + hours * HOUR))
    assert store.history("", "acme") == (
        HistoryEntry("held", T0, play=play, until=date(2026, 4, 8)),
        HistoryEntry("held", T0 + 2 * HOUR, until=date(2026, 4, 7)),
    )
    assert [entry.until for entry in store.history("", "acme", now=T0 + HOUR)] == [date(2026, 4, 8), date(2026, 4, 9)]
