"""Items: the rows of a snapshot's lists that rules may speak of one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts.spec import ItemKind

MOST_ITEMS: Final = 20
"""Rules look at so many items of one list; the others are left out with a warning."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row: its `kind`, the `key` that tells it from its like, the `label` for people, and its facts by name.

    Facts are named `KIND.FIELD`, such as `objective.days_overdue`; `None` is unknown.
    """

    kind: ItemKind
    key: str
    label: str
    values: Mapping[str, FactValue]
