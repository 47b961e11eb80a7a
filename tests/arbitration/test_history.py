"""Reading the past of an account: order, ties, doubles."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from tests.arbitration.builders import AS_OF, TODAY, day, past

from nextplay.arbitration.history import NO_HISTORY, _moment, days_after, recall
from nextplay.snapshot import HistoryKind


def test_an_empty_history_is_the_same_value_every_time() -> None:
    """The fast way out: nothing is built where nothing happened."""
    assert recall((), as_of=AS_OF) is NO_HISTORY


def test_of_one_instant_completion_is_last() -> None:
    """Accepted, snoozed, declined, called wrong and completed at once reads as completed."""
    kinds: list[HistoryKind] = ["completed", "wrong_diagnosis", "declined", "snoozed", "accepted"]
    of_play = recall([past(kind, 1) for kind in kinds], as_of=AS_OF).plays["call"]
    assert of_play.latest is not None
    assert of_play.latest.kind == "completed"
    assert of_play.acceptance is None
    assert of_play.snoozed is None


def test_the_order_of_the_entries_plays_no_part() -> None:
    """However a caller sorts its rows, the same past is read."""
    entries = [past("accepted", 9), past("declined", 8), past("declined", 7), past("snoozed", 6, until=day(3))]
    entries += [past("held", 5, of=None), past("contacted", 4, channel="email"), past("wrong_diagnosis", 3, gap="a")]
    expected = recall(entries, as_of=AS_OF)
    for seed in range(20):
        shuffled = random.Random(seed).sample(entries, len(entries))  # noqa: S311  a seeded order, no secret
        assert recall(shuffled, as_of=AS_OF) == expected


def test_no_two_entries_are_ordered_by_chance() -> None:
    """Sets of entries come in another order in every process, so whatever differs must count: replay depends on it."""
    plain = past("held", 5, until=date.max)
    others = [replace(plain, until=None), replace(plain, kind="answered"), replace(plain, answer="yes")]
    others += [replace(plain, channel="email"), replace(plain, gap="a"), replace(plain, play=None)]
    assert len({_moment(entry) for entry in (plain, *others)}) == len(others) + 1
    holds = recall([plain, others[0]], as_of=AS_OF).holds
    assert [hold.until for hold in holds.values()] == [None]


def test_a_snooze_settles_nothing() -> None:
    """An acceptance that was snoozed afterwards is still an acceptance."""
    of_play = recall([past("accepted", 9), past("snoozed", 2, until=day(1))], as_of=AS_OF).plays["call"]
    assert of_play.acceptance == past("accepted", 9)
    assert of_play.snoozed == past("snoozed", 2, until=day(1))


def test_declines_are_those_since_the_last_acceptance_newest_first() -> None:
    """What was declined before somebody accepted is forgotten."""
    entries = [past("declined", 30), past("accepted", 20), past("declined", 9), past("declined", 4)]
    assert recall(entries, as_of=AS_OF).plays["call"].declines == (day(-4), day(-9))


def test_days_after_stop_at_the_end_of_the_calendar() -> None:
    """A cooldown in the year 9999 does not overflow."""
    assert days_after(TODAY, 3) == day(3)
    assert days_after(date.max, 10) == date.max
