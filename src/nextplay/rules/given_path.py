"""Paths into the customer of a test: `contract.seats`, `surveys[0].score`, `touchpoints[support].expectation`.

Nodes are never changed: what is put in or taken out gives new ones, in which everything else keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final, TypeGuard

from pydantic import TypeAdapter

from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.shape import Name
from nextplay.rules.source import Entry, ListNode, MapNode, Node, ScalarNode
from nextplay.snapshot import CustomerSnapshot

RELATIVE: Final = ("days_ago", "days_ahead")
_STEP: Final = re.compile(r"[^.\[\]]+")
_ROW: Final = re.compile(r"\[([^\]]*)\]")
_ANY: Final = "*"
_NOT_OF_TESTS: Final = ("account_id", "as_of")


@cache
def snapshot_paths() -> tuple[str, ...]:
    """Return the path of every field and group that a snapshot may have, sorted; `[]` is any row, `*` any name."""
    described = TypeAdapter(CustomerSnapshot).json_schema(ref_template="{model}")
    found = set(_paths(described, described["$defs"], ""))
    return tuple(sorted(path for path in found if path and path.split(".")[0] not in _NOT_OF_TESTS))


def _paths(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _paths(definitions[schema["$ref"]], definitions, path)
        return
    yield path
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _paths(choice, definitions, path)
    for key, field in schema.get("properties", {}).items():
        yield from _paths(field, definitions, f"{path}.{key}".lstrip("."))
    if isinstance(schema.get("items"), Mapping):
        yield from _paths(schema["items"], definitions, f"{path}[]")
    if isinstance(schema.get("additionalProperties"), Mapping) or schema.get("additionalProperties") is True:
        yield f"{path}.{_ANY}"


def steps_of(path: str) -> tuple[str, ...]:
    """Take a path apart: `surveys`, `0`, `score`."""
    return tuple(_STEP.findall(path))


def is_path(name: Name, log: FaultLog) -> bool:
    """Say whether a snapshot can have such a path; report one that it cannot."""
    rows = _ROW.findall(name.value)
    general = _ROW.sub("[]", name.value)
    group, dot, _ = general.partition(".")
    if general in snapshot_paths() or (dot and f"{group}.{_ANY}" in snapshot_paths()):
        return True
    known = [_with_rows(path, rows) for path in snapshot_paths() if _ANY not in path]
    message = f"a snapshot has no field `{shortened(name.value)}`"
    log.add_unknown(name.place, "unknown-path", message, name=name.value, known=known)
    return False


def _with_rows(path: str, rows: Sequence[str]) -> str:
    """Write the author's own rows into a general path."""
    for row in (*rows, *["0"] * path.count("[]")):
        path = path.replace("[]", f"[{row}]", 1)
    return path


def laid_over(base: MapNode, own: MapNode) -> MapNode:
    """Lay `own` over `base`: mappings merge, everything else replaces; a relative date is one value."""
    over = {entry.key: entry for entry in own.entries}
    kept = [_merged(entry, over.pop(entry.key)) if entry.key in over else entry for entry in base.entries]
    return MapNode(own.place, (*kept, *over.values()))


def _merged(base: Entry, own: Entry) -> Entry:
    if _is_group(base.value) and _is_group(own.value):
        return replace(own, value=laid_over(base.value, own.value))
    return own


def _is_group(node: Node | None) -> TypeGuard[MapNode]:
    return isinstance(node, MapNode) and not any(entry.key in RELATIVE for entry in node.entries)


def put(node: MapNode, name: Name, value: Node) -> MapNode | None:
    """Put a value at a path; groups on the way are made, and so is a row that is told by its name.

    `None` where the path leads to a row that is not there.
    """
    done = _put(node, steps_of(name.value), name, value)
    return done if isinstance(done, MapNode) else None


def _put(node: Node | None, steps: Sequence[str], name: Name, value: Node) -> Node | None:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, ListNode):
        return _put_in_row(node, steps, name, value)
    held = node.entries if _is_group(node) else ()
    under = next((entry.value for entry in held if entry.key == step), None)
    if under is None and rest and f"{step}[{rest[0]}]" in name.value:
        under = ListNode(name.place, ())
    below = _put(under, rest, name, value)
    if below is None:
        return None
    entry = Entry(step, name.place, below)
    place = name.place if node is None else node.place
    if any(one.key == step for one in held):
        return MapNode(place, tuple(entry if one.key == step else one for one in held))
    return MapNode(place, (*held, entry))


def _put_in_row(node: ListNode, steps: Sequence[str], name: Name, value: Node) -> Node | None:
    index = _row(node, steps[0])
    if index is None:
        if steps[0].isdigit():
            return None
        row = MapNode(name.place, (Entry("name", name.place, ScalarNode(name.place, steps[0], steps[0])),))
        added = _put(row, steps[1:], name, value)
        return None if added is None else ListNode(node.place, (*node.items, added))
    below = _put(node.items[index], steps[1:], name, value)
    return None if below is None else ListNode(node.place, (*node.items[:index], below, *node.items[index + 1 :]))


def without(node: Node, steps: Sequence[str]) -> Node | None:
    """Take out what stands at the end of the steps; `None` where nothing does."""
    step, rest = steps[0], steps[1:]
    if isinstance(node, ListNode):
        index = _row(node, step)
        if index is None:
            return None
        below = without(node.items[index], rest) if rest else None
        if rest and below is None:
            return None
        return ListNode(node.place, (*node.items[:index], *([below] if below else ()), *node.items[index + 1 :]))
    if not isinstance(node, MapNode) or all(entry.key != step for entry in node.entries):
        return None
    kept: list[Entry] = []
    for entry in node.entries:
        if entry.key != step:
            kept.append(entry)
        elif rest:
            below = without(entry.value, rest)
            if below is None:
                return None
            kept.append(replace(entry, value=below))
    return MapNode(node.place, tuple(kept))


def _row(node: ListNode, step: str) -> int | None:
    """Find a row by its number or its name."""
    if step.isdigit():
        return int(step) if int(step) < len(node.items) else None
    return next((index for index, item in enumerate(node.items) if _name_of(item) == step), None)


def _name_of(item: Node) -> object:
    name = item.find("name") if isinstance(item, MapNode) else None
    return name.value if isinstance(name, ScalarNode) else None
