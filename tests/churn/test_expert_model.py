"""The first model, a judgement: what was served stays what it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.ladders import accounts_on, from_best, probability_by, worsening_raises

import expert_churn_model
from nextplay.churn.artefact import FILE_NAME, read_artefact
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import WordTable
from nextplay.decision import FactValue
from nextplay.facts import Vocabulary

FOLDER = Path(__file__).parents[2] / "models" / "churn"
VERSION = expert_churn_model.VERSION
SPECS = Vocabulary.of().specs
MODEL = ChurnModel.load(FOLDER / VERSION, SPECS)
TABLES = read_artefact(FOLDER / VERSION / FILE_NAME, SPECS).tables


LADDERS = {table.fact: from_best(table) for table in TABLES}


def test_the_model_says_that_it_is_a_judgement() -> None:
    """Model and card say in words that no customer was learned from."""
    card = (FOLDER / VERSION / "card.md").read_text(encoding="utf-8")

    assert MODEL.provenance == "expert"
    for words in ("a judgement, not a measurement", "no account trained", "predicts nobody's customers"):
        assert words in card.replace("\n", " ")


def test_every_family_of_the_product_is_heard() -> None:
    """Use, outcomes, experience, support, relationship and contract all weigh."""
    assert [*MODEL.families] == ["commercial", "experience", "outcomes", "relationship", "support", "usage"]


@settings(max_examples=300)
@given(account=accounts_on(LADDERS), data=st.data())
def test_worsening_an_input_never_lowers_the_risk(account: dict[str, FactValue], data: st.DataObject) -> None:
    """Whatever else is known, a worse value of a fact never gives a lower risk."""
    assert worsening_raises(MODEL, LADDERS, account, data)


def test_directions_are_those_of_the_vocabulary() -> None:
    """Where the vocabulary says which way is better, the table follows; elsewhere it declares its own way."""
    for table in TABLES:
        preference = SPECS[table.fact].preference
        if preference != "context" and not isinstance(table, WordTable):
            assert table.sign == {"higher_is_better": -1, "lower_is_better": 1}[preference], table.fact


@given(account=accounts_on(LADDERS), fact=st.sampled_from(sorted(LADDERS)))
@settings(max_examples=100)
def test_hiding_a_fact_makes_nobody_safe(account: dict[str, FactValue], fact: str) -> None:
    """An account with a fact unknown is never safer than with its best value, nor riskier than with its worst."""
    ladder = LADDERS[fact]
    hidden = probability_by(MODEL, account | {fact: None})

    assert (
        probability_by(MODEL, account | {fact: ladder[0]})
        <= hidden
        <= probability_by(MODEL, account | {fact: ladder[-1]})
    )


def test_the_scale_is_moderate() -> None:
    """Nothing known: 8 %; all well: about 2 %; everything wrong at once: at most 90 %; no sign alone is critical."""
    best = {fact: ladder[0] for fact, ladder in LADDERS.items()}
    worst = {fact: ladder[-1] for fact, ladder in LADDERS.items()}

    assert probability_by(MODEL, {}) == pytest.approx(0.08, abs=0.001)
    assert probability_by(MODEL, best) == pytest.approx(0.02, abs=0.005)
    assert 0.8 < probability_by(MODEL, worst) <= 0.9
    assert max(probability_by(MODEL, {fact: ladder[-1]}) for fact, ladder in LADDERS.items()) < 0.15


def generated() -> Iterator[tuple[str, bytes, bytes]]:
    """Yield name, generated and shipped bytes of every file of the model."""
    for path, content in expert_churn_model.files().items():
        yield path.name, content, path.read_bytes()


def test_the_files_are_what_the_declaration_says() -> None:
    """Nobody edited a number or a hash by hand."""
    for name, made, shipped in generated():
        assert made == shipped, name
