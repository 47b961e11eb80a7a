"""The page of facts says what the declarations say."""

from __future__ import annotations

from pathlib import Path

from tests.facts.reading import VOCABULARY

from nextplay.facts.page import facts_page, pattern_of

PAGE = Path(__file__).parents[2] / "docs" / "facts.md"


def test_the_page_is_current() -> None:
    """`python -m nextplay.facts.page > docs/facts.md` would change nothing."""
    assert PAGE.read_text() == facts_page(VOCABULARY.specs.values(), VOCABULARY.item_specs.values())


def test_every_fact_is_on_the_page() -> None:
    """Each name has its line, or that of its family."""
    text = PAGE.read_text()
    assert [name for name in VOCABULARY.specs if f"| `{pattern_of(name)}` |" not in text] == []
