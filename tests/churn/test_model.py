"""What a score says, and that one account and many get the same bits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.churn.small_model import FACTS, document, facts, loaded

from nextplay.churn.model import ChurnModel, ChurnScore, FamilyContribution
from nextplay.decision import FactValue

NUMBERS = st.floats(-10, 10) | st.integers(-3, 7)
COLUMNS: dict[str, st.SearchStrategy[FactValue]] = {
    "relationship.champion": st.none() | st.sampled_from(["present", "left", "never", "unheard of"]),
    "support.open_p1": st.none() | NUMBERS,
    "usage.active_ratio": st.none() | NUMBERS,
    "usage.live": st.none() | st.booleans(),
}


@pytest.fixture(name="model", scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> ChurnModel:
    """Load the small model once."""
    return loaded(tmp_path_factory.mktemp("model"), document())


def scored(model: ChurnModel, values: dict[str, FactValue]) -> ChurnScore:
    """Score an account of which only `values` are known."""
    return model.score(facts(FACTS, values))


def test_an_unknown_account_gets_the_base_and_what_missing_adds(model: ChurnModel) -> None:
    """Nothing known: base plus the value for missing of each table, completeness 0."""
    score = scored(model, {})

    assert score.log_odds == -2.0 + 0.0625
    assert score.probability == round(1 / (1 + math.exp(1.9375)), 6)
    assert (score.completeness, score.band, score.out_of_range) == (0.0, "moderate", ())


@pytest.mark.parametrize(
    ("ratio", "adds"),
    [(0.0, 0.75), (0.5, 0.75), (0.500001, 0.25), (0.75, 0.25), (0.76, -0.25), (3.0, -0.25), (None, 0.0625)],
)
def test_an_interval_holds_its_upper_end(model: ChurnModel, ratio: float | None, adds: float) -> None:
    """A value on a threshold belongs to the interval that ends there."""
    assert scored(model, {"usage.active_ratio": ratio}).log_odds == -2.0 + adds


def test_drivers_are_grouped_and_ordered(model: ChurnModel) -> None:
    """Families come by size of contribution; in a family the facts that push its way come first."""
    score = scored(
        model,
        {"relationship.champion": "left", "support.open_p1": 0, "usage.active_ratio": 0.4, "usage.live": True},
    )

    assert score.families == (
        FamilyContribution("usage", 0.625, ("usage.active_ratio", "usage.live"), 1),
        FamilyContribution("relationship", 0.5, ("relationship.champion",), 1),
        FamilyContribution("support", -0.125, ("support.open_p1",), 1),
    )
    assert score.completeness == 1.0


def test_a_family_that_lowers_the_risk_names_the_lowering_fact_first(model: ChurnModel) -> None:
    """The order inside a family follows the direction of the family."""
    usage = scored(model, {"usage.active_ratio": 1.0, "usage.live": False})
    assert {family.family: family.facts[0] for family in usage.families}["usage"] == "usage.active_ratio"

    usage = scored(model, {"usage.live": True})
    assert usage.families[0] == FamilyContribution("usage", -0.0625, ("usage.live", "usage.active_ratio"), 1)


def test_equal_contributions_are_ordered_by_name(model: ChurnModel) -> None:
    """Where contributions tie, families and facts come by name, so that equal inputs give equal bytes."""
    score = scored(model, {"support.open_p1": 1, "usage.active_ratio": 1.0, "relationship.champion": "present"})

    assert [family.family for family in score.families] == ["relationship", "support", "usage"]


def test_a_value_beyond_the_range_is_scored_and_named(model: ChurnModel) -> None:
    """Beyond the range the nearest interval answers, and the score says which fact it was."""
    score = scored(model, {"support.open_p1": 40, "usage.active_ratio": 2.0})

    assert score.out_of_range == ("support.open_p1",)
    assert score.log_odds == -2.0 + 0.5 - 0.25


def test_a_word_that_no_table_knows_counts_as_missing_and_is_named(model: ChurnModel) -> None:
    """An unseen word is never an ordinary score: it counts as unknown, and the score says which fact it was."""
    unseen = scored(model, {"relationship.champion": "unheard of"})

    assert unseen == scored(model, {})._replace(out_of_range=("relationship.champion",))


@pytest.mark.parametrize("fact", ["usage.active_ratio", "usage.live"])
def test_a_number_that_is_none_counts_as_missing(model: ChurnModel, fact: str) -> None:
    """NaN is how bulk input says unknown, and means just that."""
    assert scored(model, {fact: math.nan}) == scored(model, {})


@pytest.mark.parametrize(
    ("calibrator", "expected"),
    [
        ({"kind": "sigmoid", "slope": 2.0, "intercept": 1.0}, 1 / (1 + math.exp(2 * 1.9375 - 1))),
        ({"kind": "isotonic", "log_odds": [-2.9375, -0.9375], "probabilities": [0.1, 0.3]}, 0.2),
        ({"kind": "isotonic", "log_odds": [-1.0, 0.0], "probabilities": [0.25, 0.5]}, 0.25),
        ({"kind": "isotonic", "log_odds": [-3.0, -2.0], "probabilities": [0.25, 0.5]}, 0.5),
    ],
)
def test_the_calibrator_makes_the_probability(tmp_path: Path, calibrator: dict[str, Any], expected: float) -> None:
    """A line over the log-odds, or lines between points that are level at both ends; the log-odds stay exact."""
    golden = [{"values": {}, "log_odds": -1.9375, "probability": round(expected, 6)}]
    model = loaded(tmp_path, document() | {"calibrator": calibrator, "golden": golden})

    score = scored(model, {})
    assert (score.log_odds, score.probability) == (-1.9375, round(expected, 6))
    assert model.score_many({"usage.live": [None]})[0] == score


def test_bands_begin_at_their_limits(tmp_path: Path) -> None:
    """A probability on a limit belongs to the upper band."""
    raised = document() | {"base": 0.0, "golden": [{"values": {}, "log_odds": 0.0625, "probability": 0.51562}]}
    model = loaded(tmp_path, raised)

    exactly_half = scored(model, {"usage.active_ratio": 0.6, "relationship.champion": "present"})
    assert (exactly_half.probability, exactly_half.band) == (0.5, "critical")
    assert scored(model, {"usage.active_ratio": 1.0}).band == "high"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries(COLUMNS), max_size=20))
def test_many_accounts_are_scored_like_one(model: ChurnModel, rows: list[dict[str, FactValue]]) -> None:
    """`score_many` equals `score` of each row, bit for bit."""
    columns = {name: [row[name] for row in rows] for name in FACTS}

    one_by_one = [scored(model, row) for row in rows]
    many = model.score_many(columns)
    assert list(many) == one_by_one
    assert many.log_odds.tolist() == [score.log_odds for score in one_by_one]
    assert many.probability.tolist() == [score.probability for score in one_by_one]
    assert many.completeness.tolist() == [score.completeness for score in one_by_one]
    for family, contributions in many.families.items():
        of_rows = [{one.family: one.contribution for one in score.families}[family] for score in one_by_one]
        assert contributions.tolist() == of_rows


def test_arrays_are_columns_too(model: ChurnModel) -> None:
    """Numpy columns say unknown by NaN, and give what lists with None give; a slice is a list of scores."""
    lists: dict[str, list[FactValue]] = {"usage.live": [True, None, False], "support.open_p1": [None, 1, 9]}
    arrays: dict[str, Any] = {"usage.live": np.array([1, np.nan, 0]), "support.open_p1": np.array([np.nan, 1, 9])}

    assert model.score_many(arrays)[0:3] == list(model.score_many(lists))
    assert model.score_many(lists)[-1].out_of_range == ("support.open_p1",)


@settings(max_examples=100)
@given(row=st.fixed_dictionaries(COLUMNS))
def test_drivers_add_up_exactly(model: ChurnModel, row: dict[str, FactValue]) -> None:
    """Base and contributions add up to the log-odds in any order, without rounding, and the odds to the probability."""
    score = scored(model, row)

    assert model.base + sum(family.contribution for family in score.families) == score.log_odds
    assert model.base + sum(family.contribution for family in reversed(score.families)) == score.log_odds
    assert score.probability == round(1 / (1 + math.exp(-score.log_odds)), 6)


@settings(max_examples=100)
@given(row=st.fixed_dictionaries(COLUMNS))
def test_drivers_name_their_facts_in_the_order_of_what_they_add(model: ChurnModel, row: dict[str, FactValue]) -> None:
    """The facts of a family stand as sorting them by what they add, ties by name, would put them; so many push."""
    adds = model.contributions(facts(FACTS, row))
    for family in scored(model, row).families:
        rises = family.contribution > 0
        by_name = sorted(model.families[family.family])
        assert list(family.facts) == sorted(by_name, key=adds.__getitem__, reverse=rises)
        assert family.pushing == sum((adds[name] if rises else -adds[name]) >= 0.02 for name in by_name)


def test_without_drivers_a_score_is_the_same(model: ChurnModel) -> None:
    """Whoever wants the risk alone gets the same risk."""
    known = facts(FACTS, {"support.open_p1": 40, "usage.live": True})
    assert model.score(known, with_drivers=False) == model.score(known)._replace(families=())


def test_a_fact_without_a_column_is_unknown(model: ChurnModel) -> None:
    """Bulk input may leave facts out; no column at all is no account."""
    two = model.score_many({"usage.live": [True, None]})
    assert list(two) == [scored(model, {"usage.live": True}), scored(model, {})]
    assert list(model.score_many({})) == []


def test_columns_of_different_length_are_refused(model: ChurnModel) -> None:
    """Rows must not shift against each other."""
    with pytest.raises(ValueError, match="columns differ in length"):
        model.score_many({"usage.live": [True], "support.open_p1": [1, 2]})
