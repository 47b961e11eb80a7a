"""The learner: gradient boosting with trees of one split, and each of its trees as plain numbers.

Every tree asks about one column only, so that the log-odds are an exact sum of one table a column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from nextplay.churn.training.augmentation import with_copies
from nextplay.churn.training.table import Floats, Table

_LEAF_SHARE: Final = 40
_LEAST_IN_LEAF: Final = 5
_MOST_IN_LEAF: Final = 30


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn. The same recipe, table and versions give the same model.

    `hidden_shares` are the shares of values hidden in each copy of the rows. `rounds` are the most that are tried;
    cross-validation over `folds` chooses. The figures were found on five public data sets; see docs/model.md.
    """

    seed: int = 1
    learning_rate: float = 0.08
    l2_regularization: float = 5.0
    hidden_shares: tuple[float, ...] = (0.0, 0.25, 0.5)
    rounds: int = 1000
    folds: int = 5

    def leaf_rows(self, rows: int) -> int:
        """Return how many rows a side of a split needs: a fortieth, within 5 and 30, of `rows`, in each copy."""
        return min(max(rows // _LEAF_SHARE, _LEAST_IN_LEAF), _MOST_IN_LEAF) * len(self.hidden_shares)


@dataclass(frozen=True, slots=True)
class Stump:
    """One tree. Numbers up to `threshold`, or words of `left`, add `low`; others `high`; unknown ones `missing`."""

    column: int
    threshold: float
    left: frozenset[int] | None
    low: float
    high: float
    missing: float

    def adds(self, values: Floats) -> Floats:
        """Return what the tree adds for each value of its column."""
        below = values <= self.threshold if self.left is None else np.isin(values, list(self.left))
        return np.where(np.isnan(values), self.missing, np.where(below, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Boosted:
    """What was learned: the log-odds before any tree, and the trees in their order. `estimator` is scikit-learn's own.

    A word that no row of the training had counts as missing: `met` are the places of those met, by column.
    """

    start: float
    stumps: tuple[Stump, ...]
    met: dict[int, frozenset[int]]
    estimator: Any

    def staged(self, matrix: Floats) -> Iterator[Floats]:
        """Yield the log-odds of each row after each tree. The array is the same each time, and grows."""
        known = self._only_met(matrix)
        log_odds = np.full(len(matrix), self.start)
        for stump in self.stumps:
            log_odds += stump.adds(known[:, stump.column])
            yield log_odds

    def _only_met(self, matrix: Floats) -> Floats:
        known = matrix.copy()
        for column, places in self.met.items():
            known[~np.isin(known[:, column], list(places)), column] = np.nan
        return known


def boosted(table: Table, recipe: Recipe, *, rounds: int) -> Boosted:
    """Learn from a table and its copies with hidden values, on one thread: sums in parallel differ in the last bit."""
    estimator = HistGradientBoostingClassifier(
        max_leaf_nodes=2,
        learning_rate=recipe.learning_rate,
        l2_regularization=recipe.l2_regularization,
        min_samples_leaf=recipe.leaf_rows(len(table)),
        max_iter=rounds,
        early_stopping=False,
        categorical_features=[column.categorical for column in table.columns],
        monotonic_cst=[column.sign for column in table.columns],
        random_state=recipe.seed,
    )
    matrix = with_copies(table.matrix, recipe.hidden_shares, seed=recipe.seed)
    with threadpool_limits(1):
        estimator.fit(matrix, np.tile(table.label, len(recipe.hidden_shares)))
    return _read(estimator, table)


def _read(estimator: Any, table: Table) -> Boosted:  # noqa: ANN401  scikit-learn ships no types
    """Take the trees out of scikit-learn's estimator. Columns without order come first there, as they do in a table."""
    words = _words_met(estimator, table)
    trees = [tree for [tree] in estimator._predictors]  # noqa: SLF001  trees have no door
    stumps = tuple(stump for tree in trees for stump in _stump(tree, words))
    flat = sum(float(tree.nodes[0]["value"]) for tree in trees if len(tree.nodes) == 1)
    met = {column: frozenset(places) for column, places in words.items()}
    return Boosted(float(estimator._baseline_prediction[0, 0]) + flat, stumps, met, estimator)  # noqa: SLF001  likewise


def _words_met(estimator: Any, table: Table) -> dict[int, list[int]]:  # noqa: ANN401  scikit-learn ships no types
    """Return for each column of words the places of those met, in the order in which the learner numbers them."""
    places = [place for place, column in enumerate(table.columns) if column.categorical]
    if not places:
        return {}
    encoder = estimator._preprocessor.named_transformers_["encoder"]  # noqa: SLF001  the numbering has no door
    return {
        place: [int(word) for word in met if not np.isnan(word)]
        for place, met in zip(places, encoder.categories_, strict=True)
    }


def _stump(tree: Any, words: dict[int, list[int]]) -> Iterator[Stump]:  # noqa: ANN401  scikit-learn ships no types
    nodes = tree.nodes
    if len(nodes) == 1:
        return
    root = nodes[0]
    low, high = float(nodes[root["left"]]["value"]), float(nodes[root["right"]]["value"])
    column = int(root["feature_idx"])
    left = None
    if root["is_categorical"]:
        bits = tree.raw_left_cat_bitsets[root["bitset_idx"]]
        left = frozenset(word for place, word in enumerate(words[column]) if bits[place // 32] >> (place % 32) & 1)
    missing = low if root["missing_go_to_left"] else high
    yield Stump(column, float(root["num_threshold"]), left, low, high, missing)
