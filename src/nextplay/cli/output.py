"""Where output goes: findings to stdout, progress and complaints to stderr; no colours and no padding in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from nextplay.errors import NextplayError

_PIPE_WIDTH = 100
Item = TypeVar("Item")


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to write the findings.")]


def show(view: RenderableType) -> None:
    """Write a view to stdout: as the terminal can show it, or as bare lines without trailing blanks."""
    if sys.stdout.isatty():
        Console(highlight=False).print(view)
        return
    width = int(os.environ.get("COLUMNS") or _PIPE_WIDTH)
    console = Console(width=width, highlight=False, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(view)
    for line in capture.get().splitlines():
        say(line.rstrip())


def say(line: str) -> None:
    """Write one line of findings to stdout."""
    sys.stdout.write(f"{line}\n")


def say_json(document: Mapping[str, Any], *, pretty: bool = False) -> None:
    """Write one JSON document to stdout with sorted keys: on one line, or laid out for reading."""
    option = orjson.OPT_SORT_KEYS | (orjson.OPT_INDENT_2 if pretty else 0)
    say(orjson.dumps(document, option=option).decode())


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Open or write an output inside. Raises `NextplayError` where it cannot be written: which, and why."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        if isinstance(error, FileNotFoundError):
            there = path.parent.is_dir()
            reason = f"folder `{path.parent}` " + ("takes nothing new" if there else "is not there; make it first")
        raise NextplayError(f"cannot write `{path}`: {reason}") from None


def write_text(path: Path, text: str) -> None:
    """Write a whole file. Raises `NextplayError` where it cannot be written."""
    with writing(path):
        path.write_text(text, encoding="utf-8")


def counted(items: Iterable[Item], noun: str) -> Iterator[Item]:
    """Pass items through, counting them on stderr while somebody watches there and stdout goes elsewhere."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield from items
        return
    columns = (SpinnerColumn(), TextColumn(f"{{task.completed}} {noun}s"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield from progress.track(items, total=None)


def plural(count: int, noun: str) -> str:
    """Count things in words: `no faults`, `1 fault`, `2 faults`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def complain(text: str) -> None:
    """Write to stderr, where progress and complaints go."""
    sys.stderr.write(f"{text}\n")
