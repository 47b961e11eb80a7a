"""The one place where the contract's messages and our values meet: requests → values, values → answers.

Into the corridor goes the raw snapshot as names and values, as any door delivers it, for `read_snapshot` to judge.
Out of it come bytes. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, TypeVar, get_args

from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError, Message
from google.rpc.status_pb2 import Status

from nextplay import decision as answers
from nextplay._proto.nextplay.v1 import decision_pb2, decision_service_pb2, snapshot_pb2
from nextplay.decision import Decision, Explanation, FactValue, Options
from nextplay.errors import InputInvalid, Violation
from nextplay.service.encoding import double_writer, flag_writer, message_writer, packed_doubles, tagged
from nextplay.service.refusal import BodyUnreadable
from nextplay.service.unfolding import Unfolding
from nextplay.snapshot import KNOWN_EMPTY

MOST_ACTIONS: Final = 20
MOST_REQUEST_ID: Final = 200
_MOST_LOCALE: Final = 35
_EXPLANATIONS: Final = get_args(Explanation)

AnyMessage = TypeVar("AnyMessage", bound=Message)


@dataclass(frozen=True, slots=True)
class Question:
    """One account to decide: the snapshot as it came, how to answer, and what else the call carried.

    `record` says whether the decision is to be kept; `unknown_fields` counts the fields that this version of the
    contract does not know.
    """

    document: dict[str, Any]
    options: Options
    request_id: str = ""
    unknown_fields: int = 0
    record: bool = True


def parsed(kind: type[AnyMessage], raw: bytes) -> AnyMessage:
    """Parse a message. Raises `BodyUnreadable`."""
    try:
        return kind.FromString(raw)
    except (DecodeError, RecursionError) as error:
        raise BodyUnreadable from error


def unfolded(message: Message) -> tuple[dict[str, Any], int]:
    """Return a request of the decision service as names and values, absent ones left out, and count unknown fields."""
    unfolding = Unfolding()
    document = unfolding.document(message)
    if unfolding.violations:
        raise InputInvalid(unfolding.violations)
    return document, unfolding.unknown_fields


def read_question(raw: bytes, defaults: Options) -> Question:
    """Read a `DecideRequest`; options that are absent take `defaults`.

    Raises `BodyUnreadable`, and `InputInvalid` with paths from the request (`snapshot.surveys`, `options.locale`).
    """
    message = parsed(decision_service_pb2.DecideRequest, raw)
    unfolding = Unfolding()
    document = unfolding.document(message)
    violations = unfolding.violations
    if "snapshot" not in document:
        violations.append(Violation("snapshot", "is required"))
    request_id = document.get("request_id", "")
    if len(request_id) > MOST_REQUEST_ID:
        violations.append(Violation("request_id", f"must have at most {MOST_REQUEST_ID} characters"))
    sent = document.get("options", {})
    options = _options(sent, defaults, violations)
    if violations:
        raise InputInvalid(violations)
    return Question(document["snapshot"], options, request_id, unfolding.unknown_fields, sent.get("record", True))


def request_id_of(raw: bytes) -> str:
    """Return the `request_id` of a `DecideRequest` that may be refused for something else; empty if unreadable."""
    try:
        return parsed(decision_service_pb2.DecideRequest, raw).request_id[:MOST_REQUEST_ID]
    except BodyUnreadable:
        return ""


def decide_answer(decision: Decision, request_id: str, memory: str = "") -> bytes:
    """Return the bytes of a `DecideResponse`; `memory` tells what became of the decision there."""
    return _text(1, request_id) + tagged(2, write_decision(decision)) + _text(3, memory)


class BatchItem(NamedTuple):
    """What came of one request of a batch. `record` says whether the decision is to be kept."""

    request_id: str
    result: Decision | Status
    record: bool = False


def batch_answer(items: Iterable[BatchItem], memory: str = "") -> bytes:
    """Return the bytes of a `BatchDecideResponse`; `memory` tells what became there of the decisions to be kept."""
    return b"".join([tagged(1, _batch_result(item, memory)) for item in items])


def _batch_result(item: BatchItem, memory: str) -> bytes:
    head = _text(1, item.request_id)
    if isinstance(item.result, Status):
        return head + tagged(2, item.result.SerializeToString())
    return head + tagged(2, b"") + tagged(3, write_decision(item.result)) + _text(4, memory if item.record else "")


def _text(number: int, text: str) -> bytes:
    return tagged(number, text.encode()) if text else b""


def snapshot_message(document: Mapping[str, Any]) -> snapshot_pb2.CustomerSnapshot:
    """Turn a snapshot in JSON form into the message that a client sends: `[]` becomes a name in `known_empty`.

    Raises `google.protobuf.json_format.ParseError` where the contract has no such field or type.
    """
    values = {name: value for name, value in document.items() if value is not None}
    empty = [name for name in KNOWN_EMPTY if values.get(name) == []]
    if empty:
        values["known_empty"] = [*values.get("known_empty", ()), *empty]
    if "attributes" in values:
        values["attributes"] = {
            name: _attribute(value) for name, value in values["attributes"].items() if value is not None
        }
    return ParseDict(values, snapshot_pb2.CustomerSnapshot())


def decision_document(message: decision_pb2.Decision) -> dict[str, Any]:
    """Turn a decision that a client received into the JSON form of `canonical.decision_document`."""
    document: dict[str, Any] = _message_document(message)
    return document


def _message_document(message: Message) -> Any:  # noqa: ANN401  a fact's value is a plain JSON value
    if isinstance(message, decision_pb2.FactValue):
        case: str | None = message.WhichOneof("value")
        found = getattr(message, case) if case else None
        return list(getattr(found, case or "")) if isinstance(found, Message) else found
    return {
        field.name: _field_document(getattr(message, field.name), repeated=field.is_repeated)
        for field in message.DESCRIPTOR.fields
        if not field.has_presence or message.HasField(field.name)
    }


def _field_document(value: Any, *, repeated: bool) -> Any:  # noqa: ANN401  any field, any value
    if repeated:
        return [_message_document(item) if isinstance(item, Message) else item for item in value]
    return _message_document(value) if isinstance(value, Message) else value


def instant_text(instant: datetime) -> str:
    """Spell an instant as RFC 3339 in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _options(sent: Mapping[str, Any], defaults: Options, violations: list[Violation]) -> Options:
    """Judge the options; what is wrong goes to `violations`."""
    if not sent:
        return defaults
    explanation = sent.get("explanation", defaults.explanation)
    if explanation not in _EXPLANATIONS:
        words = ", ".join(_EXPLANATIONS)
        violations.append(Violation("options.explanation", f"must be one of {words}"))
    max_actions = sent.get("max_actions", defaults.max_actions)
    if max_actions is not None and not 0 <= max_actions <= MOST_ACTIONS:
        violations.append(Violation("options.max_actions", f"must be from 0 to {MOST_ACTIONS}"))
    locale = sent.get("locale", defaults.locale)
    if not 1 <= len(locale) <= _MOST_LOCALE:
        violations.append(Violation("options.locale", "must be a language tag such as `en` or `pt-BR`"))
    strict = sent.get("strict", defaults.strict)
    return Options(locale=locale, max_actions=max_actions, explanation=explanation, strict=strict)


def _attribute(value: object) -> dict[str, object]:
    """Return the JSON form of an `AttributeValue`."""
    if isinstance(value, bool):
        return {"flag": value}
    return {"text": value} if isinstance(value, str) else {"number": value}


_flag_value, _number_value = flag_writer(1), double_writer(2)


def _fact_value(value: FactValue | tuple[float, ...]) -> bytes:
    """Return the body of a `FactValue`."""
    if isinstance(value, float):  # most are, and no flag is
        return _number_value(value)
    if isinstance(value, bool):
        return _flag_value(value)
    if isinstance(value, int):
        return _number_value(value)
    if isinstance(value, str):
        return tagged(3, value.encode())
    items = value or ()
    numbers = [item for item in items if not isinstance(item, str)]
    if numbers:
        return tagged(5, packed_doubles(1, numbers))
    return tagged(4, b"".join(tagged(1, str(item).encode()) for item in items))


def _day_text(day: date) -> bytes:
    return day.isoformat().encode()


write_decision: Final = message_writer(
    decision_pb2.Decision.DESCRIPTOR,
    shapes={name: kind._fields for name, kind in vars(answers).items() if hasattr(kind, "_fields")},
    special={
        "FactValue": _fact_value,
        "Decision.as_of": lambda instant: instant_text(instant).encode(),
        "Action.due_on": _day_text,
    },
    repeating={
        "Action.channel", "Action.gaps", "Action.importance", "Action.owner_role", "Action.play", "Action.purpose",
        "Action.state", "AnswerOption.answer", "AnswerOption.side", "ChurnRisk.band", "ChurnRisk.model_version",
        "ChurnRisk.provenance", "ConditionTrace.key", "ConditionTrace.signals", "Decision.missing_facts",
        "Diagnosis.kind", "Diagnosis.lead", "Driver.facts", "Driver.family", "Evidence.signal", "ExplainedGap.gap",
        "Gap.gap", "Gap.kind", "Gap.root_causes", "Gap.touchpoint", "GapTrace.gap", "MissingFact.fact",
        "NearMiss.gap", "PlayTrace.play", "Reading.fact", "Reading.operator", "Reading.reads",
        "ReleaseId.engine_version", "ReleaseId.model_hash", "ReleaseId.release", "ReleaseId.rulebook_hash",
        "SignalTrace.signal", "SignalTrace.signals", "Undetermined.facts", "Undetermined.gap", "Withheld.gaps",
        "Withheld.play", "Withheld.reason",
    },
)  # fmt: skip
"""Returns the bytes of a `Decision`.

What is of the rulebook is kept as bytes: ids, closed words, counted facts. What belongs to a customer never is, and
titles and other wordings may hold a customer's values."""
