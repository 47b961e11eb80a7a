"""An explanation on the terminal: its page with colours, indented, wrapped beside its marks."""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from nextplay.authoring.explain.page import SIGNS, Line, Page
from nextplay.cli.rendering import plain

_STYLES: Final = {"": "", "true": "green", "false": "red", "unknown": "blue", "open": "yellow"}
_INDENT: Final = 2


def page_view(page: Page) -> RenderableType:
    """Lay out a page."""
    rows: list[RenderableType] = [Rule(Text(plain(page.title), style="bold"), align="left")]
    rows += [Text(plain(line)) for line in page.verdict]
    for section in page.sections:
        rows += [Text(), Text(plain(section.title), style="bold underline"), *map(_line, section.lines)]
    return Group(*rows)


def _line(line: Line) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    text = Text(plain(line.text))
    if line.note:
        text.append(f"  {plain(line.note)}", style="dim")
    if line.mark:
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(SIGNS[line.mark], style=_STYLES[line.mark]), text)
    else:
        grid.add_column(overflow="fold")
        grid.add_row(text)
    return Padding(grid, (0, 0, 0, _INDENT * (line.depth + 1)))
