"""The page that an explanation becomes: titles, lines and marks, the same for terminal, plain text and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from nextplay.rules.condition import Truth

Mark = Literal["", "true", "false", "unknown", "open"]
"""What stands before a line: its truth, or `open` for what has to be looked at."""
SIGNS: Final = {
    "": "",
    "true": "\N{CHECK MARK}",
    "false": "\N{BALLOT X}",
    "unknown": "?",
    "open": "\N{RIGHTWARDS ARROW}",
}
_INDENT: Final = "  "
_BESIDE: Final = " \N{MIDDLE DOT} "


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `depth` from 0 is its indentation, `note` what is said with less weight behind it."""

    text: str
    depth: int = 0
    mark: Mark = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole explanation: what it is about, the answer in sentences, and the reasons."""

    title: str
    verdict: tuple[str, ...]
    sections: tuple[Section, ...]


def mark_of(truth: Truth) -> Mark:
    """Return the mark for a truth."""
    return "unknown" if truth is None else "true" if truth else "false"


def page_text(page: Page) -> str:
    """Write the page as plain text, one line each, without wrapping."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield page.title
    yield from page.verdict
    for section in page.sections:
        yield ""
        yield section.title
        for line in section.lines:
            sign = f"{SIGNS[line.mark]} " if line.mark else ""
            note = f"{_BESIDE}{line.note}" if line.note else ""
            yield f"{_INDENT * (line.depth + 1)}{sign}{line.text}{note}"
