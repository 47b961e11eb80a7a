"""Items: the rows of a snapshot's lists that rules may speak of one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, get_args

from nextplay.decision import FactValue
from nextplay.facts.spec import FactSpec, ItemKind

MOST_ITEMS: Final = 20
"""Rules look at so many items of one list; the others are left out with a warning."""
ITEM_KINDS: Final[tuple[ItemKind, ...]] = get_args(ItemKind)
LIST_OF: Final[Mapping[ItemKind, str]] = {kind: f"{kind}s" for kind in ITEM_KINDS}
"""Kind of an item → the list of the snapshot that it stands in."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row: its `kind`, the `key` that tells it from its like, the `label` for people, and its facts by name.

    Facts are named `KIND.FIELD`, such as `objective.days_overdue`; `None` is unknown.
    """

    kind: ItemKind
    key: str
    label: str
    values: Mapping[str, FactValue]

    @property
    def name(self) -> str:
        """What people are told: the label, or the key of an item without one."""
        return self.label or self.key


class ReadsFacts(Protocol):
    """Whatever knows the values of facts; `None` is unknown."""

    def value(self, name: str) -> FactValue:
        """Return the value of a fact."""

    def sources(self, spec: FactSpec) -> tuple[str, ...]:
        """Return what a fact was read from."""


@dataclass(frozen=True, slots=True)
class FactsOfItem:
    """The facts of an account and, by their own names, those of one of its items; without an item these are unknown."""

    facts: ReadsFacts
    item: Item | None

    def value(self, name: str) -> FactValue:
        """Return the value of a planned fact; `KeyError` where it was not planned."""
        if kind_of(name) is None:
            return self.facts.value(name)
        return None if self.item is None else self.item.values[name]

    def sources(self, spec: FactSpec) -> tuple[str, ...]:
        """Return what a fact was read from; see `Facts.sources`."""
        return self.facts.sources(spec)


def kind_of(name: str) -> ItemKind | None:
    """Return the kind of item that a fact is about, `None` where it is about the account."""
    kind = name.partition(".")[0]
    return kind if kind in ITEM_KINDS else None
