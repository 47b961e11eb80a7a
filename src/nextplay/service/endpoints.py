"""The calls of the contract, each a function from the bytes of its request to the bytes of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import grpc

from nextplay._proto.nextplay.v1 import decision_service_pb2, rulebook_service_pb2
from nextplay.decision import Options
from nextplay.errors import InputInvalid
from nextplay.service import rulebook_wire, wire
from nextplay.service.api import DecisionApi, Sitting
from nextplay.service.foreign import Handler
from nextplay.service.framing import split_batch
from nextplay.service.guard import Call, Endpoint
from nextplay.service.memory_api import MemoryApi
from nextplay.service.memory_endpoints import forgetful_endpoints, memory_endpoints
from nextplay.service.preview_api import PreviewApi
from nextplay.service.refusal import BodyUnreadable, NoMemory, TooLarge
from nextplay.service.rulebook_api import RulebookApi
from nextplay.service.status import status_of

DECISION_SERVICE: Final[str] = decision_service_pb2.DESCRIPTOR.services_by_name["DecisionService"].full_name
RULEBOOK_SERVICE: Final[str] = rulebook_service_pb2.DESCRIPTOR.services_by_name["RulebookService"].full_name
MOST_ACCOUNT_BYTES: Final = 256 << 10
MOST_BATCH_BYTES: Final = 8 << 20


def decision_endpoints(api: DecisionApi, defaults: Options, memory: MemoryApi | None = None) -> Mapping[str, Endpoint]:
    """Return the calls of the decision service; without a memory, those that need one are refused."""

    def decide(raw: bytes, call: Call) -> bytes:
        question = wire.read_question(_within(raw, "an account"), defaults)
        call.tell_unknown_fields(question.unknown_fields)
        with api.one_release() as sitting:
            decision = sitting.decide(question)
            return wire.decide_answer(decision, question.request_id, sitting.keep() or "")

    def batch_decide(raw: bytes, call: Call) -> bytes:
        items, results = split_batch(raw), []
        with api.one_release() as sitting:
            for item in items:
                call.check_time()
                results.append(_item(item, sitting, defaults))
            return wire.batch_answer(results, sitting.keep() or "")

    of_memory = forgetful_endpoints() if memory is None else memory_endpoints(memory)
    return {"Decide": decide, "BatchDecide": batch_decide, **of_memory}


def rulebook_endpoints(api: RulebookApi, previews: PreviewApi | None = None) -> Mapping[str, Endpoint]:
    """Return the calls of the rulebook service; without a memory there is nothing to preview rules on."""

    def release(raw: bytes, _call: Call) -> bytes:
        wire.parsed(rulebook_service_pb2.GetReleaseRequest, raw)
        return rulebook_wire.release_answer(*api.release(), api.memory(), api.workers()).SerializeToString()

    def check(raw: bytes, _call: Call) -> bytes:
        request = wire.parsed(rulebook_service_pb2.CheckRulebookRequest, raw)
        found = api.check([(file.path, file.content) for file in request.files])
        return rulebook_wire.check_answer(found).SerializeToString()

    def reload(raw: bytes, _call: Call) -> bytes:
        wire.parsed(rulebook_service_pb2.ReloadReleaseRequest, raw)
        return rulebook_wire.reload_answer(*api.reload()).SerializeToString()

    def preview(raw: bytes, call: Call) -> bytes:
        request = wire.parsed(rulebook_service_pb2.PreviewRulebookRequest, raw)
        if previews is None:
            raise NoMemory("PreviewRulebook")
        most = request.max_accounts if request.HasField("max_accounts") else None
        found = previews.preview([(file.path, file.content) for file in request.files], most, call)
        return rulebook_wire.preview_answer(found).SerializeToString()

    return {
        "GetRelease": release,
        "CheckRulebook": check,
        "PreviewRulebook": preview,
        "ReloadRelease": reload,
    }


def add_endpoints(server: grpc.Server, service: str, endpoints: Mapping[str, Endpoint]) -> None:
    """Register the endpoints with bytes on both sides: the guard, and not grpc, decides what an unreadable body is."""
    handlers: dict[str, Handler] = {
        name: grpc.unary_unary_rpc_method_handler(endpoint) for name, endpoint in endpoints.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))


def _item(raw: bytes, sitting: Sitting, defaults: Options) -> wire.BatchItem:
    """Decide one request of a batch; what is wrong with it stays with it, what is wrong with us fails the batch."""
    try:
        question = wire.read_question(_within(raw, "an account"), defaults)
        return wire.BatchItem(question.request_id, sitting.decide(question), question.record)
    except TooLarge as error:
        return wire.BatchItem("", status_of(error))
    except (InputInvalid, BodyUnreadable) as error:
        return wire.BatchItem(wire.request_id_of(raw), status_of(error))


def _within(raw: bytes, what: str) -> bytes:
    if len(raw) > MOST_ACCOUNT_BYTES:
        raise TooLarge(what, MOST_ACCOUNT_BYTES)
    return raw
