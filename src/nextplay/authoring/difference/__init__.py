"""Two rulebooks over one book of accounts: whose actions change, by which change of the rules, and at what cost."""

from nextplay.authoring.difference.comparison import Comparing, Comparison, compare
from nextplay.authoring.difference.document import Sides, difference_document
from nextplay.authoring.difference.explained import explained
from nextplay.authoring.difference.limits import Limit, limit_names, read_limit
from nextplay.authoring.difference.revision import RuleFiles, read_rules
from nextplay.authoring.difference.rule_changes import RuleChange, rule_changes

__all__ = [
    "Comparing",
    "Comparison",
    "Limit",
    "RuleChange",
    "RuleFiles",
    "Sides",
    "compare",
    "difference_document",
    "explained",
    "limit_names",
    "read_limit",
    "read_rules",
    "rule_changes",
]
