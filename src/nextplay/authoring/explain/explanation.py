"""What an explanation consists of, in ids, numbers and truths; pages and JSON are both made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from nextplay.authoring.explain.tree import Node
from nextplay.decision import FactValue, GapKind, Priority, Side
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import Life

Sort = Literal["signal", "gap", "play"]
State = Literal[
    "true", "false", "unknown", "stands", "explained", "absorbed", "action", "open", "escalated", "withheld", "absent"
]
"""What became of a rule: signals have the first three; gaps stand, or are explained, absorbed, false or unknown."""
Wanted = Literal["gone", "come", "out", "cx", "cs", "mixed", "undetermined"]
"""`out`: a gap that is a part of another stands by itself."""
Asked = Literal["none", "cx", "cs", "mixed", "undetermined"]
"""What a change shall lead to where it is asked for by name; `none`: the rule does not come."""
MOST_CHANGED: Final = 3
"""So many facts at once a change that is proposed may concern."""


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a rule by the key under which it is written, such as `unless`."""

    key: str
    tree: Node


@dataclass(frozen=True, slots=True)
class Standing:
    """A gap that stands: as what, how severe, for which item, and what is open about it."""

    kind: GapKind
    severity: float
    item: str | None = None
    item_label: str | None = None
    open_side: Side | None = None
    answered: str | None = None


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side of a contested gap: the signals that prove it, or the unknown facts that leave it open."""

    side: Side
    truth: Truth
    proven_by: tuple[str, ...]
    open_facts: tuple[str, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """One line of a severity: the base (no signal), or what a signal adds where it is true."""

    weight: float
    signal: str | None
    title: str
    counts: bool


@dataclass(frozen=True, slots=True)
class ItemGap:
    """What a gap is made of for one item that it stands for."""

    item: str
    label: str
    sides: tuple[SideRow, ...]
    severity: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class AnsweredGap:
    """A gap that a play answers, as what, and as what it stands now (`None`: it does not).

    `by` is the gap that it is a part of now, so that it does not stand by itself.
    """

    gap: str
    title: str
    side: str | None
    kind: GapKind | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """An action that has a place."""

    rank: int
    play: str
    title: str
    priority: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Where arbitration put a play: its factors, or why not and its own priority, and who has the places."""

    rank: int | None
    owner: str
    channel: str
    due_on: date | None
    reason: str | None
    says: str
    priority: Priority | None
    must: bool
    seats: tuple[Seat, ...]
    own_priority: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of the rule with its value before and after; `steps` is the way, 1 for what has no steps."""

    fact: str
    before: FactValue
    after: FactValue
    steps: float


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the snapshot that would have to be changed, with what it holds before and after."""

    path: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest change that leads to `wanted`. `verified`: the whole account was decided again with it."""

    wanted: Wanted
    changes: tuple[Change, ...]
    fields: tuple[FieldChange, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class FlipSearch:
    """What the search for a change found, for the gap of one item where `item` is there.

    Without `flips`, `why_none` says whether it is `already` so, no change does it (`none`), one of more facts would
    (`large`), or a colleague's answer stands against it (`answered`).
    """

    wanted: Wanted
    flips: tuple[Flip, ...]
    why_none: Literal["", "none", "large", "already", "answered"] = ""
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Values of unknown facts, in words, and what comes of the rule with them; `verified` as for a flip."""

    values: tuple[str, ...]
    outcome: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Settling:
    """Unknown facts that would decide a rule; `always`: whatever they turn out to be."""

    facts: tuple[str, ...]
    always: bool
    outcomes: tuple[Outcome, ...]
    item: str | None = None


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """Why one rule came or did not come for one account.

    Facts of a row of a list end in its place there, counted from 1: `objective.days_overdue@3`. `unsettled` says why
    nothing decides an undecided rule: no few facts do, or a list was not sent.
    """

    sort: Sort
    id: str
    title: str
    account_id: str
    as_of: str
    state: State
    parts: tuple[Part, ...]
    standings: tuple[Standing, ...] = ()
    by: str = ""
    sides: tuple[SideRow, ...] = ()
    severity: tuple[Weight, ...] = ()
    answers: tuple[AnsweredGap, ...] = ()
    ranking: Ranking | None = None
    excludes: tuple[str, ...] = ()
    held_while: tuple[str, ...] = ()
    cooldown_days: int = 0
    suppression: tuple[int, int, int] | None = None
    life: Life = field(default_factory=Life)
    counts_today: bool = True
    searches: tuple[FlipSearch, ...] = ()
    settled_by: tuple[Settling, ...] = ()
    unsettled: Literal["", "none", "list"] = ""
    items: tuple[ItemGap, ...] = ()
