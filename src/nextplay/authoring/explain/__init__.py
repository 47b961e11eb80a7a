"""Explains what the rules say of one account: why, why not, how near, and what would change it.

`Explainer` has the whole of it; `explain_page` and `explain_text` are for whoever shows one rule of one account.
"""

from nextplay.authoring.explain.account import AccountExplanation
from nextplay.authoring.explain.document import explanation_document
from nextplay.authoring.explain.explainer import Explainer, KindNotPossible, RuleNotFound, explain_page, explain_text
from nextplay.authoring.explain.explanation import Asked, RuleExplanation
from nextplay.authoring.explain.page import Line, Page, Section, page_text
from nextplay.authoring.explain.unread import unread_of

__all__ = [
    "AccountExplanation",
    "Asked",
    "Explainer",
    "KindNotPossible",
    "Line",
    "Page",
    "RuleExplanation",
    "RuleNotFound",
    "Section",
    "explain_page",
    "explain_text",
    "explanation_document",
    "page_text",
    "unread_of",
]
