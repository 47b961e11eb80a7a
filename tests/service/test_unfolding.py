"""Messages are unfolded by written-out functions; they say what the protobuf runtime says, field by field."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.service.unfolding import Unfolding

TEXTS = st.sampled_from(["", "a", "nps", "2026-03-02", "Żółć"])
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    int: st.sampled_from([0, 1, -1, 2**31 - 1]),
    float: st.sampled_from([0.0, -0.0, 1.5, float("inf")]),
    bool: st.booleans(),
    str: TEXTS,
}
UNKNOWN = b"\xf8\x3f\x01"  # field 1023, varint 1


def _filled(message: Message, data: st.DataObject) -> None:
    """Set some fields of a message, below it too, with zero, false and empty among the values."""
    for field in message.DESCRIPTOR.fields:
        if not data.draw(st.booleans()):
            continue
        place, inner = getattr(message, field.name), field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            _fill_map(place, inner.fields_by_name["value"].message_type is None, data)
        elif field.is_repeated:
            _fill_list(place, inner is None, data)
        elif inner is not None:
            place.SetInParent()
            _filled(place, data)
        else:
            setattr(message, field.name, data.draw(SCALARS[type(place)]))
    if data.draw(st.integers(0, 4)) == 0:
        message.MergeFromString(UNKNOWN)


def _fill_map(place: Any, texts: bool, data: st.DataObject) -> None:  # noqa: ANN401, FBT001  any map; a kind of map
    for key in data.draw(st.lists(TEXTS, max_size=2)):
        if texts:
            place[key] = data.draw(TEXTS)
        else:
            place[key].SetInParent()
            _filled(place[key], data)


def _fill_list(place: Any, texts: bool, data: st.DataObject) -> None:  # noqa: ANN401, FBT001  any list; a kind of list
    for _ in range(data.draw(st.integers(0, 2))):
        if texts:
            place.append(data.draw(TEXTS))
        else:
            _filled(place.add(), data)


def _plain(message: Message) -> tuple[dict[str, Any], int]:
    """Unfold by the runtime's own list of what is set."""
    found: dict[str, Any] = {}
    unknown = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            of = inner.fields_by_name["value"].message_type
            pairs = {key: (value[key], 0) if of is None else _plain(value[key]) for key in value}
            unknown += sum(count for _, count in pairs.values())
            found[field.name] = {
                key: item if of is None else next(iter(item.values()))
                for key, (item, _) in pairs.items()
                if item or of is None
            }
        elif inner is None:
            found[field.name] = list(value) if field.is_repeated else value
        else:
            rows = [_plain(row) for row in (value if field.is_repeated else [value])]
            unknown += sum(count for _, count in rows)
            documents = [document for document, _ in rows]
            found[field.name] = documents if field.is_repeated else documents[0]
    return found, unknown


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_was_written_out_says_what_the_runtime_says(data: st.DataObject) -> None:
    """Every field that is present arrives with its value, none that is absent, and what is unknown is counted."""
    request = pb.DecideRequest()
    _filled(request, data)
    arrived = pb.DecideRequest.FromString(request.SerializeToString())
    unfolding = Unfolding()
    assert (repr(unfolding.document(arrived)), unfolding.unknown_fields) == (
        repr(_plain(arrived)[0]),
        _plain(arrived)[1],
    )
    assert unfolding.violations == []
