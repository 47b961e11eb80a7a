"""The order, and what withholds a play in company: contact policy, exclusion, caps, kept places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.arbitration.builders import ACCOUNT, RULES, actions, candidate, day, details, gap, past, play, reasons, run

from nextplay.decision import GapKind, Side
from nextplay.rules.assessment import Candidate
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ContactLimit, Due, Prior, Target
from nextplay.snapshot import HistoryEntry


def ranked(play_id: str, accepted: float, *, kind: GapKind = "cx", **changes: Any) -> Candidate:  # noqa: ANN401  any field of a play
    """Make a candidate of its own gap whose prior decides its priority: 9 of 10 ranks before 1 of 10."""
    written = play(play_id, f"{play_id}_gap", propensity=Prior(accepted, 10), **changes)
    return candidate(written, gap(f"{play_id}_gap", kind))


def test_the_order_is_importance_priority_severity_due_date_and_play() -> None:
    """Each tie is broken by the next of the five, and the last one never ties."""
    rules = replace(RULES, max_actions=9, factors=dict.fromkeys(RULES.factors, False))
    prompt = [candidate(play("b", due=Due(2))), candidate(play("a", due=Due(2))), candidate(play("c", due=Due(1)))]
    severe = candidate(play("d"), gap(severity=0.6))
    must = candidate(play("e", importance="must"), gap(severity=0.1))
    assert actions(run([*prompt, severe, must], rules=rules)) == ["e", "d", "c", "a", "b"]
    first = replace(rules, factors=RULES.factors, lever_by_play={"b": 5.0})
    assert actions(run([*prompt, severe, must], rules=first)) == ["e", "d", "b", "c", "a"]


def test_an_action_carries_what_a_rep_needs() -> None:
    """Owner and person, channel, due date, rank and state come with every action."""
    first, second = run([ranked("a", 9), ranked("b", 5, owner="support_lead", channel="email")]).actions
    assert (first.rank, first.owner_role, first.owner_id, first.channel) == (1, "csm", "ana", "phone")
    assert (second.rank, second.owner_role, second.owner_id, second.channel) == (2, "support_lead", None, "email")
    assert (first.state, first.due_on, first.unchecked) == ("new", day(7), ())


def test_owner_and_channel_may_differ_by_a_fact() -> None:
    """Both are resolved before they are counted and shown."""
    by_segment = Parameter("owner", "profile.segment", {"smb": "pooled"}, "am")
    rules = replace(RULES, per_owner_role=1)
    result = run([ranked("a", 9, owner=by_segment, channel=by_segment), ranked("b", 5, owner="am")], rules=rules)
    assert (result.actions[0].owner_role, result.actions[0].channel) == ("am", "am")
    assert reasons(result) == {"b": "owner_cap"}


@pytest.mark.parametrize(("asked", "expected"), [(None, ["a", "b"]), (1, ["a"]), (0, []), (9, ["a", "b"])])
def test_the_cap_may_be_lowered_by_the_caller(asked: int | None, expected: list[str]) -> None:
    """The rulebook's two are the most, the caller may want fewer; the rest is withheld by the cap."""
    candidates = [ranked("c", 1), ranked("a", 9), ranked("b", 5)]
    result = run(candidates, rules=replace(RULES, max_actions=2), max_actions=asked)
    assert actions(result) == expected
    assert set(reasons(result).values()) == {"cap"}
    assert result.withheld[0].details == {"limit": str(min(2, 2 if asked is None else asked))}


def test_one_owner_role_gets_its_share_only() -> None:
    """The third play of the csm waits, one of somebody else does not."""
    candidates = [ranked("a", 9), ranked("b", 8), ranked("c", 7), ranked("d", 6, owner="am")]
    result = run(candidates, rules=replace(RULES, per_owner_role=2))
    assert (actions(result), reasons(result)) == (["a", "b", "d"], {"c": "owner_cap"})
    assert details(result) == {"owner": "csm", "limit": "2"}


def test_must_ranks_first_and_the_caps_hold_for_it() -> None:
    """Three musts fill the cap of two before anything normal, and the third is withheld by it."""
    musts = [ranked(play_id, 1, importance="must") for play_id in ("m1", "m2", "m3")]
    result = run([ranked("a", 9), *musts], rules=replace(RULES, max_actions=2))
    assert (actions(result), reasons(result)) == (["m1", "m2"], {"a": "cap", "m3": "cap"})


@pytest.mark.parametrize("writer", ["a", "b"])
def test_exclusion_is_symmetric(writer: str) -> None:
    """Whichever of the two wrote it, the one that ranks higher stays."""
    excludes = {"a": ("b",), "b": ("a",)}
    pair = [
        ranked(name, accepted, excludes=excludes[name] if name == writer else ())
        for name, accepted in (("a", 9), ("b", 5))
    ]
    result = run(pair)
    assert (actions(result), reasons(result), details(result)) == (["a"], {"b": "excluded"}, {"by": "a"})


def test_only_a_chosen_action_excludes() -> None:
    """A play that was withheld itself keeps nobody out."""
    blocked = candidate(play("a", excludes=("b",)), gap(severity=0.9), eligibility=False)
    assert actions(run([blocked, ranked("b", 5)])) == ["b"]


LIMIT = ContactLimit(touches=2, period_days=14)


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [((), ["a", "b"]), ((13,), ["a"]), ((14,), ["a", "b"]), ((0, 1), []), ((20, 30, 40), ["a", "b"])],
)
def test_touches_in_history_and_chosen_count(days_ago: Sequence[int], expected: list[str]) -> None:
    """Two touches in 14 days, today included: those had leave less for those planned."""
    history = [past("contacted", ago, of=None, channel="email") for ago in days_ago]
    result = run([ranked("a", 9), ranked("b", 5)], rules=replace(RULES, contact_policy=(LIMIT,)), history=history)
    assert actions(result) == expected
    assert set(reasons(result).values()) <= {"contact_policy"}


def test_a_limit_on_a_channel_counts_that_channel_only() -> None:
    """One e-mail a week: a second one is withheld, a call is not; the details name touches, limit, days and channel."""
    rules = replace(RULES, contact_policy=(ContactLimit(1, 7, "email"),))
    history = [past("contacted", 3, of=None, channel="phone")]
    candidates = [ranked("a", 9, channel="email"), ranked("b", 5, channel="email"), ranked("c", 1)]
    result = run(candidates, rules=rules, history=history)
    assert actions(result) == ["a", "c"]
    assert details(result) == {"touches": "1", "limit": "1", "period_days": "7", "channel": "email"}


def test_internal_work_is_no_touch() -> None:
    """It neither counts nor is withheld."""
    rules = replace(RULES, contact_policy=(ContactLimit(1, 7),))
    candidates = [ranked("a", 9, channel="internal"), ranked("b", 5), ranked("c", 1, channel="internal")]
    assert actions(run(candidates, rules=rules)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (past("completed", 3, of="z", channel="phone"), True),
        (past("completed", 3, of="z", channel="internal"), False),
        (past("completed", 3, of="z"), False),
        (past("accepted", 3, of="z", channel="phone"), False),
        (past("contacted", 3, of=None), True),
    ],
)
def test_what_reached_the_customer_is_a_touch(entry: HistoryEntry, *, counts: bool) -> None:
    """A contact, or a completed action with a channel that the customer notices."""
    rules = replace(RULES, contact_policy=(ContactLimit(1, 7),))
    result = run([ranked("a", 9)], rules=rules, history=[entry])
    assert (actions(result) == []) is counts


def test_a_must_passes_the_contact_policy_but_counts() -> None:
    """A P1 is told to the customer whatever the number of touches; the next play has to wait for it."""
    rules = replace(RULES, contact_policy=(ContactLimit(1, 7),))
    history = [past("contacted", 3, of=None)]
    result = run([ranked("a", 9), ranked("m", 1, importance="must")], rules=rules, history=history)
    assert (actions(result), reasons(result)) == (["m"], {"a": "contact_policy"})
    assert details(result)["touches"] == "2"


def mixed(
    candidates: Sequence[Candidate],
    lead: Side = "cs",
    **changes: Any,  # noqa: ANN401  any argument of `run`
) -> tuple[list[str], dict[str, str]]:
    """Arbitrate a mixed diagnosis."""
    result = run(candidates, diagnosis="mixed", lead=lead, **changes)
    return actions(result), reasons(result)


def test_in_mixed_the_leading_kind_goes_first_and_the_other_keeps_a_place() -> None:
    """The best CS play leads although CX plays rank higher; of five CX plays two more come."""
    friction = [ranked(f"x{rank}", 9 - rank) for rank in range(5)]
    assert mixed([*friction, ranked("s", 1, kind="cs")])[0] == ["s", "x0", "x1"]
    goals = [ranked(f"s{rank}", 9 - rank, kind="cs") for rank in range(5)]
    assert mixed([*goals, ranked("x", 1)])[0] == ["s0", "s1", "x"]


def test_the_kept_place_is_not_wasted() -> None:
    """Where the other kind has none, or none that comes through, the next in order gets the place."""
    goals = [ranked(f"s{rank}", 9 - rank, kind="cs") for rank in range(4)]
    assert mixed(goals)[0] == ["s0", "s1", "s2"]
    gated = candidate(play("x", "x_gap"), gap("x_gap"), eligibility=False)
    chosen, withheld = mixed([*goals, gated])
    assert chosen == ["s0", "s1", "s2"]
    assert list(withheld.items()) == [("s3", "cap"), ("x", "eligibility")]


def test_a_kind_that_has_come_keeps_no_second_place() -> None:
    """Once a CX play is chosen, the ranking alone decides about the last place."""
    candidates = [ranked("s", 5, kind="cs"), ranked("x0", 9), ranked("s2", 4, kind="cs"), ranked("x1", 3)]
    assert mixed(candidates)[0] == ["s", "x0", "s2"]


def test_undetermined_plays_leave_the_kept_place_too() -> None:
    """A play that counts for neither kind does not take the place of the other one."""
    asks = [ranked(f"q{rank}", 9 - rank, kind="undetermined") for rank in range(3)]
    assert mixed([ranked("s", 5, kind="cs"), *asks, ranked("x", 1)])[0] == ["s", "q0", "x"]


def test_an_action_that_answers_both_sides_fills_both_places() -> None:
    """A play for both sides of a mixed gap counts for CX and for CS, so nothing is kept after it."""
    both = candidate(play("both", Target("m", "cx"), Target("m", "cs"), propensity=Prior(1, 10)), gap("m", "mixed"))
    goals = [ranked(f"s{rank}", 9 - rank, kind="cs") for rank in range(3)]
    assert mixed([both, *goals], lead="cx")[0] == ["both", "s0", "s1"]


def test_a_mixed_gap_counts_for_the_side_that_is_answered() -> None:
    """The CX play of a mixed gap is a CX action: it leads where CX leads."""
    as_cx = candidate(play("x", Target("m", "cx"), propensity=Prior(1, 10)), gap("m", "mixed"))
    as_cs = candidate(play("s", Target("m", "cs"), propensity=Prior(9, 10)), gap("m", "mixed"))
    assert mixed([as_cx, as_cs], lead="cx")[0] == ["x", "s"]
    assert mixed([as_cx, as_cs], lead="cs")[0] == ["s", "x"]


def test_the_best_of_the_leading_kind_is_one_that_can_come() -> None:
    """A gated play does not use up the first turn of its kind."""
    gated = candidate(play("s0", "s0_gap", propensity=Prior(9, 10)), gap("s0_gap", "cs"), applicability=False)
    assert mixed([gated, ranked("x", 8), ranked("s1", 1, kind="cs")])[0] == ["s1", "x"]


def test_a_must_stays_before_the_leading_kind() -> None:
    """Must ranks before everything, and where a must is of the leading kind nothing else is moved."""
    must = ranked("m", 1, importance="must")
    candidates = [must, ranked("x", 9), ranked("s", 5, kind="cs")]
    assert mixed(candidates, lead="cs")[0] == ["m", "s", "x"]
    assert mixed(candidates, lead="cx")[0] == ["m", "x", "s"]


def test_a_cap_of_one_goes_to_the_leading_kind() -> None:
    """No place is kept from the action that leads."""
    assert mixed([ranked("x", 9), ranked("s", 1, kind="cs")], max_actions=1)[0] == ["s"]


def test_one_kind_alone_keeps_no_place() -> None:
    """Outside a mixed diagnosis the order is the ranking."""
    candidates = [ranked("x", 1), *(ranked(f"s{rank}", 9 - rank, kind="cs") for rank in range(3))]
    assert actions(run(candidates, diagnosis="cs", lead="cs")) == ["s0", "s1", "s2"]


def test_an_open_action_keeps_its_rank_and_a_place() -> None:
    """The accepted play at the end of the ranking comes, and one new action less."""
    candidates = [ranked("a", 9), ranked("b", 8), ranked("c", 7), ranked("z", 1)]
    result = run(candidates, history=[past("accepted", 2, of="z")])
    assert (actions(result), reasons(result)) == (["a", "b", "z"], {"c": "cap"})
    assert [action.state for action in result.actions] == ["new", "new", "open"]


def test_open_actions_are_shown_beyond_the_cap_and_keep_new_ones_out() -> None:
    """Four in the works and a cap of three: all four are shown, and nothing new but a must."""
    candidates = [ranked(name, 5) for name in "abcd"]
    history = [past("accepted", 2, of=name) for name in "abcd"]
    result = run([*candidates, ranked("new", 9), ranked("m", 1, importance="must")], history=history)
    assert (actions(result), reasons(result)) == (["m", *"abcd"], {"new": "cap"})


def test_an_open_action_counts_for_its_owner() -> None:
    """One of the csm's two places is taken by what the csm is doing."""
    candidates = [ranked("a", 9), ranked("b", 8), ranked("z", 1)]
    result = run(candidates, rules=replace(RULES, per_owner_role=2), history=[past("accepted", 2, of="z")])
    assert (actions(result), reasons(result)) == (["a", "z"], {"b": "owner_cap"})


def test_a_place_kept_for_an_open_action_that_is_excluded_is_given_away() -> None:
    """The open one is superseded by a better play, and its place goes to the next new one."""
    candidates = [ranked("a", 9, excludes=("z",)), ranked("b", 8), ranked("z", 1)]
    result = run(candidates, rules=replace(RULES, max_actions=2), history=[past("accepted", 2, of="z")])
    assert (actions(result), reasons(result)) == (["a", "b"], {"z": "excluded"})
    assert [closed.reason for closed in result.closed] == ["superseded"]


def test_who_waited_for_a_kept_place_comes_at_its_own_rank() -> None:
    """The play that got the place of a superseded one still stands before the open one behind it."""
    candidates = [ranked("a", 9, excludes=("y",)), ranked("b", 8), ranked("y", 2), ranked("z", 1)]
    result = run(candidates, history=[past("accepted", 2, of="y"), past("accepted", 2, of="z")])
    assert (actions(result), reasons(result)) == (["a", "b", "z"], {"y": "excluded"})


@pytest.mark.parametrize(
    ("gates", "reason"),
    [
        ({"eligibility": None}, None),
        ({"suitability": None}, None),
        ({"eligibility": False}, "eligibility"),
        ({"suitability": False}, "suitability"),
    ],
)
def test_what_is_unknown_does_not_hide_an_open_action(gates: dict[str, bool | None], reason: str | None) -> None:
    """A night with a missing field leaves the task where it is; a gate known to be false says not now."""
    grow = candidate(play(purpose="expansion"), gap(kind="opportunity"), **gates)
    result = run([grow], history=[past("accepted", 2)])
    assert reasons(result) == ({"call": reason} if reason else {})
    assert result.closed == ()
    if not reason:
        assert result.actions[0].unchecked == tuple(gates)


def test_cooldown_declines_and_contacts_do_not_hide_an_open_action() -> None:
    """It was accepted after all that: whoever works on it keeps it."""
    rules = replace(RULES, contact_policy=(ContactLimit(1, 14),))
    history = [past("completed", 5, channel="phone"), past("declined", 4), past("accepted", 3)]
    result = run([candidate(play(cooldown_days=30))], rules=rules, history=history)
    assert [action.state for action in result.actions] == ["open"]


def test_a_hold_or_friction_says_not_now_to_an_open_action() -> None:
    """It is withheld with its reason and not closed: the task stays, the customer is spared."""
    accepted = past("accepted", 3)
    held = run([candidate(play())], history=[accepted, past("held", 1, until=day(2))])
    assert (reasons(held), held.closed) == ({"call": "held"}, ())
    account = ACCOUNT._replace(p1_open=True)
    friction = run([candidate(play(purpose="expansion"))], account=account, history=[accepted])
    assert (reasons(friction), friction.closed) == ({"call": "friction_first"}, ())


@pytest.mark.parametrize(("days_ago", "reason"), [(2, "suppressed"), (3, None), (4, None)])
def test_a_dispute_after_the_acceptance_withholds(days_ago: int, reason: str | None) -> None:
    """A gap called wrong before its play was accepted no longer matters, afterwards it does."""
    history = [past("accepted", 3), past("wrong_diagnosis", days_ago, of="other", gap="slow")]
    assert reasons(run([candidate(play())], history=history)) == ({"call": reason} if reason else {})


@pytest.mark.parametrize(
    ("days_ago", "state", "due_in"), [(5, "open", 2), (7, "open", 0), (8, "escalated", -3), (60, "escalated", -53)]
)
def test_an_open_action_escalates_once_its_due_date_has_passed(days_ago: int, state: str, due_in: int) -> None:
    """The due date is five working days after the acceptance, whatever the day of the decision."""
    (action,) = run([candidate(play())], history=[past("accepted", days_ago)]).actions
    assert (action.state, action.due_on) == (state, day(due_in))


def test_withheld_plays_stand_in_the_order_of_the_walk_with_their_priority() -> None:
    """Losers are read from the best downwards, each with what it would have been worth."""
    candidates = [ranked("c", 3), ranked("a", 9), ranked("b", 5)]
    result = run(candidates, max_actions=0)
    assert [withheld.candidate.play.id for withheld in result.withheld] == ["a", "b", "c"]
    assert [withheld.priority.priority for withheld in result.withheld if withheld.priority] == [450.0, 250.0, 150.0]
