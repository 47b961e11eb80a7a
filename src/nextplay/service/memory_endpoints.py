"""The calls of the memory, each a function from the bytes of its request to the bytes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.errors import NextplayError
from nextplay.service import memory_wire, wire
from nextplay.service.framing import split_batch
from nextplay.service.guard import Call, Endpoint
from nextplay.service.memory_api import MemoryApi
from nextplay.service.refusal import NoMemory, TooLarge
from nextplay.service.status import is_ours, status_of
from nextplay.service.told import HoldRequest, OutcomeRequest, ReactionRequest
from nextplay.store.records import Receipt

MOST_REQUEST_BYTES: Final = 16 << 10
METHODS: Final = (
    "BatchRecordReactions", "GetDecision", "GetLatestDecision", "ListActions", "ListDecisions", "PutHold",
    "RecordAnswer", "RecordOutcome", "RecordReaction",
)  # fmt: skip
Document = dict[str, Any]


def memory_endpoints(api: MemoryApi) -> Mapping[str, Endpoint]:
    """Return the calls of the memory."""

    def react(document: Document) -> bytes:
        return memory_wire.reaction_answer(api.tell(ReactionRequest, document))

    def answer(document: Document) -> bytes:
        return memory_wire.answer_answer(*api.tell_answer(document))

    def outcome(document: Document) -> bytes:
        return memory_wire.outcome_answer(api.tell(OutcomeRequest, document))

    def hold(document: Document) -> bytes:
        return memory_wire.hold_answer(api.tell(HoldRequest, document))

    def decision(document: Document) -> bytes:
        return memory_wire.decision_answer(api.decision(memory_wire.decision_asked(document)))

    def latest(document: Document) -> bytes:
        return memory_wire.latest_answer(api.latest(memory_wire.account_asked(document)))

    def decisions(document: Document) -> bytes:
        asked = memory_wire.decisions_asked(document)
        found = api.decisions(asked.account_id, size=asked.size + 1, before=asked.before)
        return memory_wire.decisions_answer(asked, found)

    def actions(document: Document) -> bytes:
        asked = memory_wire.actions_asked(document)
        return memory_wire.actions_answer(asked, api.actions(asked.chosen, size=asked.size + 1, after=asked.after))

    return {
        "RecordReaction": _endpoint(pb.RecordReactionRequest, react),
        "RecordAnswer": _endpoint(pb.RecordAnswerRequest, answer),
        "RecordOutcome": _endpoint(pb.RecordOutcomeRequest, outcome),
        "PutHold": _endpoint(pb.PutHoldRequest, hold),
        "GetDecision": _endpoint(pb.GetDecisionRequest, decision),
        "GetLatestDecision": _endpoint(pb.GetLatestDecisionRequest, latest),
        "ListDecisions": _endpoint(pb.ListDecisionsRequest, decisions),
        "ListActions": _endpoint(pb.ListActionsRequest, actions),
        "BatchRecordReactions": _batch(api),
    }


def forgetful_endpoints() -> Mapping[str, Endpoint]:
    """Return the calls of the memory on a server that keeps none."""
    return {method: _refusing(method) for method in METHODS}


def _endpoint(kind: type[Message], answered: Callable[[Document], bytes]) -> Endpoint:
    """Read a request, and answer it unless nobody waits any more."""

    def endpoint(raw: bytes, call: Call) -> bytes:
        document, unknown_fields = wire.unfolded(wire.parsed(kind, _within(raw)))
        call.tell_unknown_fields(unknown_fields)
        call.check_time()
        return answered(document)

    return endpoint


def _batch(api: MemoryApi) -> Endpoint:
    """Record one after the other, so that they count in their order; what is stored stays, whatever follows."""

    def endpoint(raw: bytes, call: Call) -> bytes:
        results = []
        for item in split_batch(raw):
            call.check_time()
            results.append(_reaction(item, api))
        return memory_wire.reactions_answer(results)

    return endpoint


def _reaction(raw: bytes, api: MemoryApi) -> tuple[str, Receipt | Status]:
    """Record one reaction of a batch; what is wrong with it stays with it, what is wrong with us fails the batch."""
    request_id = ""
    try:
        document, _ = wire.unfolded(wire.parsed(pb.RecordReactionRequest, _within(raw)))
        request_id = document.get("request_id", "")[: wire.MOST_REQUEST_ID]
        return request_id, api.tell(ReactionRequest, document)
    except NextplayError as error:
        if is_ours(error):
            raise
        return request_id, status_of(error)


def _within(raw: bytes) -> bytes:
    if len(raw) > MOST_REQUEST_BYTES:
        raise TooLarge("a request", MOST_REQUEST_BYTES)
    return raw


def _refusing(method: str) -> Endpoint:
    def refuse(_raw: bytes, _call: Call) -> bytes:
        raise NoMemory(method)

    return refuse
