"""What was told shapes the next decision: on a real server, with what its store remembers and nothing sent along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.service.asking import question
from tests.service.conftest import Running, copied_folders, running
from tests.service.memory_calls import Desk, actions_of, closed_of, withheld_of

from nextplay._proto.nextplay.v1 import decision_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.rulebook_service_pb2 import ReloadReleaseRequest
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.service.folders import Folders

NAMES = iter(range(1, 10_000))
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
SETUP, GOALS, CALL, ASK = "guided_setup_session", "agree_on_goals", "call_back", "ask_how_it_went"
LATE_ANSWERS = {
    "support": {"open_tickets": 3, "tickets_90d": 5},
    "touchpoints": [{"name": "support", "median_response_hours": 30.0, "promised_response_hours": 4.0}],
}
"""What makes `call_back` come, by phone."""
TORN = {"usage": {"active_users_28d": 4}, "objectives": [{"title": "First report", "status": "active"}]}
"""What does not tell whether people tried: a question is asked, by e-mail."""
MENDED = LATE_ANSWERS | {"touchpoints": []}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one server on each database in turn, whose contact policy allows one e-mail a week."""
    folders = copied_folders(tmp_path_factory.mktemp("open"))
    book = folders.rules / "rulebook.yaml"
    policy = b"contact_policy:\n  - {touches: 1, in_days: 7, channel: email}\n"
    book.write_bytes(book.read_bytes().replace(b"contact_policy:\n", policy))
    if request.param == "sqlite":
        store = f"sqlite:///{folders.rules.parent / 'nextplay.db'}"
    else:
        store = request.getfixturevalue("postgres").make(f"open_{next(NAMES)}", template="ready")
    with running(folders, store=store) as service:
        yield service


@pytest.fixture
def desk(service: Running) -> Desk:
    """Return somebody with an account of their own."""
    return Desk(service, f"acc-{next(NAMES)}")


def days_ago(days: int) -> str:
    """Return an instant so many days ago, as a request has it."""
    return (NOW - timedelta(days=days)).isoformat()


def in_days(days: int) -> datetime:
    """Return the instant of a decision that is asked for so many days after these tests began.

    Midnight may come while they run: what is told as a day and what is asked for later are counted from one instant.
    """
    return NOW + timedelta(days=days)


def test_an_accepted_action_stays_open_under_its_id(desk: Desk) -> None:
    """What was accepted comes back as open, by the same id, with the due date that it had then."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "accepted")
    is_open = actions_of(desk.decide())[SETUP]
    assert (new.state, is_open.state) == ("new", "open")
    assert (is_open.action_id, is_open.due_on) == (new.action_id, new.due_on)
    assert [action.state for action in desk.worklist() if action.play == SETUP] == ["open"]


def test_being_shown_changes_nothing(desk: Desk) -> None:
    """An action that was only seen is as new as before, and the question has the same id."""
    as_of = datetime.now(UTC)
    before = desk.decide(as_of=as_of)
    desk.react(before.actions[0].action_id, "shown", at=as_of.isoformat())
    assert desk.decide(as_of=as_of) == before


def test_an_overdue_action_is_escalated(desk: Desk) -> None:
    """What was accepted long ago and not done is escalated, in the answer and on the worklist."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "accepted", at=days_ago(20))
    late = actions_of(desk.decide())[SETUP]
    assert (late.action_id, late.state) == (new.action_id, "escalated")
    assert date.fromisoformat(late.due_on) < TODAY
    assert [action.play for action in desk.worklist(states=["escalated"])] == [SETUP]


def test_a_completed_action_is_closed_and_cools_down(desk: Desk) -> None:
    """What was done is told as done under its id, is withheld today, and rests as long as its play says."""
    new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    desk.react(new.action_id, "accepted", at=days_ago(3))
    desk.react(new.action_id, "completed")
    today = desk.decide(**LATE_ANSWERS)
    assert closed_of(today)[CALL] == (new.action_id, "done")
    assert withheld_of(today)[CALL] == "done"
    later = desk.decide(as_of=in_days(5), **LATE_ANSWERS)
    assert withheld_of(later)[CALL] == "cooldown"
    after = desk.decide(as_of=in_days(15), **LATE_ANSWERS)
    assert actions_of(after)[CALL].state == "new"


def test_a_completed_action_is_done_on_the_worklist(desk: Desk) -> None:
    """Whoever asks for what is done finds it, and nobody is asked to do it again."""
    new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    desk.react(new.action_id, "completed")
    assert CALL not in {action.play for action in desk.worklist()}
    assert [action.action_id for action in desk.worklist(states=["done"])] == [new.action_id]


def test_an_open_action_whose_gap_is_gone_closes(desk: Desk) -> None:
    """Where nothing stands that it was for, an open action is told as closed, with that reason, under its id."""
    new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    desk.react(new.action_id, "accepted")
    assert closed_of(desk.decide(**MENDED))[CALL] == (new.action_id, "gap_gone")
    assert [action.state for action in desk.worklist(states=["gap_gone"])] == ["gap_gone"]


def test_an_open_action_expires(desk: Desk) -> None:
    """Ninety days after its acceptance an action that nobody completed is over: new where it is still called for."""
    new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    desk.react(new.action_id, "accepted", at=days_ago(91))
    again = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    assert (again.action_id, again.state) == (new.action_id, "new")
    assert closed_of(desk.decide(**MENDED))[CALL] == (new.action_id, "expired")


def test_a_play_that_is_taken_away_supersedes_its_actions(folders: Folders) -> None:
    """An open action of a play that the rulebook no longer has is told as superseded, under its id."""
    with running(folders) as service:
        desk = Desk(service, "acc")
        new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
        desk.react(new.action_id, "accepted")
        plays = folders.rules / "plays" / "plays.yaml"
        plays.write_bytes(plays.read_bytes().replace(b"- id: call_back\n", b"- id: call_back\n  status: off\n"))
        RulebookServiceStub(service.channel).ReloadRelease(ReloadReleaseRequest(), timeout=60)
        assert closed_of(desk.decide(**LATE_ANSWERS))[CALL] == (new.action_id, "superseded")
        assert [action.state for action in desk.worklist(states=["superseded"])] == ["superseded"]


def test_a_snooze_ends(desk: Desk) -> None:
    """A snoozed action stays away up to its last day, that one included, and comes back the day after."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "snoozed", snoozed_until=(TODAY + timedelta(days=5)).isoformat())
    assert withheld_of(desk.decide())[SETUP] == "snoozed"
    assert withheld_of(desk.decide(as_of=in_days(5)))[SETUP] == "snoozed"
    assert actions_of(desk.decide(as_of=in_days(6)))[SETUP].action_id == new.action_id


def test_declines_suppress(desk: Desk) -> None:
    """After as many declines as its play says, it is silent for as long as that says."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "declined", at=days_ago(10))
    assert actions_of(desk.decide())[SETUP].action_id == new.action_id
    desk.react(new.action_id, "declined")
    assert withheld_of(desk.decide())[SETUP] == "suppressed"


def test_a_wrong_diagnosis_silences_what_answers_it(desk: Desk) -> None:
    """Where a rep says that the gap is none, its play stays away."""
    new = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    desk.react(new.action_id, "wrong_diagnosis")
    assert withheld_of(desk.decide(**LATE_ANSWERS))[CALL] == "suppressed"


def test_holds(desk: Desk) -> None:
    """A hold keeps back one play or all, up to its last day, and a later one of the same scope replaces it."""
    plays = set(actions_of(desk.decide()))
    assert {SETUP, GOALS} <= plays
    desk.hold(TODAY + timedelta(days=3), play=SETUP)
    one = desk.decide()
    assert (withheld_of(one)[SETUP], GOALS in actions_of(one)) == ("held", True)
    desk.hold(TODAY + timedelta(days=9))
    everything = desk.decide(as_of=in_days(9))
    assert not everything.actions
    assert {withheld_of(everything)[play] for play in plays} == {"held"}
    assert desk.decide(as_of=in_days(10)).actions


def test_a_hold_is_lifted(desk: Desk) -> None:
    """A hold that is over already takes the place of the one before."""
    desk.hold(TODAY + timedelta(days=9))
    assert not desk.decide().actions
    desk.hold(TODAY - timedelta(days=1))
    assert desk.decide(as_of=datetime.now(UTC) + timedelta(seconds=1)).actions


def test_touches_count_by_channel(desk: Desk) -> None:
    """What was completed counts as a touch of its action's channel: calls leave e-mail free, one e-mail uses it up."""
    call = actions_of(desk.decide(**LATE_ANSWERS))[CALL]
    assert call.channel == "phone"
    asked = desk.decide(**TORN)
    assert actions_of(asked)[ASK].channel == "email"
    for days in (2, 1):
        desk.react(call.action_id, "completed", at=days_ago(days))
    assert actions_of(desk.decide(**TORN))[ASK].channel == "email"
    email = actions_of(asked)[ASK].action_id
    desk.react(email, "completed", at=days_ago(5))
    assert withheld_of(desk.decide(**TORN))[ASK] == "contact_policy"


def test_answers_count_for_their_validity(desk: Desk) -> None:
    """A rep's answer decides the kind of a gap that was open, is told with it, and is over when the rule says so."""
    asked = desk.decide(**TORN)
    assert [one.gap for one in asked.undetermined] == ["early_adoption_stalled"]
    told = desk.answer("early_adoption_stalled", "tried_and_stopped")
    settled = desk.decide(**TORN)
    gap = next(gap for gap in settled.gaps if gap.gap == "early_adoption_stalled")
    assert (gap.kind, gap.answered) == ("cx", "tried_and_stopped")
    assert SETUP in actions_of(settled)
    past = in_days((date.fromisoformat(told.valid_until) - TODAY).days + 1)
    assert [one.gap for one in desk.decide(as_of=past, **TORN).undetermined] == ["early_adoption_stalled"]


def test_history_that_is_sent_takes_the_place_of_what_is_remembered(desk: Desk) -> None:
    """A CRM that keeps the past itself is taken at its word, also where it says that there is none."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "accepted")
    assert actions_of(desk.decide(history=[]))[SETUP].state == "new"
    assert actions_of(desk.decide())[SETUP].state == "open"


def test_a_page_view_leaves_no_trace(desk: Desk) -> None:
    """What was decided without being recorded is decided with the past, and neither listed nor known."""
    new = actions_of(desk.decide())[SETUP]
    desk.react(new.action_id, "accepted")
    options = decision_pb2.Options(record=False)
    looked = desk.stub.Decide(question(desk.snapshot(), options=options)).decision
    assert actions_of(looked)[SETUP].state == "open"
    listed = desk.stub.ListDecisions(pb.ListDecisionsRequest(account_id=desk.account_id)).decisions
    assert looked.decision_id not in {decision.decision_id for decision in listed}


def test_a_reaction_may_arrive_before_its_decision_is_written(folders: Folders) -> None:
    """Where answers leave before they are stored, a reaction to one of them waits for it and is taken."""
    with running(folders, log_before_answer=False) as service:
        for number in range(20):
            desk = Desk(service, f"fast-{number}")
            assert desk.react(desk.decide().actions[0].action_id, "accepted").reaction_id


def test_what_was_told_outlives_the_server(folders: Folders) -> None:
    """Another process with the same store knows the action that was taken on, and repeats the receipt."""
    with running(folders) as service:
        desk = Desk(service, "acc")
        new = actions_of(desk.decide())[SETUP]
        request = desk.reaction(new.action_id, "accepted")
        first = desk.stub.RecordReaction(request)
    with running(folders) as service:
        desk = Desk(service, "acc")
        assert actions_of(desk.decide())[SETUP].state == "open"
        assert desk.stub.RecordReaction(request) == first
