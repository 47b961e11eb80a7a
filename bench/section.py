"""One section of the page about performance: what was measured, and what was wished for beside what was reached.

Every benchmark of `make bench` returns one. `figures` keeps what was printed by the machine, round by round; the page
shows `table` and `goals` and nothing that is not in them.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Goal(NamedTuple):
    """What was wished for and what was reached, in the words of the page."""

    what: str
    """What is measured, e.g. `decision CPU`."""
    goal: str
    """The bar, with its unit, e.g. `<= 150 us`."""
    reached: str
    """The figure of this run, with its unit."""
    met: bool | None
    """Whether the bar is met; None where this machine cannot tell, and `why` says why."""
    why: str = ""
    """Where it is not met or cannot be told: the cause, in one sentence."""


class Section(NamedTuple):
    """What one benchmark found."""

    name: str
    """The key in the JSON file, e.g. `ceiling`."""
    title: str
    """The heading on the page."""
    method: str
    """How it was measured: two to five plain sentences, and the command that repeats it."""
    header: tuple[str, ...]
    """The columns of the table."""
    table: tuple[tuple[str, ...], ...]
    """Its rows, as text with units."""
    goals: tuple[Goal, ...]
    """Bars of this section, met or not."""
    figures: dict[str, Any]
    """Everything that was measured, for the JSON file: numbers by round, versions, sizes."""
