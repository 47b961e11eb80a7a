"""A batch is split as the protobuf runtime would, and never costs more than its size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.errors import InputInvalid
from nextplay.service.framing import MOST_ITEMS, split_batch
from nextplay.service.refusal import BodyUnreadable


@given(st.lists(st.text(max_size=300), min_size=1, max_size=MOST_ITEMS))
def test_items_are_those_of_the_runtime(ids: list[str]) -> None:
    """Every request of a batch comes out with its own bytes, in order."""
    items = [pb.DecideRequest(request_id=one) for one in ids]
    assert split_batch(pb.BatchDecideRequest(requests=items).SerializeToString()) == [
        item.SerializeToString() for item in items
    ]


@given(st.binary(max_size=200))
def test_random_bytes(raw: bytes) -> None:
    """Whatever the bytes, they are split or refused; nothing else is raised."""
    try:
        items = split_batch(raw)
    except (BodyUnreadable, InputInvalid):
        return
    assert sum(map(len, items)) <= len(raw)


@pytest.mark.parametrize("count", [0, MOST_ITEMS + 1])
def test_number_of_items(count: int) -> None:
    """None and more than a hundred requests are refused by the path of the list."""
    batch = pb.BatchDecideRequest(requests=[pb.DecideRequest()] * count)
    with pytest.raises(InputInvalid) as refused:
        split_batch(batch.SerializeToString())
    assert [violation.path for violation in refused.value.violations] == ["requests"]


def test_unknown_fields_are_skipped() -> None:
    """Fields of every wire type that a newer contract may add do not hide the requests."""
    newer = b"\x10\x01" + b"\x19" + bytes(8) + b"\x25" + bytes(4) + b"\x2a\x03abc"
    assert split_batch(newer + b"\x0a\x00" + newer) == [b""]


@pytest.mark.parametrize("raw", [b"\x0a", b"\x0a\x05ab", b"\x0b", b"\xff" * 11, b"\x10\x80"])
def test_broken_frames(raw: bytes) -> None:
    """A cut or impossible frame is unreadable."""
    with pytest.raises(BodyUnreadable):
        split_batch(raw)


def test_too_many_fields() -> None:
    """A body of nothing but tiny unknown fields is refused after a thousand of them."""
    with pytest.raises(BodyUnreadable):
        split_batch(b"\x10\x01" * 100_000)
