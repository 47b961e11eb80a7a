"""The closed vocabulary: every name that a rule or the model may use, computed here and nowhere else."""

from nextplay.facts.inverse import snapshot_with, write_over
from nextplay.facts.item_rows import items_by_place
from nextplay.facts.items import ITEM_KINDS, LIST_OF, MOST_ITEMS, FactsOfItem, Item, kind_of
from nextplay.facts.spec import UNITS, AttributeSpec, CountSpec, FactSpec, FactType, ItemKind, Preference
from nextplay.facts.vocabulary import FactPlan, Facts, Vocabulary

__all__ = [
    "ITEM_KINDS",
    "LIST_OF",
    "MOST_ITEMS",
    "UNITS",
    "AttributeSpec",
    "CountSpec",
    "FactPlan",
    "FactSpec",
    "FactType",
    "Facts",
    "FactsOfItem",
    "Item",
    "ItemKind",
    "Preference",
    "Vocabulary",
    "items_by_place",
    "kind_of",
    "snapshot_with",
    "write_over",
]
