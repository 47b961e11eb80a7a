"""Laws that hold for every account: nothing is lost, order in does not matter, caps hold, severity never hurts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.arbitration.builders import ACCOUNT, RULES, candidate, day, gap, past, play, run

from nextplay.arbitration import Arbitration
from nextplay.arbitration.priority import kinds_of
from nextplay.decision import GapKind, Side
from nextplay.rules.assessment import Candidate
from nextplay.rules.rulebook import ContactLimit, Due, Prior, Suppression, Target
from nextplay.snapshot import HistoryEntry

LAW = settings(max_examples=40, deadline=None)
NAMES = [f"p{number}" for number in range(7)]
GAPS = [f"g{number}" for number in range(5)]
KINDS: list[GapKind] = ["cx", "cs", "mixed", "undetermined", "opportunity"]
SIDES: list[Side] = ["cx", "cs"]
TRUTHS = st.sampled_from([True, True, True, None, False])


@st.composite
def candidate_lists(draw: st.DrawFn) -> list[Candidate]:
    """Draw up to seven plays for five gaps whose kinds and severities agree between the plays."""
    standing = {name: gap(name, draw(st.sampled_from(KINDS)), draw(st.integers(0, 20)) / 20) for name in GAPS}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=7))
    return [_candidate(draw, name, standing) for name in names]


def _candidate(draw: st.DrawFn, name: str, standing: dict[str, Any]) -> Candidate:
    answered = draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=2, unique=True))
    side: Side = draw(st.sampled_from(SIDES))
    targets = [Target(each, side if standing[each].kind == "mixed" else None) for each in answered]
    written = play(
        name,
        *targets,
        importance=draw(st.sampled_from(["normal", "normal", "must"])),
        purpose=draw(st.sampled_from(["repair", "renewal", "expansion"])),
        owner=draw(st.sampled_from(["csm", "am"])),
        channel=draw(st.sampled_from(["phone", "email", "internal"])),
        due=Due(draw(st.integers(0, 20)), draw(st.none() | st.integers(0, 30))),
        propensity=draw(st.none() | st.integers(0, 10).map(lambda accepted: Prior(accepted, 10))),
        cooldown_days=draw(st.sampled_from([0, 14])),
        suppress_after=draw(st.none() | st.just(Suppression(1, 30, 60))),
        excludes=tuple(draw(st.lists(st.sampled_from([each for each in NAMES if each != name]), max_size=2))),
        hold_while=tuple(draw(st.lists(st.sampled_from(GAPS).map(Target), max_size=1))),
    )
    gates = {gate: draw(TRUTHS) for gate in ("eligibility", "applicability", "suitability")}
    return candidate(written, *(standing[each] for each in answered), **gates)


ENTRIES = st.builds(
    past,
    st.sampled_from(["accepted", "accepted", "completed", "declined", "snoozed", "wrong_diagnosis", "contacted"]),
    st.integers(0, 40),
    of=st.sampled_from(NAMES),
    gap=st.none() | st.sampled_from(GAPS),
    until=st.none() | st.integers(-5, 5).map(day),
    channel=st.none() | st.sampled_from(["phone", "email"]),
)
HISTORIES: st.SearchStrategy[list[HistoryEntry]] = st.just([]) | st.lists(ENTRIES, max_size=8)
ACCOUNTS = st.builds(
    lambda deadline, p1_open: ACCOUNT._replace(deadline=None if deadline is None else day(deadline), p1_open=p1_open),
    st.none() | st.integers(-60, 200),
    st.booleans(),
)
RULEBOOKS = st.builds(
    lambda cap, owner_cap, limit: replace(
        RULES, max_actions=cap, per_owner_role=owner_cap, contact_policy=(ContactLimit(limit, 14),)
    ),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(1, 5),
)
SITUATIONS = st.fixed_dictionaries(
    {
        "account": ACCOUNTS,
        "rules": RULEBOOKS,
        "history": HISTORIES,
        "diagnosis": st.sampled_from(["mixed", "mixed", "cx", "none"]),
        "lead": st.sampled_from(["cx", "cs"]),
    }
)


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_every_candidate_is_either_an_action_or_withheld(
    candidates: list[Candidate], situation: dict[str, Any]
) -> None:
    """Nothing is lost and nothing is doubled; ranks count from 1; an id is never both an action and closed."""
    result = run(candidates, **situation)
    placed = Counter([action.candidate.play.id for action in result.actions])
    placed.update(withheld.candidate.play.id for withheld in result.withheld)
    assert placed == Counter(each.play.id for each in candidates)
    assert [action.rank for action in result.actions] == list(range(1, len(result.actions) + 1))
    assert not {action.action_id for action in result.actions} & {closed.action_id for closed in result.closed}


@LAW
@given(data=st.data(), candidates=candidate_lists(), situation=SITUATIONS)
def test_the_order_of_the_input_plays_no_part(
    data: st.DataObject, candidates: list[Candidate], situation: dict[str, Any]
) -> None:
    """Candidates and history in any order, and the same inputs twice, give the same answer."""
    expected = run(candidates, **situation)
    shuffled = data.draw(st.permutations(candidates))
    history = data.draw(st.permutations(situation["history"]))
    assert run(shuffled, **{**situation, "history": history}) == expected
    assert run(candidates, **situation) == expected


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_caps_are_never_broken_by_anything_new(candidates: list[Candidate], situation: dict[str, Any]) -> None:
    """New actions never exceed a cap, and where a new normal one came, open ones are within it as well."""
    result, rules = run(candidates, **situation), situation["rules"]
    new = [action for action in result.actions if action.state == "new"]
    assert len(new) <= rules.max_actions
    if any(action.candidate.play.importance == "normal" for action in new):
        assert len(result.actions) <= rules.max_actions
    owners = Counter(action.owner_role for action in new)
    assert all(count <= rules.per_owner_role for count in owners.values())


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_no_two_actions_exclude_each_other(candidates: list[Candidate], situation: dict[str, Any]) -> None:
    """Exclusion is symmetric, whoever wrote it and whatever is open."""
    plays = [action.candidate.play for action in run(candidates, **situation).actions]
    ids = {each.id for each in plays}
    assert not any(ids & set(each.excludes) for each in plays)


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_due_dates_of_new_actions_lie_between_today_and_the_deadline(
    candidates: list[Candidate], situation: dict[str, Any]
) -> None:
    """Never before the decision, never past a deadline ahead; what is due earlier was accepted earlier."""
    deadline = situation["account"].deadline
    for action in run(candidates, **situation).actions:
        if action.state == "new":
            assert action.due_on >= day(0)
            assert deadline is None or deadline < day(0) or action.due_on <= deadline
        else:
            assert (action.state == "escalated") is (action.due_on < day(0))


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_a_place_goes_to_waste_only_where_nobody_wants_it(
    candidates: list[Candidate], situation: dict[str, Any]
) -> None:
    """Whoever is withheld by the cap finds it full: kept places are given away in the end."""
    result = run(candidates, **situation)
    if any(withheld.reason == "cap" for withheld in result.withheld):
        assert len(result.actions) >= situation["rules"].max_actions


@LAW
@given(candidates=candidate_lists(), situation=SITUATIONS)
def test_in_mixed_both_kinds_come_where_both_can(candidates: list[Candidate], situation: dict[str, Any]) -> None:
    """With only normal new plays and a cap of two or more, no kind takes every place while the other is capped out."""
    situation |= {"diagnosis": "mixed", "history": []}
    normal = [each for each in candidates if each.play.importance == "normal"]
    result = run(normal, **situation)
    if situation["rules"].max_actions >= 2:
        assert not _capped_kinds(result) - _chosen_kinds(result)


def _capped_kinds(result: Arbitration) -> set[str]:
    capped = [withheld.candidate for withheld in result.withheld if withheld.reason == "cap"]
    return {kind for each in capped for kind in kinds_of(each)} & {"cx", "cs"}


def _chosen_kinds(result: Arbitration) -> set[str]:
    return {kind for action in result.actions for kind in kinds_of(action.candidate)}


@LAW
@given(
    severities=st.lists(st.integers(0, 100), min_size=2, max_size=2),
    rise=st.integers(0, 100),
    deadline=st.none() | st.integers(-10, 200),
)
def test_a_higher_severity_never_lowers_the_priority(severities: list[int], rise: int, deadline: int | None) -> None:
    """Raising one gap of a play raises its priority or leaves it, whatever the levers of the kinds."""
    account = ACCOUNT._replace(deadline=None if deadline is None else day(deadline))
    rules = replace(RULES, lever_by_kind={"cx": -40.0, "cs": 80.0})

    def priority(first: int, second: int) -> float:
        gaps = gap("a", "cx", first / 100), gap("b", "cs", second / 100)
        return (
            run([candidate(play("call", "a", "b"), *gaps)], account=account, rules=rules).actions[0].priority.priority
        )

    first, second = severities
    assert priority(min(first + rise, 100), second) >= priority(first, second)
