"""A plain model that does better is named, and whether that may be chance."""

from __future__ import annotations

import numpy as np

from nextplay.churn.training.diagnostics import Gap, Judged
from nextplay.churn.training.measures import sigmoids
from nextplay.churn.training.rivals import Rival, rival_sentence, rivals

CHANCE = np.random.default_rng(1)
LOG_ODDS = CHANCE.normal(-1, 1.5, 800)
LEFT = CHANCE.random(800) < sigmoids(LOG_ODDS)


def judged(noise: float) -> Judged:
    """Return a logistic baseline that knows the truth beside a model that sees it through noise."""
    blurred = sigmoids(LOG_ODDS + np.random.default_rng(2).normal(0, noise, 800))
    said = {"this model": blurred, "logistic": sigmoids(LOG_ODDS), "prevalence": np.full(800, LEFT.mean())}
    return Judged(said, LEFT, np.arange(800), None)


def test_a_better_baseline_is_believed_where_it_wins_by_more_than_chance() -> None:
    """Much noise is told from the truth by pairs of the same draws; the sentence says so and what to do."""
    [found] = rivals(judged(1.5), "this model", seed=1)
    assert found.name == "logistic"
    assert found.clear
    assert found.auc.difference > 0
    assert found.log_loss.difference > 0
    told = rival_sentence(found)
    assert told.startswith("Logistic, on the rows that judged: log-loss better by 0.")
    assert "more than chance" in told
    assert "Believe it rather than this model" in told


def test_a_gain_within_its_error_may_be_chance() -> None:
    """A baseline that is a hair better is named, without advice to change over."""
    close = judged(1.5)
    hair = CHANCE.normal(0, 0.3, 800)
    worse = {"this model": sigmoids(LOG_ODDS + hair + 0.02), "logistic": close.probability["logistic"]}
    found = rivals(Judged(worse, LEFT, close.accounts, None), "this model", seed=1)
    assert [rival.clear for rival in found] == [False]
    assert "These rows cannot tell the two apart" in rival_sentence(found[0])


def test_what_wins_one_and_loses_the_other_is_chosen_by_what_is_asked() -> None:
    """A better order with clearly worse probabilities is told with both, and nobody is told to change over."""
    mixed = Rival("logistic", Gap(0.05, 0.01), Gap(-0.05, 0.01))
    told = rival_sentence(mixed)
    assert "log-loss worse by 0.050 (more than chance" in told
    assert "AUC better by 0.050 (more than chance" in told
    assert told.endswith("Choose by what is asked: AUC for the order of work, log-loss for probabilities.")


def test_a_worse_baseline_is_no_rival() -> None:
    """What has neither the better AUC nor the better log-loss is not named, and the rate alone never is."""
    turned = judged(1.5)
    said = {"this model": turned.probability["logistic"], "logistic": turned.probability["this model"]}
    assert rivals(Judged(said, LEFT, turned.accounts, None), "this model", seed=1) == ()
