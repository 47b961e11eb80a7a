"""YAML 1.2 → located nodes: every value with the line and column where it stands.

Only plain values come through: texts, numbers, true and false, lists, mappings with text keys. Anchors, aliases,
merge keys, tags, directives, a second document, null and numbers that are not finite are faults, and so is a file
that is too long, too deep or not UTF-8. The limits are checked while the events of the parser arrive, before
anything is built, so that hostile input costs as little as sound input.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from ruamel.yaml import events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from nextplay.rules.events import TooDeep, read_events
from nextplay.rules.fast_events import fast_events
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.rulebook import Place

LARGEST_FILE_BYTES: Final = 1 << 20
DEEPEST_NESTING: Final = 32
LONGEST_LINE: Final = 20_000
"""Characters: the parser slows down with the length of some tokens, and no hand writes such a line."""
MOST_LINES: Final = 20_000
MOST_NODES: Final = 30_000
"""Values in one file, keys included: some 250 rules. Lines and values bound the time that a file can cost."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value; `text` is how it was written, without quotes."""

    place: Place
    value: str | bool | int | float
    text: str


@dataclass(frozen=True, slots=True)
class ListNode:
    """Values in order."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping and its value."""

    key: str
    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """Entries in order; no key occurs twice."""

    place: Place
    entries: tuple[Entry, ...]

    def find(self, key: str) -> Node | None:
        """Return the value under `key`, or nothing."""
        return next((entry.value for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, slots=True)
class BrokenNode:
    """A value whose fault has been reported: whoever meets it says nothing more."""

    place: Place


Node = ScalarNode | ListNode | MapNode | BrokenNode


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` waits for its value."""

    place: Place
    mapping: bool
    flow: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: ScalarNode | BrokenNode | None = None


def read_rulebook_folder(folder: Path) -> dict[str, bytes]:
    """Read every YAML file of a rulebook: relative path with `/` → bytes, sorted.

    `schema/` and hidden files are left out. Raises `OSError` where a file cannot be read.
    """
    found = {}
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        relative = path.relative_to(folder)
        hidden = relative.parts[0] == "schema" or any(part.startswith(".") for part in relative.parts)
        if not hidden and path.is_file():
            with path.open("rb") as file:
                found[relative.as_posix()] = file.read(LARGEST_FILE_BYTES + 1)
    return found


def without_tests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that decide: tests say nothing of a decision, and are most of what there is to load."""
    return {path: raw for path, raw in files.items() if not path.startswith("tests/")}


def parse_source(path: str, raw: bytes, log: FaultLog) -> Node | None:
    """Turn the bytes of one file into its node; `None` where nothing could be read, which `log` then tells.

    Files without faults are remembered, so that a reload only parses what has changed.
    """
    try:
        node, own = _sound(path, raw)
    except _Faulty as faulty:
        node, own = faulty.node, faulty.log
    log.take(own)
    return node


@lru_cache(maxsize=256)
def _sound(path: str, raw: bytes) -> tuple[Node | None, FaultLog]:
    """Parse a file; raises `_Faulty`, which is not remembered, where it has a fault."""
    log = FaultLog()
    node = _parse(path, raw, log)
    if log.errors():
        raise _Faulty(node, log)
    return node, log


class _Faulty(Exception):
    """A file that has faults, with what could be read of it."""

    def __init__(self, node: Node | None, log: FaultLog) -> None:
        super().__init__()
        self.node = node
        self.log = log


def _parse(path: str, raw: bytes, log: FaultLog) -> Node | None:
    text = _decoded(path, raw, log)
    if text is None:
        return None
    if _is_unbounded(path, log.add_source(path, text), log):
        return None
    try:
        stream = fast_events(text, deepest=DEEPEST_NESTING, most=MOST_NODES)
        return _Builder(path, log).build(read_events(text, deepest=DEEPEST_NESTING) if stream is None else iter(stream))
    except TooDeep as error:
        place = Place(path, error.line, error.column)
        log.add(place, "nesting-too-deep", f"values may be nested {DEEPEST_NESTING} deep")
    except MarkedYAMLError as error:
        _report_syntax(path, error, log)
    except ReaderError as error:
        _report_character(path, text, error.position, log)
    except (YAMLError, ValueError, OverflowError):
        log.add(Place(path, 1, 1), "yaml-syntax", "this is no YAML")
    except _Stop:
        pass
    return None


_SPLIT: Final = "split it into several files"


class _Stop(Exception):
    """The rest of the file is not read; its fault is in the log already."""


def _decoded(path: str, raw: bytes, log: FaultLog) -> str | None:
    if len(raw) > LARGEST_FILE_BYTES:
        log.add(Place(path, 1, 1), "file-too-large", "a rule file may have 1 MiB", hint=_SPLIT)
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        log.add(Place(path, line, column), "not-utf8", "this byte is not UTF-8", hint="save the file as UTF-8")
        return None


def _is_unbounded(path: str, lines: Sequence[str], log: FaultLog) -> bool:
    if len(lines) > MOST_LINES:
        message = f"a rule file may have {MOST_LINES} lines"
        log.add(Place(path, MOST_LINES + 1, 1), "file-too-large", message, hint=_SPLIT)
        return True
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            message = f"a line may have {LONGEST_LINE} characters"
            log.add(Place(path, number, 1), "line-too-long", message, hint="break it")
            return True
    return False


_PROBLEM_HINTS: Final[Mapping[str, str]] = {
    "mapping values are not allowed here": "put a text that contains `: ` in quotes, or indent as the line above",
    "could not find expected ':'": "a key needs `: ` and a value after it",
    "found character '\\t' that cannot start any token": "indent with spaces, not with tabs",
    "found unexpected ':'": "put a text that contains `:` in quotes",
}
_INDENTED: Final = "mend the indentation: what belongs together begins in the same column"


def _report_syntax(path: str, error: MarkedYAMLError, log: FaultLog) -> None:
    mark = error.problem_mark or error.context_mark
    place = Place(path, mark.line + 1, mark.column + 1) if mark is not None else Place(path, 1, 1)
    problem = " ".join(str(error.problem or "this is no YAML").split())
    hint = _INDENTED if problem.startswith("expected <block end>, but found") else _PROBLEM_HINTS.get(problem, "")
    log.add(place, "yaml-syntax", shortened(problem, at_most=160), hint=hint)


def _report_character(path: str, text: str, position: int, log: FaultLog) -> None:
    before = text[:position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    log.add(Place(path, line, column), "bad-character", "control characters may not stand in a rule file")


_DOCUMENT_START: Final = (events.DocumentStartEvent, yaml.DocumentStartEvent)
_SCALAR: Final = (events.ScalarEvent, yaml.ScalarEvent)
_MAPPING_START: Final = (events.MappingStartEvent, yaml.MappingStartEvent)
_END: Final = (events.CollectionEndEvent, yaml.CollectionEndEvent)
_NODE_OR_END: Final = (events.NodeEvent, yaml.NodeEvent, *_END)
"""The events of the careful parser and of the fast one, which are alike but for their classes."""


class _Builder:
    """Builds nodes from events with a stack of its own: deep input cannot exhaust Python's."""

    def __init__(self, path: str, log: FaultLog) -> None:
        self._path = path
        self._log = log
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._nodes = 0
        self._documents = 0

    def build(self, stream: Iterator[Any]) -> Node | None:
        """Consume every event; an empty file is a fault of its own."""
        for event in stream:
            if isinstance(event, _DOCUMENT_START):
                self._start_document(event)
            elif isinstance(event, _NODE_OR_END):
                self._take(event)
        if self._root is None:
            self._log.add(Place(self._path, 1, 1), "empty-file", "this file holds nothing", hint="delete it or fill it")
        return self._root

    def _place(self, event: Any) -> Place:  # noqa: ANN401  ruamel.yaml's events are not typed
        return Place(self._path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _start_document(self, event: Any) -> None:  # noqa: ANN401  ruamel.yaml's events are not typed
        self._documents += 1
        if self._documents > 1:
            self._log.add(self._place(event), "second-document", "a rule file holds one document", hint="remove `---`")
            raise _Stop
        if event.version is not None or event.tags:
            self._log.add(Place(self._path, 1, 1), "directive", "directives may not be used", hint="remove `%` lines")

    def _take(self, event: Any) -> None:  # noqa: ANN401  ruamel.yaml's events are not typed
        if isinstance(event, _END):
            self._close()
            return
        self._nodes += 1
        place = self._place(event)
        if self._nodes > MOST_NODES:
            self._log.add(place, "file-too-large", f"a rule file may hold {MOST_NODES} values", hint=_SPLIT)
            raise _Stop
        if isinstance(event, events.AliasEvent):
            self._log.add(place, "alias", f"alias `*{shortened(str(event.anchor))}` may not be used", hint="repeat it")
            self._put(BrokenNode(place))
            return
        if event.anchor is not None:
            self._log.add(
                place, "anchor", f"anchor `&{shortened(str(event.anchor))}` may not be used", hint="remove it"
            )
        if event.tag is not None:
            self._log.add(place, "tag", f"tag `{shortened(str(event.tag))}` may not be used", hint="remove it")
        if isinstance(event, _SCALAR):
            self._put(self._scalar(place, event))
        else:
            mapping = isinstance(event, _MAPPING_START)
            self._open.append(_Open(place, mapping=mapping, flow=bool(event.flow_style)))

    def _close(self) -> None:
        done = self._open.pop()
        if done.mapping:
            self._put(MapNode(done.place, tuple(done.entries.values())))
        else:
            self._put(ListNode(done.place, tuple(done.items)))

    def _put(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        holder = self._open[-1]
        if not holder.mapping:
            holder.items.append(node)
        elif holder.key is None:
            holder.key = self._key(node)
        else:
            self._put_entry(holder, holder.key, node)
            holder.key = None

    def _key(self, node: Node) -> ScalarNode | BrokenNode:
        if isinstance(node, BrokenNode):
            return node
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            self._log.add(node.place, "key-not-text", "a key must be a text", hint="put it in quotes")
            return BrokenNode(node.place)
        if node.value == "<<":
            self._log.add(node.place, "merge-key", "merge key `<<` may not be used", hint="write the keys out")
            return BrokenNode(node.place)
        return node

    def _put_entry(self, holder: _Open, key: ScalarNode | BrokenNode, value: Node) -> None:
        if isinstance(key, BrokenNode):
            return
        name = str(key.value)
        if name in holder.entries:
            first = holder.entries[name].place.line
            message = f"key `{shortened(name)}` stands here twice; the first is on line {first}"
            self._log.add(key.place, "duplicate-key", message, hint="remove one of them")
            return
        holder.entries[name] = Entry(name, key.place, value)

    def _scalar(self, place: Place, event: Any) -> Node:  # noqa: ANN401  ruamel.yaml's events are not typed
        text: str = event.value
        if event.style or event.tag is not None:
            return self._text(place, text)
        value = resolve_plain(text)
        if value is None:
            self._report_null(place, text)
            return BrokenNode(place)
        if isinstance(value, float) and not math.isfinite(value):
            self._log.add(place, "not-finite", f"`{shortened(text)}` is not a finite number")
            return BrokenNode(place)
        return ScalarNode(place, value, text) if not isinstance(value, str) else self._text(place, text)

    def _report_null(self, place: Place, text: str) -> None:
        """Report a missing value; in `{en: One thing, and another}` it is a comma that cut the text."""
        key = self._open[-1].key if self._open and self._open[-1].flow else None
        if not text and isinstance(key, ScalarNode) and " " in key.text:
            message = f"`{shortened(key.text)}` was read as a key, because a comma stands before it"
            self._log.add(key.place, "unquoted-comma", message, hint="put a text that contains `, ` in quotes")
            self._open[-1].key = BrokenNode(key.place)
            return
        waiting = self._open[-1].key if self._open else None
        joined = _JOINED.fullmatch(waiting.text) if not text and isinstance(waiting, ScalarNode) else None
        if joined is not None and isinstance(waiting, ScalarNode):
            hint = f"put a blank after the colon: `{joined[1]}: {shortened(joined[2])}`"
            self._log.add(waiting.place, "null", f"`{shortened(waiting.text)}` has no value", hint=hint)
            self._open[-1].key = ScalarNode(waiting.place, joined[1], joined[1])
        elif not text and isinstance(waiting, ScalarNode):
            message = f"`{shortened(waiting.text)}` has no value"
            self._log.add(waiting.place, "null", message, hint="write a value or remove the key")
        else:
            self._log.add(place, "null", "null may not be used", hint="write a value, or leave it out")

    def _text(self, place: Place, text: str) -> Node:
        if not text.isprintable() and _CONTROL.search(text):
            self._log.add(place, "bad-character", "control characters may not stand in a text")
            return BrokenNode(place)
        return ScalarNode(place, text, text)


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_JOINED: Final = re.compile(r"([a-z_]{1,40}):(\S+)")
"""A key and its value that no blank parts: YAML reads both as the key."""
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_WHOLE: Final = 18


def resolve_plain(text: str) -> str | bool | int | float | None:
    """Resolve a plain scalar by the core schema of YAML 1.2 (section 10.3.2): `no` is a text, a date too.

    A whole number of more than 18 characters becomes a float, as in JSON readers; it may then be infinite.
    """
    if text in _NULL:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if text[0] not in "-+.0123456789":
        return text
    if len(text) <= _LONGEST_WHOLE and _WHOLE.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return math.inf if _NOT_FINITE.fullmatch(text) else text
