"""A client of the service, as a CRM would write one: snapshots in and decisions out, both as JSON documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict

from nextplay._proto.nextplay.v1 import decision_pb2, decision_service_pb2, decision_service_pb2_grpc, memory_pb2
from nextplay.cli.channel import ServerUnreachable, refusal
from nextplay.service.wire import snapshot_message


def decide_remotely(
    channel: grpc.Channel, snapshot: Mapping[str, Any], *, locale: str = "en", timeout_seconds: float = 5
) -> dict[str, Any]:
    """Ask for one decision and return it under the names of the contract. Raises `ServerUnreachable`."""
    stub = decision_service_pb2_grpc.DecisionServiceStub(channel)
    request = decision_service_pb2.DecideRequest(
        snapshot=snapshot_message(snapshot), options=decision_pb2.Options(locale=locale)
    )
    try:
        response = stub.Decide(request, timeout=timeout_seconds)
    except grpc.RpcError as error:
        raise ServerUnreachable(refusal(error)) from error
    return MessageToDict(response.decision, preserving_proto_field_name=True)


def react_remotely(
    channel: grpc.Channel, reaction: Mapping[str, str], *, request_id: str, timeout_seconds: float = 5
) -> str:
    """Tell what a person did with an action and return the id under which it is stored.

    `reaction` has the names of the contract. Raises `ServerUnreachable`.
    """
    stub = decision_service_pb2_grpc.DecisionServiceStub(channel)
    request = decision_service_pb2.RecordReactionRequest(
        request_id=request_id, reaction=memory_pb2.Reaction(**reaction)
    )
    try:
        return stub.RecordReaction(request, timeout=timeout_seconds).reaction_id
    except grpc.RpcError as error:
        raise ServerUnreachable(refusal(error)) from error
