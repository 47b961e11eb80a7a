"""What a fact declares about itself: the vocabulary that rules and models may use is made of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

FactType = Literal["number", "flag", "word", "words", "text", "day"]
Preference = Literal["higher_is_better", "lower_is_better", "context"]
ItemKind = Literal["objective", "touchpoint", "survey", "event"]
"""What a rule may speak of one by one. A fact of an item is named `KIND.FIELD`, such as `objective.days_overdue`."""

UNITS: Final[Mapping[str, str]] = {
    "count": "how many",
    "days": "calendar days",
    "ease": "ease of a task, 0 (hard) to 1 (easy)",
    "hours": "business hours",
    "level": "a part of what is usual or was bought; 1 is all of it, more is possible; shown in per cent",
    "money": "an amount in the currency of the contract",
    "points": "an NPS answer of one person, 0 to 10; never the aggregate of -100 to 100",
    "ratio": "a multiple; 1 is as usual, as promised or as planned",
    "score": "a CSAT answer, 1 to 5",
    "share": "a part of a whole, 0 to 1, shown in per cent",
    "volume": "an amount of use in the product's own unit",
}
"""The closed set of units that numbers may have, with their meaning."""


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One name of the closed vocabulary.

    `unit` is one of `UNITS` (empty for words, flags and texts). `low` and `high` bound numbers, ends included.
    `step` is what one notch means when distances are shown. `words` closes an enumeration. `reads` names the snapshot
    fields it is computed from. `whole` says that only whole numbers occur. Facts of type `day` carry an ISO 8601 date
    as text; they may stand in texts and due dates, never in comparisons.
    """

    name: str
    type: FactType
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    preference: Preference = "context"
    step: float | None = None
    words: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """A custom field that a rulebook declares; it becomes the fact `attributes.NAME`."""

    name: str
    type: Literal["number", "flag", "word", "text"]
    meaning: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    step: float | None = None


@dataclass(frozen=True, slots=True)
class CountSpec:
    """A window over one list that a rulebook declares; it becomes the facts `counts.NAME` and its two ages.

    The items of kind `of` that meet every line of `where` (item fact without its kind, operator, operand) and that
    are at most `within_days` old count. `counts.NAME.newest_days` and `counts.NAME.oldest_days` are ages of those.
    """

    name: str
    of: ItemKind
    where: tuple[tuple[str, str, object], ...]
    within_days: int | None = None
    meaning: str = ""
