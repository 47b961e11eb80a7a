"""The contract in `protos/`, the Python generated from it, and our own values say the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

import nextplay.decision
import nextplay.snapshot
from nextplay._proto.nextplay.v1 import decision_pb2, snapshot_pb2
from nextplay.decision import Decision, Options
from nextplay.snapshot import CustomerSnapshot

ROOT = Path(__file__).parents[2]
PAIRS: dict[type, Descriptor] = {
    CustomerSnapshot: snapshot_pb2.CustomerSnapshot.DESCRIPTOR,
    Decision: decision_pb2.Decision.DESCRIPTOR,
    Options: decision_pb2.Options.DESCRIPTOR,
}
WIRE_ONLY = {"CustomerSnapshot.known_empty", "Options.record"}
"""Lists have no presence on the wire, so a field says which are known to be empty; and whether a decision is kept is
no part of it."""


def hints(kind: type) -> dict[str, Any]:
    """Return the types of a record's fields, also those that are imported for checkers only."""
    names = {"date": date, "datetime": datetime, "InputWarning": nextplay.snapshot.InputWarning}
    return get_type_hints(kind, globalns=vars(sys.modules[kind.__module__]) | names)


def members(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401  any type
    """Return the alternatives of a union, or the type itself."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def defaults_of(kind: Any) -> dict[str, bool]:  # noqa: ANN401  a dataclass or a class of named tuples
    """Return the fields of a dataclass or named tuple, and whether each may be left out."""
    if is_dataclass(kind):
        return {entry.name: entry.default is not MISSING for entry in fields(kind)}
    return {name: name in kind._field_defaults for name in kind._fields}


def record_in(hint: Any) -> type | None:  # noqa: ANN401  any type
    """Return the dataclass or named tuple that a field holds, alone, optionally, or in a tuple."""
    for member in members(hint):
        inner = get_args(member)[0] if get_origin(member) is tuple else member
        if isinstance(inner, type) and (is_dataclass(inner) or hasattr(inner, "_fields")):
            return inner
    return None


def paired(kind: type, descriptor: Descriptor) -> Iterator[tuple[type, Descriptor]]:
    """Yield every record below `kind` with the message of the same place."""
    yield kind, descriptor
    for name, hint in hints(kind).items():
        inner = record_in(hint)
        if inner is not None:
            message = descriptor.fields_by_name[name].message_type
            assert message is not None, f"{descriptor.name}.{name}"
            yield from paired(inner, message)


ALL_PAIRS = sorted(
    {pair[1].name: pair for kind, descriptor in PAIRS.items() for pair in paired(kind, descriptor)}.values(),
    key=lambda pair: pair[1].name,
)


@pytest.mark.parametrize(("kind", "message"), ALL_PAIRS, ids=[message.name for _, message in ALL_PAIRS])
def test_fields_are_the_same(kind: type, message: Descriptor) -> None:
    """Every field of a record is a field of its message, every other way round, and they have the same name."""
    ours = {f"{message.name}.{name}" for name in defaults_of(kind)}
    theirs = {f"{message.name}.{field.name}" for field in message.fields}
    assert kind.__name__ == message.name
    assert ours == theirs - WIRE_ONLY


@pytest.mark.parametrize(("kind", "message"), ALL_PAIRS, ids=[message.name for _, message in ALL_PAIRS])
def test_presence_is_the_same(kind: type, message: Descriptor) -> None:
    """What may be `None` in a record may be absent on the wire, and what may not is always there."""
    types_of = hints(kind)
    for name, has_default in defaults_of(kind).items():
        field = message.fields_by_name[name]
        absent_here = type(None) in members(types_of[name])
        if field.is_repeated or field.message_type is not None:
            continue  # messages always have presence; lists never: `known_empty` and the readers see to it
        required_number = not has_default and field.type != FieldDescriptor.TYPE_STRING
        if message.file.name.endswith("snapshot.proto") and required_number:
            assert field.has_presence, f"{field.full_name}: a required zero must be told from nothing"
        elif message.name == "Options" or field.full_name == "nextplay.v1.CustomerSnapshot.as_of":
            assert field.has_presence, f"{field.full_name}: the door fills in what is absent"
        else:
            assert field.has_presence == absent_here, field.full_name


def test_types_are_the_same() -> None:
    """Numbers, flags and texts of the records are numbers, flags and texts on the wire."""
    expected = {
        FieldDescriptor.TYPE_STRING: (str, date, datetime),
        FieldDescriptor.TYPE_BOOL: (bool,),
        FieldDescriptor.TYPE_DOUBLE: (float,),
        FieldDescriptor.TYPE_INT32: (int,),
    }
    for kind, message in ALL_PAIRS:
        types_of = hints(kind)
        for name in defaults_of(kind):
            field = message.fields_by_name[name]
            plain = [member for member in members(types_of[name]) if member in (str, bool, float, int, date, datetime)]
            if field.message_type is None and plain:
                assert all(member in expected[field.type] for member in plain), field.full_name


def test_generated_code_is_current(tmp_path: Path) -> None:
    """Generating again from `protos/` changes nothing in `nextplay/_proto`."""
    committed = ROOT / "src/nextplay/_proto"
    command = [str(ROOT / "scripts/generate_protos.sh"), str(tmp_path)]
    subprocess.run(command, check=True, env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable})
    generated = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.py*")}
    present = {
        path.relative_to(committed): path.read_bytes()
        for path in committed.rglob("*.py*")
        if "__pycache__" not in path.parts
    }
    assert generated == present


def test_buf_lint() -> None:
    """The contract keeps buf's standard rules, and every message, field and call has a comment."""
    buf = shutil.which("buf", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    assert buf is not None
    result = subprocess.run([buf, "lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
