"""YAML → located nodes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from nextplay.rules.events import read_events
from nextplay.rules.fast_events import fast_events
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.source import (
    LARGEST_FILE_BYTES,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    parse_source,
    read_rulebook_folder,
    resolve_plain,
)


def _codes(raw: bytes) -> list[str]:
    log = FaultLog()
    parse_source("file.yaml", raw, log)
    return [fault.code for fault in log.errors()]


def _scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _scalars(item)
    elif isinstance(node, MapNode):
        for entry in node.entries:
            yield from _scalars(entry.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("2026-03-02", "2026-03-02"),
        ("12:30:45", "12:30:45"),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".inf", math.inf),
        ("1e999", math.inf),
        ("9" * 400, math.inf),
        ("1234567890123456789", 1234567890123456789.0),
        ("~", None),
        ("Null", None),
        ("nUll", "nUll"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("a7", "a7"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """Plain scalars resolve as in YAML 1.2: neither `no` nor a date is anything but a text."""
    resolved = resolve_plain(text)
    assert resolved == value
    assert type(resolved) is type(value)


def test_every_scalar_stands_where_its_place_says(small_files: dict[str, bytes]) -> None:
    """The place of every scalar points at its first character, or at the quote before it."""
    for path, raw in small_files.items():
        node = parse_source(path, raw, FaultLog())
        assert node is not None
        lines = raw.decode().split("\n")
        for scalar in _scalars(node):
            rest = lines[scalar.place.line - 1][scalar.place.column - 1 :]
            assert rest.lstrip("\"'").startswith(scalar.text[:5])


_PIECES = st.sampled_from(
    [
        "a",
        "b c",
        ": ",
        ":",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "- ",
        "? ",
        "#",
        " # x",
        "&x ",
        "*x",
        "!t ",
        "|\n",
        ">-\n",
        "'",
        '"',
        "\n",
        "\n  ",
        "\r\n",
        "\t",
        " ",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "\\n",
        "\x85",
        "\u2028",
        "\ufeff",
        "é",
        "\\u12",
        "1",
    ]
)


def _theirs(text: str) -> list[tuple[object, ...]]:
    return [_key(event) for event in YAML(typ="safe", pure=True).parse(text)]


def _key(event: object) -> tuple[object, ...]:
    names = ("value", "anchor", "tag", "style", "flow_style", "implicit")
    marks = [(mark.line, mark.column) for mark in (getattr(event, "start_mark"), getattr(event, "end_mark"))]  # noqa: B009  ruamel.yaml's events are not typed
    return (type(event).__name__, *(str(getattr(event, name, None)) for name in names), *marks)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_events_are_those_of_ruamel_yaml(text: str) -> None:
    """The faster reading gives the same events at the same places, and the same errors at the same places."""
    try:
        expected: object = _theirs(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        expected = (type(error), getattr(error, "problem", ""), mark and (mark.line, mark.column))
    try:
        found: object = [_key(event) for event in read_events(text, deepest=100)]
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = (type(error), getattr(error, "problem", ""), mark and (mark.line, mark.column))
    assert found == expected


def test_events_of_rule_files_are_those_of_ruamel_yaml(small_files: dict[str, bytes]) -> None:
    """On whole rule files, too, the faster reading gives the same events at the same places."""
    for raw in small_files.values():
        assert [_key(event) for event in read_events(raw.decode(), deepest=32)] == _theirs(raw.decode())


def _in_common(event: object) -> tuple[object, ...]:
    """Name what both parsers' events tell: kind, value, style (none is plain), and where it begins."""
    mark = getattr(event, "start_mark")  # noqa: B009  neither parser's events are typed
    told = (str(getattr(event, name, None) or None) for name in ("value", "style", "flow_style"))
    return (type(event).__name__, *told, mark.line, mark.column)


def _nodes(events: Iterable[object]) -> list[tuple[object, ...]]:
    bounds = ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent")
    return [_in_common(event) for event in events if type(event).__name__ not in (*bounds, *_ENDS)]


_ENDS = ("SequenceEndEvent", "MappingEndEvent")


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_what_the_fast_parser_takes_it_reads_as_the_careful_one(text: str) -> None:
    """The C parser gives the same values at the same places, or leaves the file to the careful one."""
    fast = fast_events(text, deepest=100, most=1000)
    if fast is not None:
        assert _nodes(fast) == _nodes(read_events(text, deepest=100))


def test_the_shipped_rulebook_is_read_fast_and_alike() -> None:
    """Every shipped file goes the fast way, and comes out the same."""
    for file in sorted((Path(__file__).parents[2] / "rules").rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        fast = fast_events(text, deepest=32, most=200_000)
        assert fast is not None, file
        if "boundaries" not in file.name:
            assert _nodes(fast) == _nodes(read_events(text, deepest=32)), file


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1",
        "a: *x",
        "a: !t 1",
        "--- 1",
        "%YAML 1.2\n--- 1",
        "a:\t1",
        "a:",
        "[[[[1]]]]",
        "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
        "a: [",
    ],
)
def test_what_is_to_be_complained_about_is_left_to_the_careful_parser(text: str) -> None:
    """Anchors, aliases, tags, documents, tabs, depth, size and broken texts go the careful way."""
    assert fast_events(text, deepest=3, most=10) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[" * 30_000, "line-too-long"),
        (b"[" * 19_000, "nesting-too-deep"),
        (b"{a: " * 4_000, "nesting-too-deep"),
        (b"- " * 9_000 + b"a", "nesting-too-deep"),
        (b"? " * 9_000, "nesting-too-deep"),
        (b"\n".join(b" " * depth + b"a:" for depth in range(200)), "nesting-too-deep"),
        (b"a" * LARGEST_FILE_BYTES, "line-too-long"),
        (b"a" * (LARGEST_FILE_BYTES + 1), "file-too-large"),
        (b"\n" * LARGEST_FILE_BYTES, "file-too-large"),
        (b"- a\n" * 1_000, "none"),
        (b"[" + b"a,\n" * 1_000 + b"a,a]", "none"),
        (b"[" + b"a,a,\n" * 19_000 + b"a]", "file-too-large"),
        (b'"\\UFFFFFFFF"', "yaml-syntax"),
        (b'"\\ud800"', "bad-character"),
        (b"\xff\xfe", "not-utf8"),
        ("a: b".encode("utf-16"), "not-utf8"),
        (b"a: \x00", "bad-character"),
        (b"&a " * 6_000, "yaml-syntax"),
        (b"!" + b"a" * 19_000 + b" x", "tag"),
        (b"%TAG !a! b\n" * 19_000, "yaml-syntax"),
        (b"---\n" * 19_000, "second-document"),
    ],
)
def test_hostile_files_are_refused_for_what_they_are(raw: bytes, code: str) -> None:
    """Depth, length and number are checked before anything is built; nothing but a fault comes out."""
    codes = _codes(raw)
    assert code in codes if code != "none" else codes == []


def test_a_folder_is_read_without_schema_and_hidden_files(tmp_path: Path) -> None:
    """Rule files are read with their relative paths; schema, hidden files and other kinds are not."""
    for name in ("rulebook.yaml", "signals/a.yaml", "signals/b.yml", "schema/x.yaml", ".git/y.yaml", "signals/.z.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "README.md").write_bytes(b"not a rule file")
    (tmp_path / "gaps.yaml").mkdir()
    assert read_rulebook_folder(tmp_path) == {
        "rulebook.yaml": b"rulebook.yaml",
        "signals/a.yaml": b"signals/a.yaml",
        "signals/b.yml": b"signals/b.yml",
    }


def test_a_file_that_was_sound_is_remembered_and_one_that_was_not_says_so_again() -> None:
    """Reading the same bytes twice gives the same node, and the same faults."""
    assert parse_source("a.yaml", b"a: 1", FaultLog()) is parse_source("a.yaml", b"a: 1", FaultLog())
    assert _codes(b"a: 1\na: 2") == _codes(b"a: 1\na: 2") == ["duplicate-key"]
