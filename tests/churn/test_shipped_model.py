"""The model that is shipped: learned from invented accounts by the command, and sensible to whoever keeps customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.ladders import accounts_on, from_best, probability_by, worsening_raises
from tests.churn.small_model import facts

from nextplay.authoring.labelled import labelled_table
from nextplay.authoring.sample_book import sample_book
from nextplay.authoring.train_config import read_train_config
from nextplay.churn.artefact import FILE_NAME, read_artefact
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import SIGN_OF, FlagTable, NumberTable, WordTable
from nextplay.churn.training.card import card_of
from nextplay.churn.training.diagnostics import Judged
from nextplay.churn.training.evaluation import Evaluation
from nextplay.decision import FactValue
from nextplay.facts import Vocabulary

ROOT = Path(__file__).parents[2]
CHURN = ROOT / "models" / "churn"
FOLDER = CHURN / (CHURN / "current").read_text(encoding="utf-8").strip()
VOCABULARY = Vocabulary.of()
MODEL = ChurnModel.load(FOLDER, VOCABULARY.specs)
ARTEFACT = read_artefact(FOLDER / FILE_NAME, VOCABULARY.specs)
TABLES = {table.fact: table for table in ARTEFACT.tables}
SEED, ACCOUNTS = 2026, 20_000
"""Of the book that it was learned from, as the Makefile says them."""


def values_of(table: NumberTable | FlagTable | WordTable) -> list[float]:
    """Return what a table adds, value by value."""
    match table:
        case NumberTable():
            return [*table.values]
        case FlagTable():
            return [table.if_false, table.if_true]
        case WordTable():
            return [*table.values.values()]


LADDERS = {fact: from_best(table) for fact, table in TABLES.items() if isinstance(table, WordTable) or table.sign != 0}


def test_the_model_says_what_it_is() -> None:
    """Artefact and card say that nobody's customers were learned from, and are predicted."""
    card = (FOLDER / "card.md").read_text(encoding="utf-8").replace("\n", " ")
    assert MODEL.provenance == "synthetic"
    for words in ("invented accounts", "an expert's prior in numbers", "predicts nobody's customers", "ranks"):
        assert words in card


def test_the_card_is_what_the_code_writes() -> None:
    """All but the measured figures, which only a training gives, is the card of this artefact to the letter."""
    nothing = Judged({}, np.empty(0, dtype=bool), np.empty(0, dtype=np.int64), None)
    evaluation = Evaluation("account", 20_000, 1_586, {}, {}, nothing, {}, {}, ())
    head, table, foot = card_of((FOLDER / FILE_NAME).read_bytes(), evaluation).partition("|---|---|---|---|---|\n")
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    assert card.startswith(head + table)
    assert card.endswith(foot)
    assert len(foot) > 100


def test_every_family_of_the_product_is_heard() -> None:
    """Use, outcomes, experience, support, relationship and contract all weigh; a decision is not made dear by it."""
    assert [*MODEL.families] == ["commercial", "experience", "outcomes", "relationship", "support", "usage"]
    assert 20 <= len(MODEL.fact_names) <= 35


@settings(max_examples=200)
@given(account=accounts_on(LADDERS), data=st.data())
def test_worsening_an_input_never_lowers_the_risk(account: dict[str, FactValue], data: st.DataObject) -> None:
    """Whatever else is known, a worse value of a fact never gives a lower risk."""
    assert worsening_raises(MODEL, LADDERS, account, data)


def test_directions_are_those_of_the_vocabulary() -> None:
    """Where the vocabulary says which way is better, the table follows; only the deadline has no better side."""
    for fact, table in TABLES.items():
        preference = VOCABULARY.specs[fact].preference
        if preference in SIGN_OF and not isinstance(table, WordTable):
            assert table.sign == SIGN_OF[preference], fact
    assert TABLES.keys() - LADDERS.keys() == {"contract.days_to_decision_deadline"}


def test_no_fact_rules_alone() -> None:
    """Between its best and worst no fact changes the log-odds by more than 1.5, and the next one by half that."""
    widths = sorted((max(values_of(table)) - min(values_of(table)) for table in TABLES.values()), reverse=True)
    assert widths[-1] > 0
    assert widths[0] <= 1.5
    assert widths[1] >= widths[0] / 2


@pytest.mark.parametrize("fact", sorted(TABLES))
def test_what_is_unknown_makes_nobody_safe(fact: str) -> None:
    """An unknown fact counts between its best and its worst value, and hardly moves the risk."""
    values, missing = values_of(TABLES[fact]), TABLES[fact].missing
    assert min(values) <= missing <= max(values)
    assert abs(missing) < 0.25


def test_the_scale_is_that_of_the_invented_world() -> None:
    """Nothing known is about the base rate; a sign alone is no alarm; all signs together are critical."""
    assert ARTEFACT.training is not None
    rate = ARTEFACT.training.base_rate
    assert probability_by(MODEL, {}) == pytest.approx(rate, abs=0.015)
    assert max(probability_by(MODEL, {fact: ladder[-1]}) for fact, ladder in LADDERS.items()) < 0.25
    best, worst = ({fact: ladder[end] for fact, ladder in LADDERS.items()} for end in (0, -1))
    assert MODEL.score(facts(MODEL.fact_names, best)).band == "low"
    assert MODEL.score(facts(MODEL.fact_names, worst)).band == "critical"


def test_the_bands_part_the_accounts() -> None:
    """By the answers on its own book: most accounts are low or moderate, about one in twenty is critical."""
    assert ARTEFACT.reference is not None
    tenths = ARTEFACT.reference.probabilities
    limits = {limit.band: limit.below for limit in ARTEFACT.bands}
    assert tenths[3] < limits["low"] < tenths[7]
    assert tenths[7] < limits["moderate"] < tenths[10]
    assert tenths[9] < limits["high"]


def test_it_was_learned_from_the_book_of_the_generator(tmp_path: Path) -> None:
    """The training table that the artefact names is the one that generator, seed and TRAIN.toml give, to the bit."""
    assert ARTEFACT.training is not None
    config = read_train_config(FOLDER / "train.toml")
    with (tmp_path / "book.jsonl").open("wb") as book, (tmp_path / "truth.jsonl").open("wb") as truth:
        for entry in sample_book(seed=SEED, accounts=ACCOUNTS):
            book.write(orjson.dumps(entry.snapshot, option=orjson.OPT_APPEND_NEWLINE))
            truth.write(orjson.dumps(entry.truth, option=orjson.OPT_APPEND_NEWLINE))
    found = labelled_table(tmp_path / "book.jsonl", config, None, VOCABULARY)
    assert found.table.content_hash() == ARTEFACT.training.data_hash
    assert (config.version, found.rows, found.left_out) == (MODEL.version, ARTEFACT.training.rows, {})


def test_the_makefile_names_the_same_book() -> None:
    """`make shipped-model` generates what the test above generates."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"--seed {SEED} --accounts {ACCOUNTS} " in makefile
