"""Requests become the raw snapshot that every door delivers; nothing is lost, invented or unbounded on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nextplay._proto.nextplay.v1 import decision_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.snapshot_pb2 import AttributeValue, CustomerSnapshot, Survey
from nextplay.decision import Options
from nextplay.errors import InputInvalid
from nextplay.service.refusal import BodyUnreadable
from nextplay.service.unfolding import MOST_ROWS
from nextplay.service.wire import read_question, request_id_of, snapshot_message
from nextplay.snapshot import KNOWN_EMPTY, read_snapshot

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "snapshots").glob("*.json"))
DEFAULTS = Options(locale="pt-BR")


def request(snapshot: CustomerSnapshot | None = None, **fields: Any) -> bytes:  # noqa: ANN401  fields of the request
    """Return the bytes of a request, for an account of which only the id is known unless one is given."""
    account = snapshot if snapshot is not None else CustomerSnapshot(account_id="acc")
    return pb.DecideRequest(snapshot=account, **fields).SerializeToString()


def paths(raw: bytes) -> list[str]:
    """Return the paths of everything that is wrong with a request."""
    with pytest.raises(InputInvalid) as refused:
        read_question(raw, DEFAULTS)
    return [violation.path for violation in refused.value.violations]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_json_and_wire_give_the_same_snapshot(path: Path) -> None:
    """A snapshot sent as a message is the snapshot that its JSON is, known-empty lists included."""
    document = json.loads(path.read_text())
    question = read_question(request(snapshot_message(document)), DEFAULTS)
    assert read_snapshot(question.document) == read_snapshot(document)
    assert question.unknown_fields == 0


def test_zero_false_and_empty_are_kept_apart_from_absent() -> None:
    """What was sent as zero, false or known to be empty arrives so; what was not sent does not arrive."""
    document = {
        "account_id": "acc",
        "contract": {"auto_renew": False, "seats": 0, "annual_value": {"amount": 0.0, "currency_code": "EUR"}},
        "usage": {"volume_28d": 0.0},
        "objectives": [],
        "attributes": {"flag": False, "number": 0.0, "text": "", "null": None},
    }
    arrived = read_question(request(snapshot_message(document)), DEFAULTS).document
    assert arrived == {
        "account_id": "acc",
        "contract": {"auto_renew": False, "seats": 0, "annual_value": {"amount": 0.0, "currency_code": "EUR"}},
        "usage": {"volume_28d": 0.0},
        "known_empty": ["objectives"],
        "attributes": {"flag": False, "number": 0.0, "text": ""},
    }


def test_all_known_empty_lists() -> None:
    """Every list that may be known to be empty has a field in the contract."""
    document: dict[str, Any] = {"account_id": "acc"} | {name: [] for name in KNOWN_EMPTY}
    assert list(snapshot_message(document).known_empty) == list(KNOWN_EMPTY)


def test_attribute_without_a_value_is_absent() -> None:
    """A custom field whose value has no case set is unknown."""
    message = CustomerSnapshot(account_id="acc")
    message.attributes["nothing"].SetInParent()
    assert read_question(request(message), DEFAULTS).document["attributes"] == {}


def test_options() -> None:
    """Options that were sent hold; absent ones take the defaults of the server."""
    sent = decision_pb2.Options(max_actions=0, explanation="full", strict=True)
    question = read_question(request(options=sent, request_id="r-1"), DEFAULTS)
    assert question.options == Options(locale="pt-BR", max_actions=0, explanation="full", strict=True)
    assert question.request_id == "r-1"
    assert read_question(request(), DEFAULTS).options == DEFAULTS


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"explanation": "verbose"}, "options.explanation"),
        ({"max_actions": -1}, "options.max_actions"),
        ({"max_actions": 21}, "options.max_actions"),
        ({"locale": ""}, "options.locale"),
        ({"locale": "x" * 36}, "options.locale"),
    ],
)
def test_bad_options(options: dict[str, Any], path: str) -> None:
    """An option beyond its range is refused by its path."""
    assert paths(request(options=decision_pb2.Options(**options))) == [path]


def test_missing_snapshot_and_long_request_id() -> None:
    """Every mistake around the snapshot is told at once."""
    assert paths(pb.DecideRequest(request_id="x" * 201).SerializeToString()) == ["request_id", "snapshot"]


@pytest.mark.parametrize(
    ("snapshot", "path"),
    [
        (CustomerSnapshot(surveys=[Survey()] * (MOST_ROWS + 1)), "snapshot.surveys"),
        (CustomerSnapshot(known_empty=["surveys"] * (MOST_ROWS + 1)), "snapshot.known_empty"),
        (CustomerSnapshot(surveys=[Survey(drivers=["fit"] * (MOST_ROWS + 1))]), "snapshot.surveys.drivers"),
        (CustomerSnapshot(team={str(n): "p" for n in range(MOST_ROWS + 1)}), "snapshot.team"),
        (CustomerSnapshot(attributes={str(n): AttributeValue() for n in range(MOST_ROWS + 1)}), "snapshot.attributes"),
    ],
)
def test_long_lists_are_not_unfolded(snapshot: CustomerSnapshot, path: str) -> None:
    """A list or map longer than any may be is refused before its rows cost anything."""
    assert paths(request(snapshot)) == [path]


def test_unknown_fields_are_counted() -> None:
    """Fields of a newer contract are ignored and counted, at every depth."""
    unknown = b"\xf8\x3f\x01"  # field 1023, varint 1
    survey = Survey(kind="nps").SerializeToString() + unknown
    snapshot = CustomerSnapshot(account_id="acc").SerializeToString() + unknown
    snapshot += b"\x4a" + bytes([len(survey)]) + survey
    raw = b"\x0a" + bytes([len(snapshot)]) + snapshot + unknown
    question = read_question(raw, DEFAULTS)
    assert question.unknown_fields == 3
    assert question.document == {"account_id": "acc", "surveys": [{"kind": "nps"}]}


@pytest.mark.parametrize("raw", [b"\xff\xff", b"\x0a\x05ab", b"\x12\x02\xff\xfe"], ids=["tag", "cut", "utf8"])
def test_unreadable(raw: bytes) -> None:
    """Bytes that are no message are refused without the parser's words."""
    with pytest.raises(BodyUnreadable):
        read_question(raw, DEFAULTS)
    assert request_id_of(raw) == ""
