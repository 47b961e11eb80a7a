"""The contract's messages of the memory and our values: requests → names and values, what is remembered → answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1 import memory_pb2
from nextplay.errors import InputInvalid
from nextplay.service.paging import key_of, page_token
from nextplay.service.present import clean
from nextplay.service.stored_decision import stored_decision
from nextplay.service.wire import instant_text
from nextplay.snapshot import Instant, Name
from nextplay.snapshot.remedies import violations_of
from nextplay.store.records import (
    OPEN_STATES,
    Key,
    Receipt,
    StoredDecision,
    WorklistAction,
    WorklistFilter,
    WorklistState,
)

MOST_PAGE_BYTES: Final = 2 << 20
"""Half of what clients of gRPC take by default."""
_PAGE_SIZE: Final = 50
_MOST_STATES: Final = 20
_Id = Annotated[Name, AfterValidator(clean)]
_PageSize = Annotated[int, Field(strict=True, ge=1, le=200)]


_DECISION_KEY: Final[TypeAdapter[int]] = TypeAdapter(int)
_ACTION_KEY: Final[TypeAdapter[tuple[date | None, float, str]]] = TypeAdapter(tuple[date | None, float, str])
"""What a page may end with; a token of another shape is none of ours."""


class _Question(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _OneDecision(_Question):
    decision_id: _Id


class _OneAccount(_Question):
    account_id: _Id


class _Decisions(_OneAccount):
    page_size: _PageSize = _PAGE_SIZE
    page_token: str | None = None


class _Actions(_Question):
    owner_id: _Id | None = None
    owner_role: _Id | None = None
    states: Annotated[tuple[WorklistState, ...], Field(max_length=_MOST_STATES)] = OPEN_STATES
    updated_since: Instant | None = None
    page_size: _PageSize = _PAGE_SIZE
    page_token: str | None = None


AnyQuestion = TypeVar("AnyQuestion", bound=_Question)


@dataclass(frozen=True, slots=True)
class DecisionsAsked:
    """Which decisions: those of `account_id` below the sequence `before`, at most `size`."""

    account_id: str
    size: int
    before: int | None


@dataclass(frozen=True, slots=True)
class ActionsAsked:
    """Which actions: those `chosen` behind `after`, at most `size`."""

    chosen: WorklistFilter
    size: int
    after: Key | None


def decision_asked(document: Mapping[str, Any]) -> str:
    """Return the id of the decision that is asked for. Raises `InputInvalid`."""
    return _read(_OneDecision, document).decision_id


def account_asked(document: Mapping[str, Any]) -> str:
    """Return the id of the account that is asked for. Raises `InputInvalid`."""
    return _read(_OneAccount, document).account_id


def decisions_asked(document: Mapping[str, Any]) -> DecisionsAsked:
    """Return which decisions are asked for. Raises `InputInvalid`."""
    asked = _read(_Decisions, document)
    token, question = asked.page_token, _of_account(asked.account_id)
    before = key_of(token, question, _DECISION_KEY) if token else None
    return DecisionsAsked(asked.account_id, asked.page_size, before)


def actions_asked(document: Mapping[str, Any]) -> ActionsAsked:
    """Return which actions are asked for. Raises `InputInvalid`."""
    asked = _read(_Actions, document)
    chosen = WorklistFilter(
        owner_id=asked.owner_id,
        owner_role=asked.owner_role,
        states=tuple(sorted(set(asked.states))),
        updated_since=asked.updated_since,
    )
    if not asked.page_token:
        return ActionsAsked(chosen, asked.page_size, None)
    return ActionsAsked(chosen, asked.page_size, Key(*key_of(asked.page_token, _of_worklist(chosen), _ACTION_KEY)))


def _read(kind: type[AnyQuestion], document: Mapping[str, Any]) -> AnyQuestion:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise InputInvalid(violations_of(error.errors(include_url=False, include_input=False))) from None


def _of_account(account_id: str) -> object:
    return ["ListDecisions", account_id]


def _of_worklist(chosen: WorklistFilter) -> object:
    return ["ListActions", chosen.owner_id, chosen.owner_role, chosen.states, chosen.updated_since]


def reaction_answer(receipt: Receipt) -> bytes:
    """Return the bytes of a `RecordReactionResponse`."""
    return _bytes(pb.RecordReactionResponse(reaction_id=receipt.record_id, recorded_at=_at(receipt)))


def reactions_answer(results: Sequence[tuple[str, Receipt | Status]]) -> bytes:
    """Return the bytes of a `BatchRecordReactionsResponse` out of (request_id, receipt or why there is none)."""
    answer = pb.BatchRecordReactionsResponse()
    for request_id, result in results:
        row = answer.results.add(request_id=request_id)
        if isinstance(result, Status):
            row.status.CopyFrom(result)
        else:
            row.status.SetInParent()
            row.reaction_id = result.record_id
    return _bytes(answer)


def answer_answer(receipt: Receipt, valid_until: date | None) -> bytes:
    """Return the bytes of a `RecordAnswerResponse`."""
    day = "" if valid_until is None else valid_until.isoformat()
    return _bytes(pb.RecordAnswerResponse(answer_id=receipt.record_id, recorded_at=_at(receipt), valid_until=day))


def outcome_answer(receipt: Receipt) -> bytes:
    """Return the bytes of a `RecordOutcomeResponse`."""
    return _bytes(pb.RecordOutcomeResponse(outcome_id=receipt.record_id, recorded_at=_at(receipt)))


def hold_answer(receipt: Receipt) -> bytes:
    """Return the bytes of a `PutHoldResponse`."""
    return _bytes(pb.PutHoldResponse(hold_id=receipt.record_id, recorded_at=_at(receipt)))


def decision_answer(found: StoredDecision) -> bytes:
    """Return the bytes of a `GetDecisionResponse`."""
    message = stored_decision(found.logged.answer)
    return _bytes(pb.GetDecisionResponse(decision=message, decided_at=instant_text(found.logged.decided_at)))


def latest_answer(found: StoredDecision) -> bytes:
    """Return the bytes of a `GetLatestDecisionResponse`."""
    message = stored_decision(found.logged.answer)
    return _bytes(pb.GetLatestDecisionResponse(decision=message, decided_at=instant_text(found.logged.decided_at)))


def decisions_answer(asked: DecisionsAsked, found: Sequence[StoredDecision]) -> bytes:
    """Return the bytes of a `ListDecisionsResponse`; `found` holds one decision more than the page where there is one.

    A page is cut short where it would grow too large for a client; it always holds one decision.
    """
    answer, size = pb.ListDecisionsResponse(), 0
    for one in found[: asked.size]:
        message = stored_decision(one.logged.answer)
        size += message.ByteSize()
        if answer.decisions and size > MOST_PAGE_BYTES:
            break
        answer.decisions.append(message)
    if len(answer.decisions) < len(found):
        last = found[len(answer.decisions) - 1]
        answer.next_page_token = page_token(_of_account(asked.account_id), last.sequence)
    return _bytes(answer)


def actions_answer(asked: ActionsAsked, found: Sequence[WorklistAction]) -> bytes:
    """Return the bytes of a `ListActionsResponse`; `found` holds one action more than the page where there is one."""
    page = found[: asked.size]
    answer = pb.ListActionsResponse(actions=[_worklist_action(action) for action in page])
    if len(page) < len(found):
        answer.next_page_token = page_token(_of_worklist(asked.chosen), list(page[-1].key))
    return _bytes(answer)


def _worklist_action(action: WorklistAction) -> memory_pb2.WorklistAction:
    return memory_pb2.WorklistAction(
        account_id=action.account_id,
        decision_id=action.decision_id,
        action_id=action.action_id,
        play=action.play,
        title=action.title,
        state=action.state,
        owner_role=action.owner_role,
        owner_id=action.owner_id,
        due_on="" if action.due_on is None else action.due_on.isoformat(),
        updated_at=instant_text(action.updated_at),
    )


def _at(receipt: Receipt) -> str:
    return instant_text(receipt.recorded_at)


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()
