"""Goals reached, steps of escalation, absorbed gaps, and values that differ by a fact, in arbitration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.arbitration.builders import RULES, actions, candidate, day, details, gap, past, play, reasons, run

from nextplay.rules.assessment import AbsorbedGap
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import Due, Escalation, Target

STEPS = (Escalation(3, "lead"), Escalation(10, "boss"))


@pytest.mark.parametrize(
    ("accepted_days_ago", "state", "owner"),
    [(7, "open", "csm"), (8, "open", "csm"), (9, "open", "csm"), (10, "escalated", "lead"), (16, "escalated", "lead"),
     (17, "escalated", "boss"), (60, "escalated", "boss")],
)  # fmt: skip
def test_an_overdue_action_goes_up_the_steps(accepted_days_ago: int, state: str, owner: str) -> None:
    """Due seven days after its acceptance: open till three days past it, then with the last step that is reached."""
    every_day = play(due=Due(7), escalate=STEPS)
    rules = replace(RULES, working_days=tuple(range(7)))
    (action,) = run([candidate(every_day)], history=[past("accepted", accepted_days_ago)], rules=rules).actions
    assert (action.state, action.owner_role) == (state, owner)
    assert action.due_on == day(7 - accepted_days_ago)


def test_without_steps_an_overdue_action_stays_with_its_owner() -> None:
    """A play that names nobody else is escalated from the day after its due date."""
    (action,) = run([candidate(play(due=Due(1)))], history=[past("accepted", 30)]).actions
    assert (action.state, action.owner_role) == ("escalated", "csm")


def test_who_takes_over_counts_for_the_cap_of_the_role() -> None:
    """An escalated action takes a place of its new owner's and frees one of the old one's."""
    overdue = play("overdue", "a", due=Due(0), escalate=STEPS, owner="csm")
    others = [candidate(play("of_csm", "b")), candidate(play("of_boss", "c", owner="boss"))]
    rules = replace(RULES, per_owner_role=1)
    result = run([candidate(overdue), *others], history=[past("accepted", 40, of="overdue")], rules=rules)
    assert (sorted(actions(result)), reasons(result)) == (["of_csm", "overdue"], {"of_boss": "owner_cap"})


def test_a_goal_reached_withholds_the_play_and_closes_the_action() -> None:
    """Proposed no more; accepted before, it closes as done, also where its gap is gone."""
    one = candidate(play())
    assert reasons(run([one], done={"call"})) == {"call": "done"}
    assert details(run([one], done={"call"})) == {"by": "goal"}
    accepted = [past("accepted", 3)]
    assert [each.reason for each in run([one], history=accepted, done={"call"}).closed] == ["done"]
    assert [each.reason for each in run([], plays=[one.play], history=accepted, done={"call"}).closed] == ["done"]
    assert [each.reason for each in run([], plays=[one.play], history=accepted).closed] == ["gap_gone"]
    assert run([one], done={"other"}).actions


def test_a_snooze_is_told_before_the_goal() -> None:
    """The reasons stand in their order: snoozed, then done."""
    result = run([candidate(play())], history=[past("snoozed", 1)], done={"call"})
    assert reasons(result) == {"call": "snoozed"}


def test_a_play_waits_for_a_part_as_for_the_whole() -> None:
    """A gap that another absorbed holds on, as the side that it would stand as; the reason names the whole."""
    part = AbsorbedGap(gap("slow", "cx", valid_days=9), "whole")
    waiting = play("talk", "whole", hold_while=(Target("slow", "cx"),))
    result = run([candidate(waiting)], absorbed=[part])
    assert (reasons(result), details(result)) == ({"talk": "held"}, {"by": "whole"})
    other_side = play("talk", "whole", hold_while=(Target("slow", "cs"),))
    assert actions(run([candidate(other_side)], absorbed=[part])) == ["talk"]


def test_work_on_a_part_goes_over_to_the_whole() -> None:
    """An accepted action of a part closes as superseded; a play that answers the whole too goes on."""
    part = AbsorbedGap(gap("slow"), "whole")
    accepted = [past("accepted", 3)]
    assert [
        each.reason for each in run([], plays=[play()], history=accepted, absorbed=[part], gaps=[gap("whole")]).closed
    ] == ["superseded"]
    both = candidate(play("call", "slow", "whole"), gap("whole"))
    result = run([both], history=accepted, absorbed=[part])
    assert ([action.state for action in result.actions], result.closed) == (["open"], ())


def test_days_hours_and_effect_may_differ_by_a_fact() -> None:
    """Whatever chooses is asked for each: the values of the chosen case count."""
    varied = play(
        due=Due(Parameter("d", "profile.segment", {"smb": 1}, 9)),
        effort_hours=Parameter("h", "profile.segment", {"smb": 0.5}, 4.0),
        effect=Parameter("e", "profile.segment", {"smb": 0.1}, 0.5),
    )
    (as_otherwise,) = run([candidate(varied)]).actions
    (fixed,) = run([candidate(play(due=Due(9), effort_hours=4.0, effect=0.5))]).actions
    assert as_otherwise.due_on == fixed.due_on
    assert (as_otherwise.effort_hours, as_otherwise.priority) == (4.0, fixed.priority)
