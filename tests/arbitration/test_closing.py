"""Ids that stay the same while an action is open, and what closes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import pytest
from tests.arbitration.builders import ACCOUNT, actions, candidate, day, gap, past, play, run

from nextplay.arbitration import Arbitration
from nextplay.arbitration.closing import action_id
from nextplay.rules.rulebook import Play
from nextplay.snapshot import HistoryEntry


def closed(result: Arbitration) -> dict[str, str]:
    """Return why each closed action is closed, by play."""
    return {action.play: action.reason for action in result.closed}


def test_an_action_id_is_a_hash_of_account_play_and_gap() -> None:
    """Anyone can compute it: a1- and 24 hex digits of the SHA-256 of the three as compact JSON."""
    text = json.dumps(["acc-1", "call", "slow"], separators=(",", ":"))
    expected = "a1-" + hashlib.sha256(text.encode()).hexdigest()[:24]
    (action,) = run([candidate(play())]).actions
    assert (action.action_id, action.gap) == (expected, "slow")


def test_an_id_does_not_follow_severities() -> None:
    """The gap that names an action is the first in the play's own order, however severe the others get."""
    both = play("call", "slow", "late")
    before = run([candidate(both, gap("late", severity=0.2), gap("slow"))]).actions[0]
    after = run([candidate(both, gap("late", severity=0.9), gap("slow"))]).actions[0]
    assert before.action_id == after.action_id
    assert before.gap == "slow"


def test_an_id_stays_when_another_gap_of_the_play_comes_up() -> None:
    """The acceptance names the gap; that an earlier one of the play's stands now as well changes nothing."""
    both = play("call", "slow", "late")
    first = run([candidate(both, gap("late"))]).actions[0]
    accepted = past("accepted", 3, gap=first.gap)
    later = run([candidate(both, gap("slow"), gap("late"))], history=[accepted]).actions[0]
    assert (later.action_id, later.state) == (first.action_id, "open")


def test_a_gap_that_the_play_does_not_answer_names_nothing() -> None:
    """A history with a gap of another time falls back to the play's own order."""
    (action,) = run([candidate(play())], history=[past("accepted", 3, gap="gone")]).actions
    assert action.action_id == action_id("acc-1", "call", "slow")


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([past("accepted", 9)], {"call": "gap_gone"}),
        ([past("accepted", 9), past("completed", 2)], {"call": "done"}),
        ([past("completed", 90)], {"call": "done"}),
        ([past("completed", 91)], {}),
        ([past("accepted", 90)], {"call": "gap_gone"}),
        ([past("accepted", 91)], {"call": "expired"}),
        ([past("accepted", 180)], {"call": "expired"}),
        ([past("accepted", 181)], {}),
        ([past("accepted", 9), past("declined", 2)], {}),
        ([past("accepted", 9), past("wrong_diagnosis", 2)], {}),
        ([past("snoozed", 9, until=day(9))], {}),
        ([past("contacted", 9)], {}),
    ],
)
def test_what_closed_an_action_whose_gap_is_gone(history: Sequence[HistoryEntry], expected: dict[str, str]) -> None:
    """Completed is done, accepted is gap gone and after 90 days expired; each is told for 90 days."""
    assert closed(run([], plays=[play()], history=history)) == expected


def test_a_closed_action_keeps_the_id_it_was_open_under() -> None:
    """A CRM finds the task again, also where the play answers several gaps."""
    both = play("call", "slow", "late")
    (opened,) = run([candidate(both, gap("late"))]).actions
    result = run([], plays=[both], history=[past("accepted", 5, gap=opened.gap)])
    assert [action.action_id for action in result.closed] == [opened.action_id]


def test_a_play_that_left_the_rulebook_is_superseded() -> None:
    """Nobody can go on with a play that is no longer written."""
    assert closed(run([], history=[past("accepted", 9, of="withdrawn", gap="slow")])) == {"withdrawn": "superseded"}


def test_an_open_action_that_a_chosen_one_excludes_is_superseded() -> None:
    """It is withheld as excluded and closed as superseded."""
    better = candidate(play("better", excludes=("call",)), gap(severity=0.9))
    assert closed(run([better, candidate(play())], history=[past("accepted", 9)])) == {"call": "superseded"}


def test_an_open_action_that_waits_is_not_closed() -> None:
    """Snoozed after its acceptance, it is neither shown nor closed."""
    result = run([candidate(play())], history=[past("accepted", 9), past("snoozed", 1, until=day(5))])
    assert (actions(result), closed(result)) == ([], {})


@pytest.mark.parametrize(
    ("accepted_ago", "deadline", "expected"),
    [(30, -5, "expired"), (30, 0, "gap_gone"), (3, -5, "gap_gone"), (30, None, "gap_gone")],
)
def test_a_renewal_action_expires_with_its_deadline(accepted_ago: int, deadline: int | None, expected: str) -> None:
    """A deadline that lay ahead at the acceptance and has passed ends it; one passed before does not."""
    account = ACCOUNT._replace(deadline=None if deadline is None else day(deadline))
    renew = play(purpose="renewal")
    assert closed(run([], plays=[renew], account=account, history=[past("accepted", accepted_ago)])) == {
        "call": expected
    }


def test_the_deadline_ends_renewal_plays_only() -> None:
    """Repair goes on after the deadline."""
    account = ACCOUNT._replace(deadline=day(-5))
    result = run([candidate(play())], account=account, history=[past("accepted", 30)])
    assert [action.state for action in result.actions] == ["escalated"]


def test_an_expired_action_whose_gap_stands_comes_back_as_new_and_is_not_closed() -> None:
    """One id is never both among the actions and among the closed."""
    result = run([candidate(play())], history=[past("accepted", 120)])
    assert [action.state for action in result.actions] == ["new"]
    assert result.closed == ()


def test_closed_actions_are_sorted_by_play() -> None:
    """The order of the history plays no part."""
    plays: list[Play] = [play(name) for name in "abc"]
    history = [past("accepted", ago, of=name) for name, ago in (("c", 1), ("a", 2), ("b", 3))]
    assert list(closed(run([], plays=plays, history=history))) == ["a", "b", "c"]
