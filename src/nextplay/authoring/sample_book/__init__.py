"""A sample book of any size: invented accounts whose hidden causes, and what came of them, are known.

The model is causal and knows no rule: causes → friction and missing results → observations with noise and holes, and
later outcomes. `docs/sample_book.md` documents every cause, effect and coefficient.
"""

from nextplay.authoring.sample_book.book import Entry, sample_book

__all__ = ["Entry", "sample_book"]
