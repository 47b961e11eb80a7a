"""The explanation's own words are there in each language, with the same details."""

from __future__ import annotations

from string import Formatter

from nextplay.authoring.explain.words import WORDS


def details(text: str) -> set[str]:
    """Name the places of a template."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same() -> None:
    """Every sentence is there in both languages and names the same details, so that no locale fails where one works."""
    assert WORDS["en"].keys() == WORDS["pt"].keys()
    for key, text in WORDS["en"].items():
        assert details(text) == details(WORDS["pt"][key]), key
