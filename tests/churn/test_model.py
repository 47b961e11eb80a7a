"""What a score says, and that one account and many get the same bits."""

from __future__ import annotations

import math
from pathlib import Path

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
        FamilyContribution("usage", 0.625, ("usage.active_ratio", "usage.live")),
        FamilyContribution("relationship", 0.5, ("relationship.champion",)),
        FamilyContribution("support", -0.125, ("support.open_p1",)),
    )
    assert score.completeness == 1.0


def test_a_family_that_lowers_the_risk_names_the_lowering_fact_first(model: ChurnModel) -> None:
    """The order inside a family follows the direction of the family."""
    usage = scored(model, {"usage.active_ratio": 1.0, "usage.live": False})
    assert {family.family: family.facts[0] for family in usage.families}["usage"] == "usage.active_ratio"

    usage = scored(model, {"usage.live": True})
    assert usage.families[0] == FamilyContribution("usage", -0.0625, ("usage.live", "usage.active_ratio"))


def test_equal_contributions_are_ordered_by_name(model: ChurnModel) -> None:
    """Where contributions tie, families and facts come by name, so that equal inputs give equal bytes."""
    score = scored(model, {"support.open_p1": 1, "usage.active_ratio": 1.0, "relationship.champion": "present"})

    assert [family.family for family in score.families] == ["relationship", "support", "usage"]


def test_a_value_beyond_the_range_is_scored_and_named(model: ChurnModel) -> None:
    """Beyond the range the nearest interval answers, and the score says which fact it was."""
    score = scored(model, {"support.open_p1": 40, "usage.active_ratio": 2.0})

    assert score.out_of_range == ("support.open_p1",)
    assert score.log_odds == -2.0 + 0.5 - 0.25


@pytest.mark.parametrize("values", [{"relationship.champion": "unheard of"}, {"usage.active_ratio": math.nan}])
def test_a_value_that_no_table_knows_counts_as_missing(model: ChurnModel, values: dict[str, FactValue]) -> None:
    """An unseen word and a number that is none are unknown, never an ordinary score."""
    assert scored(model, values) == scored(model, {})


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

    assert model.score_many(columns) == [scored(model, row) for row in rows]


@settings(max_examples=100)
@given(row=st.fixed_dictionaries(COLUMNS))
def test_drivers_add_up_exactly(model: ChurnModel, row: dict[str, FactValue]) -> None:
    """Base and contributions add up to the log-odds in any order, without rounding, and the odds to the probability."""
    score = scored(model, row)

    assert model.base + sum(family.contribution for family in score.families) == score.log_odds
    assert model.base + sum(family.contribution for family in reversed(score.families)) == score.log_odds
    assert score.probability == round(1 / (1 + math.exp(-score.log_odds)), 6)


def test_a_fact_without_a_column_is_unknown(model: ChurnModel) -> None:
    """Bulk input may leave facts out; no column at all is no account."""
    assert model.score_many({"usage.live": [True, None]}) == [scored(model, {"usage.live": True}), scored(model, {})]
    assert model.score_many({}) == []


def test_columns_of_different_length_are_refused(model: ChurnModel) -> None:
    """Rows must not shift against each other."""
    with pytest.raises(ValueError, match="columns differ in length"):
        model.score_many({"usage.live": [True], "support.open_p1": [1, 2]})
