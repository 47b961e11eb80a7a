"""Every answer of the decision service, through the stub, from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from tests.service.asking import DECIDE, STUCK, byte_call, question, raw_call, refusal_in, refused, stub
from tests.service.conftest import Running, copied_folders, running

from nextplay._proto.nextplay.v1 import decision_pb2, snapshot_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.canonical import decision_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.release import load_release
from nextplay.service.endpoints import MOST_ACCOUNT_BYTES, MOST_BATCH_BYTES
from nextplay.service.wire import decision_document as received_document
from nextplay.snapshot import read_snapshot

OSTRICH = "ostrich-7731"


def test_answer_is_the_decider_s(shared: Running) -> None:
    """The decision over the wire is the decision in process, value for value."""
    release = load_release(shared.folders.rules, shared.folders.models)
    expected = Decider(release).decide(read_snapshot(STUCK), options=Options(locale="pt-BR", explanation="full"))
    release.close()
    sent = decision_pb2.Options(locale="pt-BR", explanation="full")
    answer = stub(shared.channel).Decide(question(options=sent))
    assert received_document(answer.decision) == decision_document(expected)
    assert answer.decision.actions
    assert answer.decision.trace


def test_same_question_same_bytes(shared: Running) -> None:
    """The same question twice is the same decision, byte for byte; only the id of the call differs."""
    call = raw_call(shared.channel)
    first, second = (call(question(request_id=name).SerializeToString()) for name in ("r-1", "r-2"))
    assert first.replace(b"r-1", b"r-2") == second


def test_request_id_is_returned_and_no_part_of_the_decision(shared: Running) -> None:
    """The caller's id comes back; the decision is the same with and without."""
    with_id = stub(shared.channel).Decide(question(request_id="r-77"))
    without = stub(shared.channel).Decide(question())
    assert (with_id.request_id, without.request_id) == ("r-77", "")
    assert with_id.decision == without.decision


def test_absent_instant_is_filled_in(shared: Running) -> None:
    """Without `as_of` the server takes the present whole second in UTC, and says so in the answer."""
    document = {name: value for name, value in STUCK.items() if name != "as_of"}
    before = datetime.now(UTC).replace(microsecond=0)
    answer = stub(shared.channel).Decide(question(document))
    taken = datetime.fromisoformat(answer.decision.as_of)
    assert before <= taken <= before + timedelta(seconds=60)
    assert taken.microsecond == 0
    assert answer.decision.as_of.endswith("Z")


def test_unseen_word_is_a_warning_and_strict_refuses_it(shared: Running) -> None:
    """A word that this version does not know counts as unknown; `strict` refuses it by its path."""
    document = STUCK | {"journey_stage": OSTRICH}
    answer = stub(shared.channel).Decide(question(document))
    assert [warning.path for warning in answer.decision.input_warnings] == ["journey_stage"]
    strict = refused(lambda: stub(shared.channel).Decide(question(document, options=decision_pb2.Options(strict=True))))
    assert (strict.code, strict.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")
    assert strict.paths == ["snapshot.journey_stage"]
    assert OSTRICH.encode() not in strict.raw


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"account_id": ""}, "snapshot.account_id"),
        ({"as_of": OSTRICH}, "snapshot.as_of"),
        ({"as_of": "2026-03-02T09:00:00"}, "snapshot.as_of"),
        ({"contract": {"renewal_on": f"2026-13-{OSTRICH}"}}, "snapshot.contract.renewal_on"),
        ({"contract": {"annual_value": {"amount": 5}}}, "snapshot.contract.annual_value.currency_code"),
        ({"usage": {"volume_28d": "NaN"}}, "snapshot.usage.volume_28d"),
        ({"usage": {"volume_28d": "Infinity"}}, "snapshot.usage.volume_28d"),
        ({"usage": {"active_users_28d": -3}}, "snapshot.usage.active_users_28d"),
        ({"attributes": {"logins_7d": "NaN"}}, "snapshot.attributes.logins_7d"),
        ({"surveys": [{}, {"kind": "nps", "scale": "nps_0_10", "score": 11}]}, "snapshot.surveys[1].score"),
        ({"known_empty": [OSTRICH]}, "snapshot.known_empty[0]"),
        ({"known_empty": ["objectives"]}, "snapshot.known_empty[0]"),
        ({"history": [{"kind": "accepted"}]}, "snapshot.history[0].at"),
        ({"events": [{}] * 201}, "snapshot.events"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_values_are_refused_by_path(shared: Running, changes: dict[str, Any], path: str) -> None:
    """What is wrong with a snapshot is told by the path of the field, and no value comes back."""
    attributes = changes.pop("attributes", None)
    request = question(STUCK | changes)
    if attributes:
        request.snapshot.attributes["logins_7d"].number = float("nan")
    answer = refused(lambda: stub(shared.channel).Decide(request))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")
    assert answer.paths == [path]
    assert path in answer.message
    assert OSTRICH.encode() not in answer.raw


def test_many_violations_arrive(shared: Running) -> None:
    """Two hundred wrong rows give twenty lines and a count, in one answer that arrives."""
    request = question(STUCK | {"surveys": [{"score": -1}] * 200})
    for _ in range(20):
        answer = refused(lambda: stub(shared.channel).Decide(request))
        assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
        assert len(answer.violations) == 20
        assert answer.violations[-1] == ("", "and 181 more")


@pytest.mark.parametrize(
    "raw", [b"\xff", b"\x0a\x7f", b"\x0a\x02\x0a\xff", b"\x0b"], ids=["tag", "cut", "nested", "group"]
)
def test_unreadable_body(shared: Running, raw: bytes) -> None:
    """Bytes that are no request are INVALID_ARGUMENT, and not UNKNOWN with the parser's words."""
    answer = refused(lambda: raw_call(shared.channel)(raw))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BODY_UNREADABLE")


def test_large_account(shared: Running) -> None:
    """More than 256 KiB for one account is refused with the limit."""
    answer = refused(lambda: raw_call(shared.channel)(bytes(MOST_ACCOUNT_BYTES + 1)))
    assert (answer.code, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_LARGE")
    assert str(MOST_ACCOUNT_BYTES) in answer.message


@pytest.mark.parametrize("size", [5 << 20, MOST_BATCH_BYTES + (1 << 20)])
def test_five_megabytes(shared: Running, size: int) -> None:
    """A message of megabytes is refused, whichever limit it meets, and the server goes on."""
    answer = refused(lambda: raw_call(shared.channel)(bytes(size)))
    assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stub(shared.channel).Decide(question()).decision.decision_id


def test_compressed_bomb(shared: Running) -> None:
    """A small compressed body that unfolds to many megabytes is refused."""
    call = byte_call(shared.channel)
    answer = refused(lambda: call(bytes(64 << 20), compression=grpc.Compression.Gzip, timeout=30))
    assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stub(shared.channel).Decide(question()).decision.decision_id


def test_empty_messages_by_the_thousand(shared: Running) -> None:
    """A small body of nothing but empty rows is refused by the path of its list."""
    snapshot = snapshot_pb2.CustomerSnapshot(account_id="a").SerializeToString() + b"\x4a\x00" * 100_000
    raw = (
        b"\x0a" + bytes([len(snapshot) & 0x7F | 0x80, len(snapshot) >> 7 & 0x7F | 0x80, len(snapshot) >> 14]) + snapshot
    )
    answer = refused(lambda: raw_call(shared.channel)(raw))
    assert answer.paths == ["snapshot.surveys"]


def test_unknown_fields_are_counted_in_the_trailers(shared: Running) -> None:
    """Fields of a newer contract do not fail the call, and the caller learns how many were not understood."""
    call = byte_call(shared.channel)
    _, done = call.with_call(question().SerializeToString() + b"\xf8\x3f\x01\xf8\x3f\x02", timeout=30)
    assert ("nextplay-unknown-fields", "2") in [tuple(pair) for pair in done.trailing_metadata() or ()]
    _, done = call.with_call(question().SerializeToString(), timeout=30)
    assert "nextplay-unknown-fields" not in dict(done.trailing_metadata() or ())


def test_batch(shared: Running) -> None:
    """Each account of a batch has its own status; one bad snapshot does not fail the others."""
    requests = [
        question(request_id="r-0"),
        question({"account_id": "b", "usage": {"active_users_28d": -1}}, request_id="r-1"),
        pb.DecideRequest(request_id="r-2"),
        question(STUCK | {"account_id": "c"}, request_id="r-3"),
    ]
    results = stub(shared.channel).BatchDecide(pb.BatchDecideRequest(requests=requests)).results
    assert [result.request_id for result in results] == ["r-0", "r-1", "r-2", "r-3"]
    assert [result.status.code for result in results] == [0, 3, 3, 0]
    assert [result.HasField("decision") for result in results] == [True, False, False, True]
    assert results[0].decision == stub(shared.channel).Decide(requests[0]).decision
    assert refusal_in(results[1].status, grpc.StatusCode.INVALID_ARGUMENT).paths == ["snapshot.usage.active_users_28d"]


def test_batch_items_are_measured_and_read_one_by_one(shared: Running) -> None:
    """A request of a batch that is too large or unreadable fails alone."""
    good = question().SerializeToString()
    items = [good, b"\x0a\x7f", b"\x12\x84\x80\x10" + bytes(MOST_ACCOUNT_BYTES + 4)]
    raw = b"".join(b"\x0a" + _varint(len(item)) + item for item in items)
    answer = pb.BatchDecideResponse.FromString(raw_call(shared.channel, DECIDE.replace("Decide", "BatchDecide"))(raw))
    assert [result.status.code for result in answer.results] == [0, 3, 8]


@pytest.mark.parametrize("count", [0, 101])
def test_batch_limits(shared: Running, count: int) -> None:
    """An empty batch and one of more than a hundred are refused whole."""
    batch = pb.BatchDecideRequest(requests=[question()] * count)
    assert refused(lambda: stub(shared.channel).BatchDecide(batch)).paths == ["requests"]


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one server that remembers nothing."""
    with running(copied_folders(tmp_path_factory.mktemp("forgetful")), store="none") as service:
        yield service


@pytest.mark.parametrize(
    "method",
    sorted(set(pb.DESCRIPTOR.services_by_name["DecisionService"].methods_by_name) - {"Decide", "BatchDecide"}),
)
def test_calls_that_need_a_store(forgetful: Running, method: str) -> None:
    """Calls of the contract that need a memory say that this server keeps none, whatever is sent."""
    kind: type[Message] = getattr(pb, f"{method}Request")
    answer = refused(lambda: getattr(stub(forgetful.channel), method)(kind()))
    assert (answer.code, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "NO_MEMORY")
    assert method in answer.message


@pytest.mark.parametrize("method", ["/nextplay.v1.DecisionService/Divine", "/no.such.Service/Call"])
def test_unknown_methods(shared: Running, method: str) -> None:
    """A method that no service has is UNIMPLEMENTED with its details like every other refusal."""
    answer = refused(lambda: raw_call(shared.channel, method)(b""))
    assert (answer.code, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_UNKNOWN")


def test_log_has_no_customer_data(shared: Running) -> None:
    """One line for a decision, with its ids, codes and duration, and nothing of the snapshot."""
    document = STUCK | {"account_id": OSTRICH, "profile": {"name": OSTRICH, "segment": "smb"}, "team": {"csm": OSTRICH}}
    before = len(shared.events("decided"))
    answer = stub(shared.channel).Decide(question(document, request_id="r-9"))
    lines = shared.events("decided")[before:]
    assert [line["decision_id"] for line in lines] == [answer.decision.decision_id]
    assert set(lines[0]) == {
        "event", "level", "timestamp", "decision_id", "release", "diagnosis", "gaps", "actions", "input_warnings",
        "unknown_fields", "duration_us",
    }  # fmt: skip
    assert OSTRICH.encode() not in shared.log.getvalue()


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])
