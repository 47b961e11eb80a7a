"""Whatever stands in the files, the compiler gives a rulebook or faults with places, and the same ones each time."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.plain_nodes import plain

from nextplay.errors import Fault, RulebookInvalid
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.source import parse_source, read_rulebook_folder

FILES = read_rulebook_folder(Path(__file__).parent / "small")
FRAGMENTS = [
    "[]",
    "{}",
    "null",
    "~",
    "7",
    "-0.5",
    "true",
    '""',
    "x",
    "[[[[",
    "}",
    "{fact: support.open_p1}",
    "{param: silent_days}",
    "{by: profile.segment}",
    "{en: a, fr: b}",
    '"{support.open_p1} {"',
    "&a b",
    "*a",
    "!t x",
    "<<: {}",
    "- - -",
    ": ",
    "# ",
    "{days_ago: 3}",
    "2026-02-30",
    ".inf",
    "1e400",
    "\t",
    "\n",
    "\n  ",
    "|",
    ">",
    "é\U0001f600",
    "\\",
    "'",
    "all: silent",
    "{signal: silent}",
    "{not: {not: {not: silent}}}",
    "eq",
    "gte: 5",
    "as: cx",
    "undetermined",
    "x" * 300,
    "0" * 5000,
]


@st.composite
def _mutated(draw: st.DrawFn) -> dict[str, bytes]:
    """Replace, insert, cut and repeat pieces of one or more files; sometimes take a file away."""
    files = dict(FILES)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(FILES)))
        text = files.get(path, b"").decode("utf-8", "replace")
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 5, 30, 200]))
        kind = draw(st.sampled_from(["replace", "replace", "word", "repeat", "bytes", "remove"]))
        if kind == "remove":
            files.pop(path, None)
        elif kind == "bytes":
            files[path] = text[:start].encode() + draw(st.binary(max_size=8)) + text[start + length :].encode()
        elif kind == "repeat":
            files[path] = (text[: start + length] + text[start:]).encode()
        else:
            ends = [text.find(mark, start) for mark in " ,}]\n"] if kind == "word" else [start + length]
            end = min([place for place in ends if place >= 0], default=len(text))
            files[path] = (text[:start] + draw(st.sampled_from(FRAGMENTS)) + text[end:]).encode()
    return files


TREES = {path: plain(parse_source(path, raw, FaultLog())) for path, raw in FILES.items()}
PIECES: list[Any] = [
    [], {}, 7, -0.5, 1e300, True, "", "x", "silent", "silent_customer", "call_back", ["silent"],
    [["silent"]], [7], {"a": 1}, {"days_ago": 5}, {"days_ago": 5, "days_ahead": 1}, {"all": []}, "{", "2026-01-01",
    {"fact": "support.open_p1", "gte": 1}, {"fact": "support.open_p1"}, {"param": "silent_days"}, {"signal": "silent"},
    {"by": "profile.segment", "otherwise": 3}, {"en": "Text {support.open_p1}"}, {"fr": "Texte"},
    {"gap": "silent_customer", "as": "cx"}, {"gap": "early_adoption_stalled"},
]  # fmt: skip


@st.composite
def _reshaped(draw: st.DrawFn) -> dict[str, bytes]:
    """Replace, remove or add values at random places of the trees: the files stay YAML, their shape does not."""
    trees = copy.deepcopy(TREES)
    for _ in range(draw(st.integers(1, 5))):
        place = trees[draw(st.sampled_from(sorted(trees)))]
        for _ in range(draw(st.integers(0, 5))):
            held = place.values() if isinstance(place, dict) else place
            inner = [value for value in held if value and isinstance(value, dict | list)]
            place = draw(st.sampled_from(inner)) if inner else place
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        new = draw(st.sampled_from(["x", "when", "kind", "reading", "as", "by", "fact", "not"]))
        key = draw(st.sampled_from([*keys, new] if isinstance(place, dict) else keys or [0]))
        if draw(st.booleans()) and key in keys:
            del place[key]
        elif isinstance(place, dict) or keys:
            place[key] = copy.deepcopy(draw(st.sampled_from(PIECES)))
    return {path: json.dumps(tree, ensure_ascii=False).encode() for path, tree in trees.items()}


def _faults(files: Mapping[str, bytes]) -> tuple[Fault, ...]:
    try:
        return compile_rulebook(files).warnings
    except RulebookInvalid as error:
        return error.faults


@settings(max_examples=150, deadline=None)
@given(_mutated() | _reshaped())
def test_any_files_give_a_rulebook_or_faults_with_places(files: dict[str, bytes]) -> None:
    """Nothing but `RulebookInvalid` is raised; each fault stands in its file, once, and prints; twice is the same."""
    faults = _faults(files)
    assert len({(fault.path, fault.line, fault.column, fault.code, fault.message) for fault in faults}) == len(faults)
    for fault in faults:
        assert fault.line >= 1
        assert fault.column >= 1
        assert "\n" not in fault.message
        assert all(part.isprintable() for part in str(fault).split("\n"))
        if fault.path in files and fault.code not in ("not-utf8", "file-too-large"):
            text = files[fault.path].decode().replace("\r\n", "\n").replace("\r", "\n")
            lines = text.split("\n")
            assert fault.line <= len(lines)
            assert fault.column <= len(lines[fault.line - 1]) + 1
    assert _faults(files) == faults
