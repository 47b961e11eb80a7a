"""The closed vocabulary: every name that a rule or the model may use, computed here and nowhere else."""

from nextplay.facts.inverse import snapshot_with, write_over
from nextplay.facts.items import MOST_ITEMS, Item
from nextplay.facts.spec import UNITS, AttributeSpec, CountSpec, FactSpec, FactType, ItemKind, Preference
from nextplay.facts.vocabulary import FactPlan, Facts, Vocabulary

__all__ = [
    "MOST_ITEMS",
    "UNITS",
    "AttributeSpec",
    "CountSpec",
    "FactPlan",
    "FactSpec",
    "FactType",
    "Facts",
    "Item",
    "ItemKind",
    "Preference",
    "Vocabulary",
    "snapshot_with",
    "write_over",
]
