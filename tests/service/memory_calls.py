"""What tests of the memory send, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final

import grpc
from google.protobuf.message import Message
from tests.service.asking import STUCK, question, refused
from tests.service.conftest import Running

from nextplay._proto.nextplay.v1 import decision_pb2, memory_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.decision_service_pb2_grpc import DecisionServiceStub

REASONS: Final = b"vocabularies:\n  reasons: [no_time, not_now]\n"
"""Instead of `vocabularies:` in the small rulebook: the reasons that reactions may give."""
_NUMBERS: Final = count(1)


@dataclass(frozen=True)
class Desk:
    """A person with a client: decides about one account, and tells what became of it."""

    service: Running
    account_id: str

    @property
    def stub(self) -> DecisionServiceStub:
        """The client of the decision service."""
        return DecisionServiceStub(self.service.channel)

    def decide(self, **changes: Any) -> decision_pb2.Decision:  # noqa: ANN401  parts of the snapshot
        """Ask about the account as it is now."""
        return self.stub.Decide(question(self.snapshot(**changes)), timeout=30).decision

    def snapshot(self, *, as_of: datetime | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  see above
        """Return a snapshot of the account: stuck in its first weeks, at this instant or another."""
        now = as_of or datetime.now(UTC)
        started = (now - timedelta(days=41)).date().isoformat()
        spoken = (now - timedelta(days=90)).date().isoformat()
        document = STUCK | {"account_id": self.account_id, "as_of": now.isoformat(timespec="seconds")}
        document["contract"] = {"started_on": started, "seats": 40}
        document["relationship"] = {"last_two_way_contact_on": spoken}
        return document | changes

    def reaction(self, action_id: str, kind: str, **fields: Any) -> pb.RecordReactionRequest:  # noqa: ANN401  more fields
        """Return a request that tells a reaction, under a new id unless one is given."""
        request_id = fields.pop("request_id", None) or new_id()
        reaction = memory_pb2.Reaction(account_id=self.account_id, action_id=action_id, kind=kind, **fields)
        return pb.RecordReactionRequest(request_id=request_id, reaction=reaction)

    def react(self, action_id: str, kind: str, **fields: Any) -> pb.RecordReactionResponse:  # noqa: ANN401  more fields
        """Tell a reaction."""
        return self.stub.RecordReaction(self.reaction(action_id, kind, **fields), timeout=30)

    def answer(self, gap: str, answer: str, **fields: Any) -> pb.RecordAnswerResponse:  # noqa: ANN401  more fields
        """Tell the answer to a question."""
        told = memory_pb2.Answer(account_id=self.account_id, gap=gap, answer=answer, **fields)
        return self.stub.RecordAnswer(pb.RecordAnswerRequest(request_id=new_id(), answer=told), timeout=30)

    def hold(self, until: date, *, play: str | None = None) -> pb.PutHoldResponse:
        """Put a hold."""
        told = memory_pb2.Hold(account_id=self.account_id, play=play, until=until.isoformat(), reason="asked for it")
        return self.stub.PutHold(pb.PutHoldRequest(request_id=new_id(), hold=told), timeout=30)

    def worklist(self, **fields: Any) -> list[memory_pb2.WorklistAction]:  # noqa: ANN401  any field of the request
        """Return the account's actions out of the whole worklist, page by page."""
        actions = pages(self.stub.ListActions, pb.ListActionsRequest(**fields), lambda page: page.actions)
        return [action for action in actions if action.account_id == self.account_id]


def new_id() -> str:
    """Return a `request_id` that was not there before."""
    return f"r-{next(_NUMBERS)}"


Listing = pb.ListActionsRequest | pb.ListDecisionsRequest


def pages(call: Callable[..., Any], request: Listing, rows: Callable[[Any], Sequence[Any]]) -> Iterator[Any]:
    """Yield the rows of all pages of a list."""
    while True:
        page = call(request, timeout=30)
        yield from rows(page)
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def actions_of(decision: decision_pb2.Decision) -> dict[str, decision_pb2.Action]:
    """Return the actions of a decision by play."""
    return {action.play: action for action in decision.actions}


def withheld_of(decision: decision_pb2.Decision) -> dict[str, str]:
    """Return why plays did not come, by play."""
    return {withheld.play: withheld.reason for withheld in decision.withheld}


def closed_of(decision: decision_pb2.Decision) -> dict[str, tuple[str, str]]:
    """Return the actions that closed, by play: id and reason."""
    return {closed.play: (closed.action_id, closed.reason) for closed in decision.closed_actions}


def message_of(call: Callable[[], object]) -> tuple[grpc.StatusCode, str, bytes]:
    """Make a call that must be refused; return everything that its caller can tell the refusal by."""
    answer = refused(call)
    return answer.code, answer.message, answer.raw


def every_request(account_id: str, action_id: str = "a1-0") -> dict[str, Message]:
    """Return a request of each call of the memory that is sound in its form."""
    reaction = memory_pb2.Reaction(account_id=account_id, action_id=action_id, kind="accepted")
    react = pb.RecordReactionRequest(request_id=new_id(), reaction=reaction)
    answer = memory_pb2.Answer(account_id=account_id, gap="early_adoption_stalled", answer="never_started")
    outcome = memory_pb2.Outcome(account_id=account_id, kind="renewed", occurred_on="2026-03-01")
    hold = memory_pb2.Hold(account_id=account_id, until="2026-04-01", reason="silence")
    return {
        "RecordReaction": react,
        "BatchRecordReactions": pb.BatchRecordReactionsRequest(requests=[react]),
        "RecordAnswer": pb.RecordAnswerRequest(request_id=new_id(), answer=answer),
        "RecordOutcome": pb.RecordOutcomeRequest(request_id=new_id(), outcome=outcome),
        "PutHold": pb.PutHoldRequest(request_id=new_id(), hold=hold),
        "GetDecision": pb.GetDecisionRequest(decision_id="d1-0"),
        "GetLatestDecision": pb.GetLatestDecisionRequest(account_id=account_id),
        "ListDecisions": pb.ListDecisionsRequest(account_id=account_id),
        "ListActions": pb.ListActionsRequest(),
    }
