"""What the rulebook in `rules/` says in English and Brazilian Portuguese: all of it, with the same numbers, short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.release import Release, load_release
from nextplay.rules.rulebook import Rulebook, Text
from nextplay.rules.wording import PLACEHOLDER, placeholders
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[1]
LOCALES: Final = {"en", "pt-BR"}
PHONE_SCREEN: Final = 220
"""How many characters a text may have once its numbers stand in it."""
LONG_NUMBER: Final = "1.234,56"
COGNATES: Final = {"E-mail", "Workshop"}
GENERIC: Final = (
    "as soon as possible", "best practice", "circle back", "going forward", "leverage", "low-hanging", "reach out",
    "some issues", "synerg", "take action", "touch base", "various", "win-win",
    "alavancar", "boas práticas", "diversos", "melhores práticas", "o mais breve", "o quanto antes", "sinergia",
    "tome providências", "vários problemas",
)  # fmt: skip
"""What could be said of any customer, and so says nothing of this one."""
ENGLISH_WORDS: Final = re.compile(r"\b(the|of|and|is|are|with|they|we|customer|days|unknown)\b")
IDENTIFIER: Final = re.compile(r"[a-z]_[a-z]")
ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def release() -> Release:
    """Load the shipped rules and model once."""
    return load_release(ROOT / "rules", ROOT / "models", inference="python")


@pytest.fixture(scope="module")
def texts(release: Release) -> Mapping[str, Text]:
    """Return every text under the place where it stands; a checklist is one text a line."""
    found = dict(_texts(release.rulebook))
    assert len(found) > 900
    return found


@pytest.fixture(scope="module")
def decisions(release: Release) -> tuple[Decision, ...]:
    """Decide every customer of the rule tests, in Portuguese."""
    decider, options = Decider(release), Options(locale="pt-BR")
    snapshots = [{**test.given, "account_id": "a-1", "as_of": _instant(test.as_of)} for test in release.rulebook.tests]
    return tuple(decider.decide(read_snapshot(given), options=options) for given in snapshots)


def _instant(day: str) -> str:
    return day if "T" in day else f"{day}T00:00:00Z"


def _texts(rulebook: Rulebook) -> Iterator[tuple[str, Text]]:
    yield "diagnosis.question", rulebook.diagnosis.question
    yield from ((f"diagnosis.says.{key}", text) for key, text in rulebook.diagnosis.says.items())
    for vocabulary, words in rulebook.vocabularies.items():
        yield from ((f"{vocabulary}.{word}", text) for word, text in words.items())
    for signal in rulebook.signals:
        yield from ((f"signal {signal.id}.title", signal.title), (f"signal {signal.id}.says", signal.says))
    for gap in rulebook.gaps:
        yield f"gap {gap.id}.title", gap.title
        if gap.ask is not None:
            yield f"gap {gap.id}.ask", gap.ask.text
            yield from ((f"gap {gap.id}.ask.{answer}", gap.ask.labels.get(answer, {})) for answer in gap.ask.options)
    for play in rulebook.plays:
        yield from ((f"play {play.id}.title", play.title), (f"play {play.id}.rationale", play.rationale))
        for place in range(max(map(len, play.checklist.values()))):
            lines = {locale: lines[place] for locale, lines in play.checklist.items() if place < len(lines)}
            yield f"play {play.id}.checklist.{place}", lines


def test_every_text_is_there_in_both_languages(texts: Mapping[str, Text]) -> None:
    """Nothing that the rulebook says falls back to English, and every answer to a question has its words."""
    assert [place for place, text in texts.items() if text.keys() != LOCALES] == []


def test_both_languages_show_the_same_facts(texts: Mapping[str, Text]) -> None:
    """A translation says the same with the same numbers."""
    shown = {place: {frozenset(placeholders(said)) for said in text.values()} for place, text in texts.items()}
    assert [place for place, facts in shown.items() if len(facts) > 1] == []


def test_portuguese_is_not_english(texts: Mapping[str, Text]) -> None:
    """No text was copied, and none is half translated."""
    portuguese = {place: text["pt-BR"] for place, text in texts.items()}
    copied = [place for place, said in portuguese.items() if said == texts[place]["en"] and said not in COGNATES]
    assert copied == []
    assert {place for place, said in portuguese.items() if ENGLISH_WORDS.search(PLACEHOLDER.sub("", said))} == set()


def test_every_text_fits_a_phone_screen(texts: Mapping[str, Text]) -> None:
    """A rep reads it at one glance, with its numbers in it."""
    long = [
        (place, locale)
        for place, text in texts.items()
        for locale, said in text.items()
        if len(PLACEHOLDER.sub(LONG_NUMBER, said)) > PHONE_SCREEN
    ]
    assert long == []


def test_no_text_is_generic(texts: Mapping[str, Text]) -> None:
    """No text holds a phrase that could be said of any customer."""
    said = {place: " / ".join(text.values()).lower() for place, text in texts.items()}
    assert [(place, phrase) for place, words in said.items() for phrase in GENERIC if phrase in words] == []


def test_what_comes_out_is_portuguese_throughout(decisions: tuple[Decision, ...]) -> None:
    """Words, numbers and days within the sentences are Portuguese too, in every customer of the rule tests."""
    sentences = [action.rationale for decision in decisions for action in decision.actions]
    sentences += [found.says for decision in decisions for gap in decision.gaps for found in gap.evidence]
    assert len(sentences) > 500
    for wrong in (ENGLISH_WORDS, IDENTIFIER, ISO_DAY, re.compile(r"desconhecid")):
        assert {said for said in sentences if wrong.search(said)} == set()
