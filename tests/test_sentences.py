"""Claims about the engine's own sentences."""

from string import Formatter
from typing import get_args

import pytest

from nextplay.decision import WithheldReason
from nextplay.sentences import SENTENCES, sentence


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_every_language_has_every_sentence_with_the_same_details(language: str) -> None:
    """A translation may say it differently, but it says all of it, with the same details."""
    details = {
        key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in SENTENCES[language].items()
    }
    english = {
        key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in SENTENCES["en"].items()
    }
    assert details == english


@pytest.mark.parametrize("reason", get_args(WithheldReason))
def test_every_reason_for_withholding_has_its_sentence(reason: str) -> None:
    """No loser leaves without words for its reason."""
    assert any(key.startswith(f"withheld_{reason}") for key in SENTENCES["en"])


def test_an_unspoken_language_falls_back_to_english() -> None:
    """A locale that the engine does not speak gets English, never a failure."""
    assert sentence("fr-FR", "withheld_snoozed", until="2026-04-01") == "snoozed until 2026-04-01"
    assert sentence("pt-BR", "withheld_snoozed", until="2026-04-01") == "adiado até 2026-04-01"


def test_a_missing_detail_is_an_error_of_ours() -> None:
    """A sentence with a hole is never shown."""
    with pytest.raises(KeyError):
        sentence("en", "withheld_snoozed")
