"""Tables of findings: names on the left, numbers on the right, a small bar where a share is easier seen than read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nextplay.cli.rendering import plain

Cell = str | Text
_BAR_CELLS: Final = 12
_EIGHTHS: Final = "▏▎▍▌▋▊▉"


def heading(title: str, note: str) -> Iterator[RenderableType]:
    """Open a section: a blank line, its title, and beside it what it counts."""
    yield Text()
    text = Text(title, style="bold underline")
    if note:
        text.append(f"  {note}", style="not bold not underline dim")
    yield text


def aligned(
    titles: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    left: int = 1,
    text_last: bool = False,
    numbers: Collection[int] | None = None,
) -> RenderableType:
    """Lay out rows: the first `left` columns are names, the others numbers, the last perhaps words again.

    `numbers` names the columns of numbers where these stand elsewhere.
    """
    if numbers is None:
        numbers = range(left, len(titles) - text_last)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, title in enumerate(titles):
        number = place in numbers
        table.add_column(title, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return Padding(table, (0, 0, 0, 2))


def bar(share: float) -> Text:
    """Draw a share (0..1) as a bar of twelve cells."""
    eighths = round(min(share, 1.0) * _BAR_CELLS * 8)
    whole, rest = divmod(eighths, 8)
    return Text(("█" * whole + (_EIGHTHS[rest - 1] if rest else "")).ljust(_BAR_CELLS), style="blue")


def more(count: int, limit: int | None) -> Iterator[RenderableType]:
    """Say how many rows are not shown."""
    if limit is not None and count > limit:
        yield Text(f"  and {count - limit:,} more", style="dim")


def per_cent(share: float) -> str:
    """Write a share in per cent; what is little and not nothing is never written as nothing."""
    return "<0.1 %" if 0 < share < 0.001 else f"{share:.1%}".replace("%", " %")  # noqa: PLR2004  the last digit shown


def signed(number: float, *, digits: int = 0) -> str:
    """Write a difference with its sign."""
    return f"{number:+,.{digits}f}" if round(number, digits) else "0"


def words(name: str) -> str:
    """Write an identifier as words."""
    return plain(name).replace("_", " ")
