"""The artefact of a trained model is served, and says what was learned."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.churn.small_model import facts
from tests.churn.training.small_book import PLANS, WORDS, book, small_model

from nextplay.churn.artefact import FILE_NAME
from nextplay.churn.model import ChurnModel
from nextplay.churn.training.additive import Additive
from nextplay.churn.training.assembly import artefact_of, prove, title
from nextplay.churn.training.facts import fact_columns, family_of
from nextplay.churn.training.table import Column
from nextplay.decision import FactValue
from nextplay.errors import EngineFault, InputInvalid
from nextplay.facts.spec import FactSpec

SPECS = {
    spec.name: spec
    for spec in (
        FactSpec("usage.active_ratio", "number", "use", unit="ratio", preference="higher_is_better"),
        FactSpec("support.open_p1", "number", "open P1", unit="count", preference="lower_is_better"),
        FactSpec("usage.live", "flag", "went live", preference="higher_is_better"),
        FactSpec("relationship.champion", "word", "who speaks for us", words=WORDS),
        FactSpec("profile.plan", "word", "what was bought", words=PLANS),
        FactSpec("profile.size", "number", "people"),
        FactSpec("profile.note", "text", "free text"),
    )
}
TITLE = title("small-1", "trained", horizon_days=90)


@pytest.fixture(name="served", scope="module")
def served_model(tmp_path_factory: pytest.TempPathFactory) -> ChurnModel:
    """Write and load the small book's model."""
    folder = tmp_path_factory.mktemp("models") / "small-1"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(artefact_of(small_model(), SPECS, TITLE))
    return ChurnModel.load(folder, SPECS)


def value(column: Column, cell: float) -> FactValue:
    """Turn a cell of the table into the value of a fact."""
    if np.isnan(cell):
        return None
    return column.words[int(cell)] if column.kind == "word" else bool(cell) if column.kind == "flag" else float(cell)


def test_the_server_gives_what_was_learned(served: ChurnModel) -> None:
    """One by one and in bulk, from facts: the model's own log-odds to the last bit, and its probabilities."""
    model, rows = small_model(), book(200, seed=5, missing=0.3).matrix
    cells = {
        column.name: [value(column, cell) for cell in rows[:, place]]
        for place, column in enumerate(model.additive.columns)
    }
    many = served.score_many(cells)
    assert many.log_odds.tolist() == model.additive.log_odds(rows).tolist()
    assert many.probability.tolist() == [round(one, 6) for one in model.probabilities(rows).tolist()]
    names = tuple(sorted(cells))
    for row in range(0, 200, 20):
        assert served.score(facts(names, {name: column[row] for name, column in cells.items()})) == many[row]


def test_a_word_never_met_is_reported(served: ChurnModel) -> None:
    """The plan that nobody in the training had counts as missing, and the score names the fact."""
    score = served.score(facts(served.fact_names, {"profile.plan": "custom"}))
    assert score.out_of_range == ("profile.plan",)
    assert score.completeness == 0
    assert score.log_odds == served.score(facts(served.fact_names, {})).log_odds


def test_the_artefact_tells_its_origin_and_holds_no_code() -> None:
    """Rows, churners, hash, versions, spread of facts; nothing of the learner's library but its version."""
    content = artefact_of(small_model(), SPECS, TITLE)
    document: dict[str, Any] = json.loads(content)
    assert document["training"]["rows"] == 700
    assert document["training"]["data_hash"] == small_model().table.content_hash()
    assert document["training"]["versions"].keys() == {"nextplay", "numpy", "scikit-learn"}
    assert document["reference"]["facts"]["profile.plan"]["shares"]["custom"] == 0
    assert len(document["reference"]["facts"]["usage.active_ratio"]["quantiles"]) == 11
    assert document["missing"] == {"policy": "learned", "hidden_shares": [0.0, 0.25, 0.5]}
    assert len(content) < 60_000
    assert b"sklearn" not in content
    assert content == artefact_of(small_model(), SPECS, TITLE)


def test_tables_that_are_not_what_was_learned_are_never_written() -> None:
    """The last look before writing compares tables and learner."""
    model = small_model()
    bent = replace(model, additive=Additive(model.additive.base + 1e-6, model.additive.columns, model.additive.steps))
    with pytest.raises(EngineFault, match="the tables are not what was learned"):
        prove(bent)


def test_columns_that_are_no_facts_make_no_model() -> None:
    """What serves reads facts only."""
    with pytest.raises(InputInvalid, match=r"profile\.plan: is no fact"):
        artefact_of(small_model(), {name: spec for name, spec in SPECS.items() if name != "profile.plan"}, TITLE)


def test_facts_become_columns_with_their_signs() -> None:
    """The vocabulary's direction is the sign, words may be ordered, and what says nothing is left out."""
    values: dict[str, list[FactValue]] = {
        "usage.live": [True, None, False],
        "profile.size": [1, 2, None],
        "relationship.champion": ["left", "present", None],
        "support.open_p1": [0, 0, 0],
        "usage.active_ratio": [None, None, None],
    }
    columns = {
        column.name: column
        for column in fact_columns(
            values, SPECS, signs={"profile.size": -1}, worsening={"relationship.champion": ["never", "present", "left"]}
        )
    }
    assert sorted(columns) == ["profile.size", "relationship.champion", "usage.live"]
    assert [columns[name].sign for name in sorted(columns)] == [-1, 1, -1]
    assert columns["relationship.champion"].values[:2].tolist() == [2, 1]
    assert (family_of("surveys.nps.newest"), family_of("attributes.region")) == ("experience", "commercial")


@pytest.mark.parametrize(
    ("values", "claims", "message"),
    [
        ({"usage.lives": [1.0]}, {}, r"usage\.lives: is no fact that a model may read"),
        ({"profile.note": ["x"]}, {}, r"profile\.note: is no fact that a model may read"),
        ({}, {"signs": {"usage.live": 1}}, r"usage\.live: is declared `higher_is_better`"),
        ({}, {"signs": {"profile.plan": 1}}, r"profile\.plan: is a word; order its words"),
        ({}, {"signs": {"profile.size": 2}}, r"profile\.size: needs a sign of -1, 0 or 1"),
        ({}, {"worsening": {"profile.plan": ["basic"]}}, r"profile\.plan: needs each word once"),
    ],
)
def test_claims_against_the_vocabulary_are_refused(
    values: dict[str, list[FactValue]], claims: dict[str, Any], message: str
) -> None:
    """A sign of a declared fact is the vocabulary's, and every name is a fact."""
    with pytest.raises(InputInvalid, match=message):
        fact_columns(values, SPECS, **claims)
