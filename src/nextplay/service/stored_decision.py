"""A decision as the store keeps it, canonical JSON, back into the contract's message: the inverse of what was answered.

`wire.decision_document` goes the other way; a test holds both against each other. A field that this version of the
contract does not know (a newer one wrote it) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from google.protobuf.message import Message

from nextplay._proto.nextplay.v1 import decision_pb2


def stored_decision(answer: bytes) -> decision_pb2.Decision:
    """Return the decision out of the canonical JSON that `canonical.decision_document` describes."""
    return decision_message(orjson.loads(answer))


def decision_message(document: Mapping[str, Any]) -> decision_pb2.Decision:
    """Return the decision out of its JSON form."""
    message = decision_pb2.Decision()
    _fill(message, document)
    return message


def _fill(message: Message, document: Mapping[str, Any]) -> None:
    known = message.DESCRIPTOR.fields_by_name
    for name, value in document.items():
        field = known.get(name)
        if field is not None and value is not None:
            _set(message, field, value)


def _set(message: Message, field: Any, value: Any) -> None:  # noqa: ANN401  a descriptor has two types; any value
    target = getattr(message, field.name)
    if isinstance(target, decision_pb2.FactValue):
        target.CopyFrom(_fact_value(value))
    elif field.message_type is None:
        if field.is_repeated:
            target.extend(value)
        else:
            setattr(message, field.name, value)
    elif field.is_repeated:
        for row in value:
            _fill(target.add(), row)
    else:
        target.SetInParent()
        _fill(target, value)


def _fact_value(value: bool | float | str | list[Any]) -> decision_pb2.FactValue:  # noqa: FBT001  a fact may be a flag
    if isinstance(value, bool):
        return decision_pb2.FactValue(flag=value)
    if isinstance(value, str):
        return decision_pb2.FactValue(text=value)
    if not isinstance(value, list):
        return decision_pb2.FactValue(number=value)
    if value and not isinstance(value[0], str):
        return decision_pb2.FactValue(numbers=decision_pb2.Numbers(numbers=value))
    return decision_pb2.FactValue(words=decision_pb2.Words(words=value))
