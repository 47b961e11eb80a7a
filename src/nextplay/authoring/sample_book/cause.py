"""What a hidden cause is: whose side, how likely, what it does to the account, and what would show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import Circumstances, Path
from nextplay.authoring.sample_book.traits import Traits

Side = Literal["cx", "cs"]
Imprint = Callable[[Circumstances, float, Chance], None]
"""Changes the circumstances for a severity (0 to 1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """One kind of trouble.

    `share` is how often it is drawn among those of its side that fit. `harm` (0 to 1) is how much of it, at severity 1,
    becomes friction (cx) or missing result (cs). `remedy` is the share of it that the right action takes away.
    `group` keeps causes apart that cannot be together. `early` causes begin with the account. `needs_goal` and
    `leaves_no_goal` say what it presumes and does; `blocks` that it stands in the way of the goal. It is seen where all
    fields of one group of `witnesses` are known; what it brings about elsewhere tells too. `is_reading`: all that its
    witnesses show is a reading which friction in the way of the goal would explain as well.
    """

    name: str
    side: Side
    share: float
    _: KW_ONLY
    meaning: str
    effects: str
    action: str
    owner: str
    imprint: Imprint
    witnesses: tuple[tuple[Path, ...], ...]
    harm: float = 0.6
    remedy: float = 0.7
    ages: tuple[int, int] = (60, 100_000)
    group: str | None = None
    early: bool = False
    blocks: bool = False
    needs_goal: bool = False
    leaves_no_goal: bool = False
    is_reading: bool = False
    suits: Callable[[Traits], bool] = lambda _: True
