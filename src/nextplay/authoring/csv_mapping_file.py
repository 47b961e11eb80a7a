"""Reading a mapping file: YAML with positions, every mistake at once, each with its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nextplay.authoring.csv_errors import MappingInvalid
from nextplay.authoring.csv_mapping import CsvMapping, mapping_mistakes
from nextplay.authoring.csv_source import Location, Mistake
from nextplay.errors import Fault

_MAX_BYTES: Final = 1_048_576


def read_mapping(path: Path, *, folder: Path | None = None) -> CsvMapping:
    """Read and check a mapping file; the paths that it names lie in `folder`, or beside it.

    Raises `MappingInvalid` with every mistake, each with its line, and `FileNotFoundError` where there is no file.
    """
    text = _text(path)
    tree = _tree(path, text)
    try:
        mapping = CsvMapping.model_validate(_plain(tree))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        mistakes = [Mistake(problem["loc"], "mapping-format", _remedy(problem)) for problem in problems]
    else:
        mistakes = mapping_mistakes(mapping)
        if not mistakes:
            return mapping.beside(path.parent if folder is None else folder)
    lines = text.splitlines()
    raise MappingInvalid([_fault(path, lines, tree, mistake) for mistake in mistakes])


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise MappingInvalid([Fault(str(path), 1, 1, "mapping-file", f"cannot be read: {error.strerror}")]) from error
    if len(content) > _MAX_BYTES:
        raise MappingInvalid([Fault(str(path), 1, 1, "mapping-file", "is over 1 MiB; a mapping has one line a field")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MappingInvalid([Fault(str(path), line, 1, "mapping-file", "is not UTF-8; save it as UTF-8")]) from error


class _DatesAsText(RoundTripConstructor):
    """Leaves dates as they were written: what they mean is the field's business."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda _constructor, node: node.value)


def _tree(path: Path, text: str) -> object:
    yaml = YAML(typ="rt")
    yaml.Constructor = _DatesAsText
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = (error.problem or "is not YAML").splitlines()[0]
        raise MappingInvalid([Fault(str(path), line, column, "mapping-yaml", message)]) from error
    except (YAMLError, RecursionError) as error:
        raise MappingInvalid([Fault(str(path), 1, 1, "mapping-yaml", "is not YAML")]) from error


def _plain(node: object) -> object:
    """Turn the located tree into plain values."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node


def _remedy(problem: Any) -> str:  # noqa: ANN401  pydantic's error details
    name = problem["loc"][-1] if problem["loc"] else "mapping"
    if problem["type"] == "missing":
        return f"`{name}` is missing"
    if problem["type"] == "extra_forbidden":
        return f"`{name}` is no key of a mapping"
    message = str(problem["msg"])
    return f"`{name}`: {message[:1].lower()}{message[1:]}"


def _fault(path: Path, lines: list[str], tree: object, mistake: Mistake) -> Fault:
    line, column = _place(tree, mistake.location)
    excerpt = lines[line - 1] if line <= len(lines) else ""
    return Fault(str(path), line, column, mistake.code, mistake.message, mistake.hint, excerpt)


def _place(tree: object, location: Location) -> tuple[int, int]:
    """Find the deepest key of `location` that stands in the file; lines and columns count from 1."""
    line, column = 1, 1
    node = tree
    for key in location:
        if not isinstance(node, CommentedBase) or not isinstance(node, Mapping | list):
            break
        try:
            found = node.lc.key(key) if isinstance(node, Mapping) else node.lc.item(key)
            node = node[key]  # type: ignore[index]  # a mapping takes the key, a list the index
        except (KeyError, IndexError, TypeError):
            break
        line, column = found[0] + 1, found[1] + 1
    return line, column
