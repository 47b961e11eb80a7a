"""The doors of the memory, on a real server and both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial

import grpc
import pytest
from tests.service.asking import byte_call, question, refused
from tests.service.conftest import Running, copied_folders, running
from tests.service.memory_calls import REASONS, Desk, actions_of, every_request, message_of, new_id, pages
from tests.store.server import PostgresServer

from nextplay._proto.nextplay.v1 import decision_pb2, memory_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.rulebook_service_pb2 import ReloadReleaseRequest
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.service.folders import Folders
from nextplay.service.memory_endpoints import METHODS

NAMES = iter(range(1, 10_000))
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one server on each database in turn, with a rulebook that declares reasons."""
    folders = copied_folders(tmp_path_factory.mktemp("memory"))
    book = folders.rules / "rulebook.yaml"
    book.write_bytes(book.read_bytes().replace(b"vocabularies:\n", REASONS))
    if request.param == "sqlite":
        store = f"sqlite:///{folders.rules.parent / 'nextplay.db'}"
    else:
        store = request.getfixturevalue("postgres").make(f"doors_{next(NAMES)}", template="ready")
    with running(folders, store=store) as service:
        yield service


@pytest.fixture
def desk(service: Running) -> Desk:
    """Return somebody with an account of their own."""
    return Desk(service, f"acc-{next(NAMES)}")


def first_action(desk: Desk) -> decision_pb2.Action:
    """Decide, and return the first action."""
    return desk.decide().actions[0]


def test_every_call_is_offered() -> None:
    """Each call of the contract but the decisions themselves is one of the memory, and has a request in these tests."""
    methods = pb.DESCRIPTOR.services_by_name["DecisionService"].methods_by_name
    assert set(methods) - {"Decide", "BatchDecide"} == set(METHODS) == set(every_request("acc"))


def test_a_reaction_is_told_once(desk: Desk) -> None:
    """A repetition has the answer of the first, byte for byte; another content under its id is refused."""
    action = first_action(desk)
    request = desk.reaction(action.action_id, "declined", reason="no_time", actor_id="ana")
    first = desk.stub.RecordReaction(request)
    assert first.reaction_id
    assert datetime.fromisoformat(first.recorded_at).tzinfo is not None
    assert desk.stub.RecordReaction(request) == first
    request.reaction.kind = "accepted"
    answer = refused(lambda: desk.stub.RecordReaction(request))
    assert (answer.code, answer.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    outcome = memory_pb2.Outcome(account_id=desk.account_id, kind="renewed", occurred_on="2026-03-01")
    other = pb.RecordOutcomeRequest(request_id=request.request_id, outcome=outcome)
    assert refused(lambda: desk.stub.RecordOutcome(other)).reason == "REQUEST_ID_REUSED"


def test_fifty_at_once_are_one(desk: Desk) -> None:
    """Fifty parallel duplicates of each write have one answer, and only one reaction counts."""
    action = first_action(desk)
    requests = every_request(desk.account_id, action.action_id)
    with ThreadPoolExecutor(16) as pool:
        for method in ("RecordReaction", "RecordAnswer", "RecordOutcome", "PutHold"):
            call = getattr(desk.stub, method)
            answers = list(pool.map(lambda _, c=call, m=method: c(requests[m], timeout=60), range(50)))
            assert all(answer == answers[0] for answer in answers), method
    assert [action.state for action in desk.worklist(states=["open"])] == ["open"]


def test_a_repetition_is_not_judged_by_another_day(desk: Desk) -> None:
    """What a rulebook of today would refuse was taken once: its repetition has the answer of then."""
    book = desk.service.folders.rules / "rulebook.yaml"
    action = first_action(desk)
    request = desk.reaction(action.action_id, "declined", reason="not_now")
    first = desk.stub.RecordReaction(request)
    written = book.read_bytes()
    book.write_bytes(written.replace(b"[no_time, not_now]", b"[no_time]"))
    try:
        _reload(desk.service)
        assert desk.stub.RecordReaction(request) == first
        fresh = desk.reaction(action.action_id, "declined", reason="not_now")
        assert refused(lambda: desk.stub.RecordReaction(fresh)).paths == ["reaction.reason"]
        request.reaction.actor_id = "somebody else"
        assert refused(lambda: desk.stub.RecordReaction(request)).reason == "REQUEST_ID_REUSED"
    finally:
        book.write_bytes(written)
        _reload(desk.service)


def _reload(service: Running) -> None:
    """Take what the folders hold now."""
    answer = RulebookServiceStub(service.channel).ReloadRelease(ReloadReleaseRequest(), timeout=60)
    assert answer.outcome in {"taken", "unchanged"}, answer  # the watcher may have been faster


def test_unknown_and_foreign_look_alike(desk: Desk) -> None:
    """Of what is another account's a caller learns, to the byte, what they learn of what never was."""
    other = Desk(desk.service, f"{desk.account_id}-other")
    action, foreign = first_action(desk), first_action(other)
    of_foreign = other.decide().decision_id
    actions = [message_of(partial(desk.react, name, "accepted")) for name in (foreign.action_id, "a1-0", "x")]
    react = partial(desk.react, action.action_id, "accepted")
    decisions = [message_of(partial(react, decision_id=name)) for name in (of_foreign, "d1-0", "x")]
    for told in (actions, decisions):
        assert told[0][0] is grpc.StatusCode.NOT_FOUND
        assert told == [told[0]] * 3
    latest = message_of(lambda: desk.stub.GetLatestDecision(pb.GetLatestDecisionRequest(account_id="nobody")))
    decision = message_of(lambda: desk.stub.GetDecision(pb.GetDecisionRequest(decision_id="d1-0")))
    assert latest == decision
    assert desk.stub.ListDecisions(pb.ListDecisionsRequest(account_id="nobody")) == pb.ListDecisionsResponse()


def test_a_reaction_names_its_decision(desk: Desk) -> None:
    """A decision that is known may be named."""
    decision = desk.decide()
    assert desk.react(decision.actions[0].action_id, "shown", decision_id=decision.decision_id).reaction_id


def test_everything_wrong_at_once(desk: Desk) -> None:
    """An empty request of each kind names every field that is lacking."""
    assert refused(lambda: desk.stub.RecordReaction(pb.RecordReactionRequest())).paths == ["reaction", "request_id"]
    bad = desk.reaction("a1-0", "snoozed", at="2999-01-01T00:00:00Z", reason="mood")
    assert refused(lambda: desk.stub.RecordReaction(bad)).paths == [
        "reaction.at", "reaction.reason", "reaction.snoozed_until",
    ]  # fmt: skip
    paths = refused(lambda: desk.stub.PutHold(pb.PutHoldRequest(hold=memory_pb2.Hold(play="no_such")))).paths
    assert paths == ["hold.account_id", "hold.play", "hold.reason", "hold.until", "request_id"]
    assert refused(lambda: desk.stub.GetDecision(pb.GetDecisionRequest())).paths == ["decision_id"]
    assert refused(lambda: desk.stub.GetLatestDecision(pb.GetLatestDecisionRequest())).paths == ["account_id"]


def test_a_batch_has_a_status_for_each(desk: Desk) -> None:
    """What is wrong with one reaction stays with it; the others are stored, in their order."""
    action = first_action(desk)
    sound = desk.reaction(action.action_id, "accepted")
    requests = [sound, desk.reaction("a1-0", "accepted"), desk.reaction(action.action_id, "liked"), sound]
    answer = desk.stub.BatchRecordReactions(pb.BatchRecordReactionsRequest(requests=requests))
    assert [result.status.code for result in answer.results] == [0, 5, 3, 0]
    assert [result.request_id for result in answer.results] == [request.request_id for request in requests]
    assert answer.results[0].reaction_id == answer.results[3].reaction_id
    assert [result.HasField("reaction_id") for result in answer.results] == [True, False, False, True]
    assert answer.results[0].status.SerializeToString() == b""
    assert desk.stub.BatchRecordReactions(pb.BatchRecordReactionsRequest(requests=requests)) == answer
    again = desk.reaction(action.action_id, "completed", request_id=sound.request_id)
    reused = desk.stub.BatchRecordReactions(pb.BatchRecordReactionsRequest(requests=[again])).results[0]
    assert reused.status.code == grpc.StatusCode.ALREADY_EXISTS.value[0]


@pytest.mark.parametrize("count", [0, 101])
def test_batch_limits(desk: Desk, count: int) -> None:
    """An empty batch and one of more than a hundred are refused whole."""
    batch = pb.BatchRecordReactionsRequest(requests=[desk.reaction("a1-0", "shown")] * count)
    assert refused(lambda: desk.stub.BatchRecordReactions(batch)).paths == ["requests"]


def test_a_request_that_is_too_large(desk: Desk) -> None:
    """A request of this service is small; one that is not is refused alone or within its batch."""
    large = desk.reaction("a1-0", "shown", reason="x" * (17 << 10))
    assert refused(lambda: desk.stub.RecordReaction(large)).reason == "TOO_LARGE"
    batch = pb.BatchRecordReactionsRequest(requests=[large])
    assert desk.stub.BatchRecordReactions(batch).results[0].status.code == 8


def test_an_answer_says_how_long_it_counts(desk: Desk) -> None:
    """The validity is that of the rule, from the instant of the answer, and a repetition says the same."""
    told = memory_pb2.Answer(account_id=desk.account_id, gap="early_adoption_stalled", answer="never_started")
    request = pb.RecordAnswerRequest(request_id=new_id(), answer=told)
    first = desk.stub.RecordAnswer(request)
    assert date.fromisoformat(first.valid_until) - TODAY in {timedelta(days=30), timedelta(days=31)}
    assert desk.stub.RecordAnswer(request) == first
    earlier = desk.answer("early_adoption_stalled", "tried_and_stopped", at="2026-03-02T23:00:00-03:00")
    assert earlier.valid_until == "2026-04-02"


def test_a_decision_comes_back_as_it_was_answered(desk: Desk) -> None:
    """The stored decision is the one that was answered, with the personal field masked that it was made with."""
    options = decision_pb2.Options(explanation="full")
    snapshot = desk.snapshot(profile={"segment": "enterprise", "name": "Ana Lúcia Ferreira"})
    answered = desk.stub.Decide(question(snapshot, options=options)).decision
    found = desk.stub.GetDecision(pb.GetDecisionRequest(decision_id=answered.decision_id))
    assert found.decision == answered
    assert "Ferreira" not in str(found)
    assert datetime.fromisoformat(found.decided_at).date() - TODAY <= timedelta(days=1)
    latest = desk.stub.GetLatestDecision(pb.GetLatestDecisionRequest(account_id=desk.account_id))
    assert (latest.decision, latest.decided_at) == (found.decision, found.decided_at)


def test_decisions_are_listed_newest_first(desk: Desk) -> None:
    """Every page size leads through the same decisions in the same order, none twice, none left out."""
    asked = [desk.decide(usage={"active_users_28d": number, "setup_errors_14d": 7}) for number in range(1, 6)]
    expected = [decision.decision_id for decision in reversed(asked)]
    for size in (1, 2, 5, 200, None):
        request = pb.ListDecisionsRequest(account_id=desk.account_id, page_size=size)
        found = pages(desk.stub.ListDecisions, request, lambda page: page.decisions)
        assert [decision.decision_id for decision in found] == expected
    newest = desk.stub.GetLatestDecision(pb.GetLatestDecisionRequest(account_id=desk.account_id))
    assert newest.decision == asked[-1]


def test_the_worklist_is_most_urgent_first(desk: Desk) -> None:
    """What is due first comes first, and every page size leads through the same list."""
    desk.decide()
    whole = list(pages(desk.stub.ListActions, pb.ListActionsRequest(), lambda page: page.actions))
    assert [action.due_on for action in whole] == sorted(action.due_on for action in whole)
    assert {action.state for action in whole} <= {"new", "open", "escalated"}
    for size in (1, 3, 200):
        request = pb.ListActionsRequest(page_size=size)
        assert list(pages(desk.stub.ListActions, request, lambda page: page.actions)) == whole


def test_the_worklist_is_filtered(desk: Desk) -> None:
    """By owner, role, state and time of change; what was told moves an action from one state to another."""
    decision = desk.decide(team={"csm": f"p-{desk.account_id}"})
    actions = actions_of(decision)
    mine = desk.worklist(owner_id=f"p-{desk.account_id}")
    assert [action.play for action in mine] == ["agree_on_goals"]
    assert {action.owner_role for action in desk.worklist(owner_role="onboarding_manager")} == {"onboarding_manager"}
    before = mine[0].updated_at
    desk.react(actions["agree_on_goals"].action_id, "declined")
    assert desk.worklist(owner_id=f"p-{desk.account_id}") == []
    declined = desk.worklist(states=["declined"])
    assert [(action.play, action.decision_id) for action in declined] == [("agree_on_goals", decision.decision_id)]
    assert declined[0].updated_at > before
    since = desk.worklist(states=["declined", "new"], updated_since=declined[0].updated_at)
    assert [action.play for action in since] == ["agree_on_goals"]


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        (pb.ListActionsRequest(page_size=0), ["page_size"]),
        (pb.ListActionsRequest(page_size=201), ["page_size"]),
        (pb.ListActionsRequest(states=["open", "lost"]), ["states[1]"]),
        (pb.ListActionsRequest(updated_since="yesterday", owner_id=""), ["owner_id", "updated_since"]),
        (pb.ListActionsRequest(page_token="bnVsbA=="), ["page_token"]),  # noqa: S106  a token of a page
    ],
)
def test_wrong_lists(service: Running, request_: pb.ListActionsRequest, paths: list[str]) -> None:
    """A filter that means nothing is refused by its field."""
    assert refused(lambda: Desk(service, "acc").stub.ListActions(request_)).paths == paths


def test_a_page_token_is_of_one_question(desk: Desk) -> None:
    """A token of another account, another filter or another call is refused; another page size is not."""
    for number in range(3):
        desk.decide(usage={"active_users_28d": number, "setup_errors_14d": 7})
    token = desk.stub.ListDecisions(pb.ListDecisionsRequest(account_id=desk.account_id, page_size=1)).next_page_token
    more = pb.ListDecisionsRequest(account_id=desk.account_id, page_size=2, page_token=token)
    assert len(desk.stub.ListDecisions(more).decisions) == 2
    more.account_id = "another"
    assert refused(lambda: desk.stub.ListDecisions(more)).paths == ["page_token"]
    assert refused(lambda: desk.stub.ListActions(pb.ListActionsRequest(page_token=token))).paths == ["page_token"]
    token = desk.stub.ListActions(pb.ListActionsRequest(page_size=1)).next_page_token
    filtered = pb.ListActionsRequest(owner_role="csm", page_token=token)
    assert refused(lambda: desk.stub.ListActions(filtered)).paths == ["page_token"]


def test_calls_that_are_given_up_leave_nothing_half_done(desk: Desk) -> None:
    """Writes with deadlines of nothing and with cancels are stored whole or not at all, and repeat with one answer."""
    action = first_action(desk)
    requests = [desk.reaction(action.action_id, "shown", actor_id=f"p-{number}") for number in range(30)]
    for number, request in enumerate(requests):
        call = desk.stub.RecordReaction.future(request, timeout=0.0005 * number)
        if number % 3 == 0:
            call.cancel()
    answers = [desk.stub.RecordReaction(request, timeout=30) for request in requests]
    assert [desk.stub.RecordReaction(request, timeout=30) for request in requests] == answers
    assert len({answer.reaction_id for answer in answers}) == len(requests)
    batch = pb.BatchRecordReactionsRequest(requests=[desk.reaction(action.action_id, "shown") for _ in range(100)])
    for milliseconds in (1, 5, 20, 60):
        desk.stub.BatchRecordReactions.future(batch, timeout=milliseconds / 1000).exception()
    results = desk.stub.BatchRecordReactions(batch, timeout=60).results
    assert {result.status.code for result in results} == {0}
    assert desk.service.events("failed") == []


def test_unknown_fields_are_counted(desk: Desk) -> None:
    """A newer client is answered, and told how many of its fields this version does not know."""
    raw = desk.reaction(first_action(desk).action_id, "shown").SerializeToString() + b"\xf8\x3f\x01"
    call = byte_call(desk.service.channel, "/nextplay.v1.DecisionService/RecordReaction")
    answer, state = call.with_call(raw, timeout=30)
    assert pb.RecordReactionResponse.FromString(answer).reaction_id
    assert ("nextplay-unknown-fields", "1") in list(state.trailing_metadata())


def test_a_store_that_cannot_be_reached(folders: Folders, postgres: PostgresServer) -> None:
    """Every call of the memory is told to try again later, and nothing of the database is told."""
    url = postgres.make(f"gone_{next(NAMES)}", template="ready")
    with running(folders, store=url) as service:
        desk = Desk(service, "acc")
        action = desk.decide().actions[0]
        postgres.drop(url.rpartition("/")[2])
        requests = every_request("acc", action.action_id)
        batch = pb.BatchRecordReactionsRequest.FromString(requests.pop("BatchRecordReactions").SerializeToString())
        assert desk.stub.BatchRecordReactions(batch, timeout=30).results[0].status.code == 14
        for method, request in requests.items():
            answer = refused(partial(getattr(desk.stub, method), request, timeout=30))
            assert (answer.code, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"), method
            assert answer.retry_seconds == 1
            assert "gone_" not in answer.message
