"""What withholds a play by itself: for each reason a case that withholds and a near one that does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.arbitration.builders import ACCOUNT, actions, candidate, day, details, gap, past, play, reasons, run

from nextplay.arbitration import Arbitration
from nextplay.decision import GapKind, Purpose
from nextplay.rules.rulebook import Play, Suppression, Target
from nextplay.snapshot import HistoryEntry, HistoryKind


def alone(of: Play, *history: HistoryEntry) -> Arbitration:
    """Arbitrate one play with its history."""
    return run([candidate(of)], history=history)


@pytest.mark.parametrize("gate", ["eligibility", "applicability", "suitability"])
def test_a_gate_that_is_false_withholds(gate: str) -> None:
    """Each gate is a reason of its own and says what it found."""
    result = run([candidate(play(), **{gate: False})])
    assert reasons(result) == {"call": gate}
    assert details(result) == {"gate": gate, "truth": "false"}


@pytest.mark.parametrize(
    ("purpose", "gate", "comes"),
    [
        ("repair", "eligibility", False),
        ("repair", "applicability", True),
        ("repair", "suitability", True),
        ("advocacy", "suitability", True),
        ("expansion", "eligibility", False),
        ("expansion", "applicability", False),
        ("expansion", "suitability", False),
    ],
)
def test_an_unknown_gate_withholds_where_knowledge_is_demanded(purpose: Purpose, gate: str, *, comes: bool) -> None:
    """Eligibility must be known; the others pass and are listed as unchecked, except for expansion."""
    result = run([candidate(play(purpose=purpose), **{gate: None})])
    if comes:
        assert result.actions[0].unchecked == (gate,)
    else:
        assert details(result) == {"gate": gate, "truth": "unknown"}


def test_gates_are_read_in_their_order() -> None:
    """Where all three fail, the first is the reason."""
    result = run([candidate(play(), eligibility=None, applicability=False, suitability=False)])
    assert reasons(result) == {"call": "eligibility"}


@pytest.mark.parametrize(
    ("target", "kind", "held"),
    [
        (Target("broken"), "cs", True),
        (Target("broken", "cx"), "cx", True),
        (Target("broken", "cx"), "mixed", True),
        (Target("broken", "cx"), "cs", False),
        (Target("broken", "cx"), "undetermined", False),
        (Target("broken", "undetermined"), "undetermined", True),
        (Target("broken", "undetermined"), "mixed", False),
        (Target("other"), "cx", False),
    ],
)
def test_a_play_is_held_while_its_gap_stands(target: Target, kind: GapKind, *, held: bool) -> None:
    """A target with a side holds only while the gap stands as that side; mixed is both."""
    waiting = candidate(play(hold_while=(target,)), gap())
    result = run([waiting], gaps=[gap(), gap("broken", kind)])
    assert ("call" in reasons(result)) is held
    if held:
        assert details(result) == {"by": "broken"} | ({"side": target.side} if target.side else {})


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([past("held", 9, of=None, until=day(1))], {"by": "account", "until": day(1).isoformat()}),
        ([past("held", 9, of=None)], {"by": "account"}),
        ([past("held", 9, until=day(3))], {"by": "play", "until": day(3).isoformat()}),
        ([past("held", 9, of=None, until=day(0))], None),
        ([past("held", 9, of="other", until=day(3))], None),
        ([past("held", 9, until=day(3)), past("held", 2, until=day(0))], None),
        (
            [past("held", 9, of=None, until=day(3)), past("held", 2, until=day(0))],
            {"by": "account", "until": day(3).isoformat()},
        ),
    ],
)
def test_a_hold_lasts_until_its_day_or_a_newer_hold(
    history: Sequence[HistoryEntry], expected: dict[str, str] | None
) -> None:
    """Holds on the account and on the play count apart; on `until` it is over, without one it has no end."""
    result = alone(play(), *history)
    assert [withheld.details for withheld in result.withheld] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("kind", "severity", "expected"),
    [
        ("cx", 0.7, {"by": "broken", "severity": "0.70"}),
        ("mixed", 0.9, {"by": "broken", "severity": "0.90"}),
        ("cx", 0.69, None),
        ("cs", 0.9, None),
        ("undetermined", 0.9, None),
    ],
)
def test_friction_comes_before_expansion(kind: GapKind, severity: float, expected: dict[str, str] | None) -> None:
    """A CX gap of severity 0.7 or more withholds expansion and nothing else."""
    grow = candidate(play("grow", "ready", purpose="expansion"), gap("ready", "opportunity"))
    result = run([grow, candidate(play())], gaps=[gap(), gap("ready", "opportunity"), gap("broken", kind, severity)])
    assert reasons(result) == ({"grow": "friction_first"} if expected else {})
    assert [withheld.details for withheld in result.withheld] == ([expected] if expected else [])


def test_the_worst_friction_is_named() -> None:
    """Of two severe gaps the more severe one is in the details."""
    grow = candidate(play("grow", "ready", purpose="expansion"), gap("ready", "opportunity"))
    result = run([grow], gaps=[gap("a", severity=0.75), gap("b", severity=0.95)])
    assert details(result)["by"] == "b"


def test_an_open_p1_withholds_expansion() -> None:
    """No expansion while a P1 is open, even where no gap says so."""
    grow = candidate(play("grow", "ready", purpose="expansion"), gap("ready", "opportunity"))
    result = run([grow], account=ACCOUNT._replace(p1_open=True))
    assert (reasons(result), details(result)) == ({"grow": "friction_first"}, {"by": "p1"})


@pytest.mark.parametrize(
    ("history", "until"),
    [
        ([past("snoozed", 3, until=day(1))], day(1)),
        ([past("snoozed", 3, until=day(0))], None),
        ([past("snoozed", 3)], day(4)),
        ([past("snoozed", 7)], None),
        ([past("snoozed", 3, of="other", until=day(9))], None),
        ([past("snoozed", 3, until=day(9)), past("snoozed", 2, until=day(2))], day(2)),
        ([past("snoozed", 3, until=day(9)), past("accepted", 2)], None),
        ([past("accepted", 3), past("snoozed", 2, until=day(9))], day(9)),
    ],
)
def test_a_snooze_lasts_until_its_day_unless_something_came_after(
    history: Sequence[HistoryEntry], until: object
) -> None:
    """On `until` the play is back; without a day a snooze lasts a week; a later reaction ends it."""
    result = alone(play(), *history)
    assert reasons(result) == ({"call": "snoozed"} if until else {})
    assert [withheld.details["until"] for withheld in result.withheld] == ([str(until)] if until else [])


@pytest.mark.parametrize(
    ("cooldown_days", "days_ago", "reason"),
    [(0, 0, "done"), (14, 0, "done"), (14, 1, "cooldown"), (14, 13, "cooldown"), (14, 14, None), (0, 1, None)],
)
def test_cooldown_runs_from_completion(cooldown_days: int, days_ago: int, reason: str | None) -> None:
    """Completed today is done; then the cooldown runs; after it, or without one, a gap that stands asks again."""
    result = alone(play(cooldown_days=cooldown_days), past("completed", days_ago))
    assert reasons(result) == ({"call": reason} if reason else {})
    if reason == "cooldown":
        assert details(result) == {"on": day(-days_ago).isoformat(), "until": day(14 - days_ago).isoformat()}


@pytest.mark.parametrize("kind", ["accepted", "declined", "snoozed", "contacted", "wrong_diagnosis"])
def test_only_completion_starts_the_cooldown(kind: HistoryKind) -> None:
    """Nothing else that happens to a play makes it rest."""
    result = alone(play(cooldown_days=14), past(kind, 8, until=day(-1), gap="another"))
    assert reasons(result) == {}


RULE = Suppression(declined=2, within_days=30, for_days=60)


@pytest.mark.parametrize(
    ("days_ago", "rule", "until"),
    [
        ((10, 40), RULE, day(50)),
        ((10, 41), RULE, None),
        ((10,), RULE, None),
        ((10, 20), None, None),
        ((59, 80), RULE, day(1)),
        ((60, 80), RULE, None),
        ((5, 50, 60), RULE, day(10)),
        ((10,), Suppression(1, 30, 60), day(50)),
    ],
)
def test_declines_within_their_window_suppress(
    days_ago: Sequence[int], rule: Suppression | None, until: object
) -> None:
    """Two declines at most 30 days apart are 60 days of silence from the later one; further apart they are none."""
    result = alone(play(suppress_after=rule), *(past("declined", ago) for ago in days_ago))
    assert reasons(result) == ({"call": "suppressed"} if until else {})
    assert [withheld.details["until"] for withheld in result.withheld] == ([str(until)] if until else [])


def test_an_acceptance_forgets_earlier_declines() -> None:
    """Who accepted and completed a play after declining it is not kept from it."""
    history = [past("declined", 20), past("declined", 18), past("accepted", 10), past("completed", 5)]
    assert actions(alone(play(suppress_after=RULE), *history)) == ["call"]


def test_the_same_decline_reported_twice_is_one() -> None:
    """A caller that repeats itself does not suppress a play."""
    decline = past("declined", 3)
    assert actions(alone(play(suppress_after=RULE), decline, decline)) == ["call"]


@pytest.mark.parametrize(
    ("valid_days", "days_ago", "withheld"),
    [(None, 29, True), (None, 30, False), (10, 9, True), (10, 10, False), (90, 60, True)],
)
def test_a_wrong_diagnosis_silences_the_plays_of_its_gap(
    valid_days: int | None, days_ago: int, *, withheld: bool
) -> None:
    """For 30 days, or as long as the gap's own answers are valid, whichever play it was said about."""
    disputed = gap(valid_days=valid_days)
    result = run([candidate(play(), disputed)], history=[past("wrong_diagnosis", days_ago, of="other", gap="slow")])
    assert reasons(result) == ({"call": "suppressed"} if withheld else {})
    if withheld:
        until = day((valid_days or 30) - days_ago).isoformat()
        assert details(result) == {"wrong_diagnosis": "slow", "on": day(-days_ago).isoformat(), "until": until}


def test_a_play_with_an_undisputed_gap_still_comes() -> None:
    """One wrong gap of two does not take away what the other one asks for."""
    both = candidate(play("call", "slow", "late"), gap("slow"), gap("late"))
    dispute = past("wrong_diagnosis", 3, gap="slow")
    assert actions(run([both], history=[dispute])) == ["call"]
    assert reasons(run([both], history=[dispute, past("wrong_diagnosis", 2, gap="late")])) == {"call": "suppressed"}


def test_a_wrong_diagnosis_without_a_gap_is_about_its_own_play() -> None:
    """It silences the play it names, and no other play of the same gap."""
    result = run([candidate(play()), candidate(play("mail"))], history=[past("wrong_diagnosis", 3)])
    assert (actions(result), reasons(result)) == (["mail"], {"call": "suppressed"})


def test_the_future_plays_no_part() -> None:
    """Entries after `as_of` have not happened: a replay sees what the decision saw."""
    assert actions(alone(play(cooldown_days=90), past("completed", -1))) == ["call"]


def test_the_first_reason_that_holds_is_the_one_told() -> None:
    """Peeled one by one, the reasons come in the order of the walk."""
    held, snoozed = past("held", 1, of=None, until=day(9)), past("snoozed", 1, until=day(9))
    completed, declined = past("completed", 3), past("declined", 2)
    stubborn = play(purpose="expansion", cooldown_days=14, suppress_after=Suppression(1, 30, 60))
    friction = gap("broken", severity=0.9)

    def reason(*history: HistoryEntry, friction_stands: bool = False, **gates: bool | None) -> str:
        gaps = [gap(), friction] if friction_stands else [gap()]
        (told,) = reasons(run([candidate(stubborn, **gates)], history=history, gaps=gaps)).values()
        return told

    everything = (completed, declined, snoozed, held)
    assert reason(*everything, friction_stands=True, suitability=False) == "suitability"
    assert reason(*everything, friction_stands=True) == "held"
    assert reason(*everything[:3], friction_stands=True) == "friction_first"
    assert reason(*everything[:3]) == "snoozed"
    assert reason(completed, declined) == "cooldown"
    assert reason(declined) == "suppressed"
