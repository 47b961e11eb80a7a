"""What a model must be measured beside: the plain things one would do without it.

Each baseline learns from a table and returns probabilities of the rows of another with the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from nextplay.churn.training.measures import logistic_line, sigmoids
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Floats, Table

Baseline = Callable[[Table, Table], Floats]
_ITERATIONS: Final = 2000
_KNOTS: Final = 5


def prevalence(learn: Table, judge: Table) -> Floats:
    """Give everybody the share that left."""
    return np.full(len(judge), learn.label.mean())


def health_score(learn: Table, judge: Table) -> Floats:
    """Add up all columns with a declared sign, in standard deviations and with equal weights; unknown counts as mean.

    What the trade uses; a sigmoid turns the score into a probability.
    """
    signs = np.array([float(column.sign) for column in learn.columns])
    centre = np.nan_to_num(np.nanmean(learn.matrix, axis=0))
    scale = np.nan_to_num(np.nanstd(learn.matrix, axis=0)) + 1e-12
    scores = [np.nan_to_num((table.matrix - centre) / scale) @ signs for table in (learn, judge)]
    slope, intercept = logistic_line(scores[0], learn.label)
    return sigmoids(slope * scores[1] + intercept)


def logistic(learn: Table, judge: Table) -> Floats:
    """Fit a logistic regression: medians and an indicator for what is missing, one column a word."""
    return _fitted(make_pipeline(_prepared(learn), StandardScaler(), _regression()), learn, judge)


def spline_logistic(learn: Table, judge: Table) -> Floats:
    """Fit a logistic regression over cubic splines of the numbers, with knots at quantiles."""
    return _fitted(make_pipeline(_prepared(learn, splines=True), StandardScaler(), _regression()), learn, judge)


def boosted_trees(learn: Table, judge: Table) -> Floats:
    """Fit scikit-learn's gradient boosting as it comes: deep trees, no signs, nothing hidden."""
    categorical = [column.categorical for column in learn.columns]
    return _fitted(HistGradientBoostingClassifier(categorical_features=categorical, random_state=1), learn, judge)


def monotone_trees(learn: Table, judge: Table) -> Floats:
    """Fit boosting with trees of depth 3 that keep the signs: what facts add together, and nothing else, sets it apart.

    The rest is as in the recipe of the additive model, with a fixed number of rounds.
    """
    model = HistGradientBoostingClassifier(
        max_depth=3,
        learning_rate=0.08,
        l2_regularization=5.0,
        min_samples_leaf=Recipe(hidden_shares=(0.0,)).leaf_rows(len(learn)),
        categorical_features=[column.categorical for column in learn.columns],
        monotonic_cst=[column.sign for column in learn.columns],
        random_state=1,
    )
    return _fitted(model, learn, judge)


BASELINES: Final[Mapping[str, Baseline]] = {
    "prevalence": prevalence,
    "health score": health_score,
    "logistic": logistic,
    "spline logistic": spline_logistic,
    "default boosting": boosted_trees,
}
"""Name -> baseline, from the plainest."""
DEEPER: Final[Mapping[str, Baseline]] = {"monotone trees of depth 3": monotone_trees}
"""Beside default boosting, what is tried to see whether facts act together: no baseline, a question to the model."""


def _fitted(model: Any, learn: Table, judge: Table) -> Floats:  # noqa: ANN401  scikit-learn ships no types
    with threadpool_limits(1):
        model.fit(learn.matrix, learn.label)
        probability: Floats = model.predict_proba(judge.matrix)[:, 1]
    return probability


def _regression() -> Any:  # noqa: ANN401  scikit-learn ships no types
    return LogisticRegression(max_iter=_ITERATIONS)


def _prepared(learn: Table, *, splines: bool = False) -> Any:  # noqa: ANN401  scikit-learn ships no types
    """Impute, mark what is missing, spread words over columns; few different numbers need no splines."""
    words = [place for place, column in enumerate(learn.columns) if column.categorical]
    numbers = [place for place in range(len(learn.columns)) if place not in words]
    many = [place for place in numbers if splines and len(np.unique(learn.matrix[:, place])) > 2 * _KNOTS]
    curve = make_pipeline(SimpleImputer(strategy="median"), SplineTransformer(_KNOTS, knots="quantile"))
    line = SimpleImputer(strategy="median", add_indicator=True)
    return ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
            ("numbers", line, [place for place in numbers if place not in many]),
            ("curves", make_union(curve, line), many),
        ]
    )
