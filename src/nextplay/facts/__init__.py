"""The closed vocabulary: every name that a rule or the model may use, computed here and nowhere else."""

from nextplay.facts.inverse import snapshot_with
from nextplay.facts.spec import UNITS, AttributeSpec, FactSpec, FactType, Preference
from nextplay.facts.vocabulary import FactPlan, Facts, Vocabulary

__all__ = [
    "UNITS",
    "AttributeSpec",
    "FactPlan",
    "FactSpec",
    "FactType",
    "Facts",
    "Preference",
    "Vocabulary",
    "snapshot_with",
]
