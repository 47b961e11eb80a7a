"""What is learned from, what is refused, and that the same data give the same model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.churn.training.small_book import SMALL, book, small_model, with_column

from nextplay.churn.training.augmentation import with_copies
from nextplay.churn.training.baselines import BASELINES
from nextplay.churn.training.fit import checked, fitted
from nextplay.churn.training.measures import auc
from nextplay.churn.training.signs import contradictions
from nextplay.churn.training.table import Column, Table
from nextplay.errors import InputInvalid


def churning(accounts: int) -> Table:
    """Return a book in which so many accounts left, twice each."""
    table = book(400, missing=0.0)
    return replace(table, label=np.arange(400) < 2 * accounts, accounts=np.arange(400) // 2)


def test_the_model_finds_what_made_accounts_leave() -> None:
    """Out of fold it ranks well and is calibrated, and no declared sign is contradicted."""
    model = small_model()
    assert model.measures.auc > 0.75
    assert model.measures.slope == pytest.approx(1, abs=0.2)
    assert model.measures.mean == pytest.approx(model.measures.rate, abs=0.02)
    assert (model.contradictions, model.warnings) == ((), ())
    assert 1 <= model.rounds <= SMALL.rounds
    assert len(model.curve) == SMALL.rounds


def test_the_same_data_give_the_same_model() -> None:
    """Tables and calibrator are equal to the last bit; another seed hides other values."""
    again, other = fitted(book(), SMALL), fitted(book(), replace(SMALL, seed=2))
    model = small_model()
    for one, two in zip(model.additive.steps, again.additive.steps, strict=True):
        assert (one.thresholds.tobytes(), one.values.tobytes(), one.missing) == (
            two.thresholds.tobytes(), two.values.tobytes(), two.missing,
        )  # fmt: skip
    assert (model.rounds, model.calibrator, model.additive.base) == (
        again.rounds,
        again.calibrator,
        again.additive.base,
    )
    assert other.additive.base != model.additive.base


def test_few_churners_are_warned_of_and_too_few_refused() -> None:
    """Accounts are counted, not rows: under 50 a warning, under 20 nothing is learned."""
    assert checked(churning(50)) == ()
    assert checked(churning(49)) == ("only 49 accounts left; under 50 the figures below are hardly more than a guess",)
    with pytest.raises(InputInvalid, match="label: only 19 accounts left; under 20 nothing can be learned"):
        checked(churning(19))
    with pytest.raises(InputInvalid, match=r"only 12 accounts left among the earlier rows.*`nextplay model adapt`"):
        checked(churning(12), side=" among the earlier rows")
    with pytest.raises(InputInvalid, match="label: only 0 accounts stayed throughout"):
        checked(churning(200))


def test_leaks_are_refused_together_unless_a_person_vouches() -> None:
    """Every leak is named by its column, with columns that say nothing; a column vouched for passes."""
    table = with_column(book(400), Column("cancel_meetings", "flag", np.tile([0.0, 1.0], 200)))
    constant = with_column(table, Column("region", "word", np.zeros(400), words=("north",)))
    with pytest.raises(InputInvalid) as refused:
        fitted(constant, SMALL)
    assert [violation.path for violation in refused.value.violations] == ["cancel_meetings", "region"]
    assert checked(table, ["cancel_meetings"]) == ()


def test_a_sign_that_the_data_contradict_is_reported_and_kept() -> None:
    """The report names the column; the table stays on the declared side."""
    table = book(500)
    turned = replace(
        table,
        columns=tuple(replace(one, sign=1) if one.name == "usage.active_ratio" else one for one in table.columns),
    )
    [found] = contradictions(turned)
    assert found.column == "usage.active_ratio"
    assert "points the other way" in str(found)
    model = fitted(turned, replace(SMALL, rounds=10))
    steps = model.additive.steps[model.table.names.index("usage.active_ratio")]
    assert (np.diff(steps.values) >= 0).all()
    assert model.warnings == (str(found),)


def test_copies_hide_their_share() -> None:
    """Each copy hides what it should, in the order of the shares."""
    copies = with_copies(np.ones((400, 10)), (0.0, 0.25, 0.5), seed=1)
    hidden = [np.isnan(copies[start : start + 400]).mean() for start in (0, 400, 800)]
    assert hidden == [0.0, pytest.approx(0.25, abs=0.02), pytest.approx(0.5, abs=0.03)]


def test_what_is_unknown_stays_near_the_rate() -> None:
    """With half of the values hidden the mean probability stays within .03 of the rate, and ranking survives."""
    model, judged = small_model(), book(3000, seed=21, missing=0.5)
    probability = model.probabilities(judged.matrix)
    assert probability.mean() == pytest.approx(judged.label.mean(), abs=0.03)
    assert auc(probability, judged.label) > 0.65


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_take_every_table(name: str) -> None:
    """Each gives probabilities for rows it never saw, with missing values, words and a word never met."""
    learn, judge = book(300), book(100, seed=8)
    judge.matrix[0, judge.names.index("profile.plan")] = 3
    probability = BASELINES[name](learn, judge)
    assert probability.shape == (100,)
    assert ((probability >= 0) & (probability <= 1)).all()
    assert name == "prevalence" or auc(probability, judge.label) > 0.6
