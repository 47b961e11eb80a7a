"""Claims about decisions with a memory, as a caller has them: the past is used, the answer kept, and both are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import orjson
import pytest
from sqlalchemy import update
from tests.service.asking import STUCK, question, refused, state, stub
from tests.service.conftest import Running, running, settings_of

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1 import rulebook_service_pb2
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.errors import ReleaseRejected, StoreMisnamed, StoreUnavailable
from nextplay.question import read_question
from nextplay.release import load_release
from nextplay.service.app import App
from nextplay.service.clock import utc_now
from nextplay.service.folders import Folders
from nextplay.service.wire import decision_document as received
from nextplay.store import Store
from nextplay.store.records import LoggedDecision, Reaction
from nextplay.store.schema import DECISIONS

BEFORE = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def remembering(request: pytest.FixtureRequest, folders: Folders) -> Iterator[tuple[Running, Store]]:
    """Run a server with a fresh store, on each database in turn; yield it and the store as others see it."""
    url = request.getfixturevalue(f"{request.param}_url")
    with running(folders, store=url) as service, Store.open(url, clock=utc_now) as store:
        yield service, store


def logged(store: Store) -> list[LoggedDecision]:
    """Return the log."""
    return [one.logged for one in store.logged()]


def health(service: Running) -> int:
    """Ask the health of the memory."""
    return state(service.channel, "memory")


def test_every_call_is_kept_as_it_was_answered(remembering: tuple[Running, Store]) -> None:
    """When the answer is there, so is its entry: the answer to the byte, the caller's id, a row a call."""
    service, store = remembering
    answers = [stub(service.channel).Decide(question(request_id=f"r-{number}")) for number in range(3)]
    entries = logged(store)
    assert [answer.memory for answer in answers] == ["kept"] * 3
    assert [entry.request_id for entry in entries] == ["r-0", "r-1", "r-2"]
    assert {entry.decision_id for entry in entries} == {answers[0].decision.decision_id}
    assert orjson.loads(entries[0].answer) == received(answers[0].decision)
    assert entries[0].took_microseconds > 0
    assert {action.action_id for action in entries[0].actions} == {
        action.action_id for action in answers[0].decision.actions
    }


def test_a_kept_question_is_decided_alike(remembering: tuple[Running, Store]) -> None:
    """With the same release, what is in the log gives the answer in the log, byte for byte, warnings included."""
    service, store = remembering
    document = STUCK | {"journey_stage": "honeymoon", "profile": {"name": "Ostrich", "segment": "smb"}}
    for _ in range(2):
        answer = stub(service.channel).Decide(question(document)).decision
        action = answer.actions[0]
        store.record("", f"r-{action.state}", Reaction("acc", action.action_id, "accepted", BEFORE))
    decider = Decider(load_release(service.folders.rules, service.folders.models))
    entries = logged(store)
    assert [len(orjson.loads(entry.question)["history"]) for entry in entries] == [0, 1]
    for entry in entries:
        again = decider.answer(read_question(orjson.loads(entry.question))).decision
        again = again._replace(decision_id=entry.decision_id)
        assert canonical_json(decision_document(again)) == entry.answer


def test_the_past_comes_from_the_memory(remembering: tuple[Running, Store]) -> None:
    """An accepted action comes back as open under its id; a history that was sent, also an empty one, replaces it."""
    service, store = remembering
    first = stub(service.channel).Decide(question()).decision.actions[0]
    store.record("", "r-1", Reaction("acc", first.action_id, "accepted", BEFORE))
    remembered, empty = (
        {action.action_id: action.state for action in stub(service.channel).Decide(asked).decision.actions}
        for asked in (question(), question(STUCK | {"history": []}))
    )
    assert remembered[first.action_id] == "open"
    assert empty[first.action_id] == "new"


def test_what_happens_later_is_not_known_yet(remembering: tuple[Running, Store]) -> None:
    """A decision as of an instant uses the past up to it: the same question stays the same decision."""
    service, store = remembering
    answer = stub(service.channel).Decide(question()).decision
    store.record("", "r-1", Reaction("acc", answer.actions[0].action_id, "accepted", datetime(2026, 3, 3, tzinfo=UTC)))
    assert stub(service.channel).Decide(question()).decision == answer


def test_a_damaged_decision_costs_no_other_account_its_past(remembering: tuple[Running, Store]) -> None:
    """Whoever asks for it hears DATA_LOSS, each time, without a hint to try again; the memory goes on serving."""
    service, store = remembering
    first = stub(service.channel).Decide(question()).decision.actions[0]
    store.record("", "r-1", Reaction("acc", first.action_id, "accepted", BEFORE))
    stub(service.channel).Decide(question(STUCK | {"account_id": "damaged"}))
    with store._database.writing() as connection:
        connection.execute(update(DECISIONS).where(DECISIONS.c.account_id == "damaged").values(answer=b"0"))
    for _ in range(2):
        refusal = refused(
            lambda: stub(service.channel).GetLatestDecision(pb.GetLatestDecisionRequest(account_id="damaged"))
        )
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.DATA_LOSS, "DECISION_DAMAGED")
        again = stub(service.channel).Decide(question()).decision
        assert {action.action_id: action.state for action in again.actions}[first.action_id] == "open"
    assert service.events("memory_failed") == []


def test_looking_leaves_no_trace(remembering: tuple[Running, Store]) -> None:
    """`record: false` gives the very same decision, uses the past, and writes nothing."""
    service, store = remembering
    kept = stub(service.channel).Decide(question())
    store.record("", "r-1", Reaction("acc", kept.decision.actions[0].action_id, "accepted", BEFORE))
    seen = stub(service.channel).Decide(question(options={"record": False}))
    assert (seen.memory, seen.decision.actions[0].state) == ("", "open")
    assert len(logged(store)) == 1
    assert stub(service.channel).Decide(question()).decision == seen.decision


def test_a_batch_is_kept_item_by_item(remembering: tuple[Running, Store]) -> None:
    """Of a batch what was decided and is to be kept is kept, each with its own row and its own word."""
    service, store = remembering
    requests = [
        question(request_id="r-0"),
        question(STUCK | {"usage": {"active_users_28d": -1}}, request_id="r-1"),
        question(STUCK | {"account_id": "b"}, request_id="r-2", options={"record": False}),
        question(STUCK | {"account_id": "c"}, request_id="r-3"),
    ]
    results = stub(service.channel).BatchDecide(pb.BatchDecideRequest(requests=requests)).results
    assert [result.memory for result in results] == ["kept", "", "", "kept"]
    assert [entry.request_id for entry in logged(store)] == ["r-0", "r-3"]


def test_nothing_personal_is_kept(folders: Folders, tmp_path: Path) -> None:
    """Declared fields are masked in question and answer, and named; the caller's own answer is as ever."""
    document = STUCK | {
        "profile": {"name": "Ostrich & Sons", "segment": "smb"},
        "surveys": [{"kind": "nps", "answered_on": "2026-02-20", "respondent_id": "o-1"}],
        "team": dict.fromkeys(("csm", "onboarding_manager", "support_lead", "account_manager"), "Ostrich"),
    }
    url = f"sqlite:///{tmp_path / 'own.db'}"
    fields = "profile.name, surveys[].respondent_id, team.csm, team.onboarding_manager"
    with running(folders, store=url, personal_fields=fields) as service, Store.open(url, clock=utc_now) as store:
        answer = stub(service.channel).Decide(question(document)).decision
        (entry,) = logged(store)
    assert "Ostrich" in {action.owner_id for action in answer.actions}
    assert entry.masked == ("profile.name", "surveys[].respondent_id", "team.csm", "team.onboarding_manager")
    kept = entry.question + entry.answer + repr(entry.actions).encode()
    assert b"o-1" not in kept
    assert orjson.loads(entry.question)["snapshot"]["profile"]["name"] == "masked-1"
    owners = {action.owner_role: action.owner_id for action in entry.actions}
    assert set(owners.values()) <= {"masked-3", "Ostrich"}
    assert entry.decision_id == answer.decision_id
    assert [action.action_id for action in entry.actions] == [action.action_id for action in answer.actions]


def test_rules_that_read_a_masked_field_do_not_serve(folders: Folders) -> None:
    """At the start and at every reload a release that reads a masked field is refused with a sentence."""
    with pytest.raises(ReleaseRejected, match=r"`attributes\.plan_code` is a personal field"):
        App(settings_of(folders, personal_fields="attributes.plan_code")).start()
    signals = folders.rules / "signals" / "signals.yaml"
    good = signals.read_text()
    with running(folders, personal_fields="profile.tier") as service:
        signals.write_text(good.replace("attributes.plan_code, in: [gold]", "profile.tier, in: [gold]"))
        rulebooks = RulebookServiceStub(service.channel)
        answer = rulebooks.ReloadRelease(rulebook_service_pb2.ReloadReleaseRequest())
        assert (answer.outcome, answer.error) == ("refused", answer.failed_tests[0])
        assert answer.failed_tests[0].startswith("`profile.tier` is a personal field")
    with running(folders, personal_fields="profile.tier", store="none") as service:
        assert stub(service.channel).Decide(question()).memory == ""


def test_a_server_without_a_memory(folders: Folders) -> None:
    """With `none` nothing is opened or kept, the same decision comes out, and health knows no memory."""
    with running(folders, store="none") as service:
        answer = stub(service.channel).Decide(question())
        release = RulebookServiceStub(service.channel).GetRelease(rulebook_service_pb2.GetReleaseRequest())
        with pytest.raises(grpc.RpcError, match="NOT_FOUND"):
            health(service)
    assert answer.memory == ""
    assert not release.HasField("memory")
    assert not (folders.rules.parent / "nextplay.db").exists()
    with running(folders) as service:
        assert stub(service.channel).Decide(question()).decision == answer.decision


def test_after_the_answer_all_is_written_by_the_end(folders: Folders, tmp_path: Path) -> None:
    """With the log behind the answer, a server that is stopped has written everything that it answered."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    with running(folders, store=url, log_before_answer=False) as service:
        answers = [stub(service.channel).Decide(question(request_id=f"r-{number}")) for number in range(20)]
    assert {answer.memory for answer in answers} == {"queued"}
    with Store.open(url, clock=utc_now) as store:
        assert [entry.request_id for entry in logged(store)] == [f"r-{number}" for number in range(20)]


@pytest.mark.parametrize("fails", ["serve", "refuse"])
def test_a_url_that_can_never_be_right_ends_the_start(folders: Folders, fails: str) -> None:
    """A database that is away may come back, a URL that names none will not; the password stays unsaid."""
    with pytest.raises(StoreMisnamed, match="no database that is offered") as refused:
        App(settings_of(folders, store="postgresql://ann:s3cret@127.0.0.1:port/memory", when_store_fails=fails)).start()
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("fails", ["serve", "refuse"])
def test_a_file_that_cannot_be_opened_ends_the_start(folders: Folders, fails: str) -> None:
    """A database file that cannot be made is told at the start: it would not come by itself."""
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        App(settings_of(folders, store="sqlite:////nowhere/nextplay.db", when_store_fails=fails)).start()


def test_the_memory_tells_how_it_is(remembering: tuple[Running, Store]) -> None:
    """Health says that the memory serves, and the release call counts what was written."""
    service, _ = remembering
    stub(service.channel).Decide(question())
    memory = RulebookServiceStub(service.channel).GetRelease(rulebook_service_pb2.GetReleaseRequest()).memory
    assert (list(memory.failures), memory.decisions_written, memory.decisions_lost) == ([], 1, 0)
    assert health(service) == 1
