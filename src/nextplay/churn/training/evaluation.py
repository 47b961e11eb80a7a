"""A model judged on rows it never saw, beside the plain baselines: what its figures are worth is the difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nextplay.churn.training.baselines import BASELINES
from nextplay.churn.training.fit import Progress, fitted
from nextplay.churn.training.measures import Measures, auc_error, intervals, measured
from nextplay.churn.training.splits import grouped_folds, parted, time_split
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Flags, Floats, Table

OURS: Final = "this model"
DEEP: Final = "default boosting"
SplitKind = Literal["time", "account"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of the model and of each baseline on `rows` rows that judged. `intervals` (95 %) are of the model."""

    split: SplitKind
    rows: int
    churners: int
    measures: Mapping[str, Measures]
    intervals: Mapping[str, tuple[float, float]]

    @property
    def deep_is_better(self) -> bool:
        """Say whether boosting with deep trees ranks better by more than a standard error: facts act together."""
        ours, deep = self.measures[OURS].auc, self.measures[DEEP].auc
        return deep - ours > auc_error(ours, self.churners, self.rows - self.churners)


def evaluated(
    table: Table,
    recipe: Recipe,
    *,
    split: SplitKind,
    horizon_days: int,
    vouched: Collection[str] = (),
    progress: Progress = lambda _done, _of: None,
) -> Evaluation:
    """Judge by time (the latest quarter, after a gap of the horizon) or by account (in folds).

    Everything is chosen anew on the rows that learn. Raises `InputInvalid` as `fitted` and `time_split` do.
    """
    sides = _sides(table, recipe, split, horizon_days)
    parts: dict[str, list[Floats]] = {name: [] for name in (OURS, *BASELINES)}
    for done, (learn, judge) in enumerate(sides):
        early, late = table.rows(learn), table.rows(judge)

        def told(step: int, of: int, done: int = done) -> None:
            progress(done * of + step, len(sides) * of)

        parts[OURS].append(fitted(early, recipe, vouched=vouched, progress=told).probabilities(late.matrix))
        for name, baseline in BASELINES.items():
            parts[name].append(baseline(early, late))
    order = np.concatenate([np.flatnonzero(judge) for _, judge in sides])
    probability = {name: np.concatenate(found) for name, found in parts.items()}
    label = table.label[order]
    return Evaluation(
        split=split,
        rows=len(order),
        churners=int(label.sum()),
        measures={name: measured(found, label) for name, found in probability.items()},
        intervals=intervals(probability[OURS], label, table.accounts[order], seed=recipe.seed),
    )


def _sides(table: Table, recipe: Recipe, split: SplitKind, horizon_days: int) -> list[tuple[Flags, Flags]]:
    if split == "time":
        return [time_split(table, horizon_days=horizon_days)]
    return [*parted(grouped_folds(table, folds=recipe.folds, seed=recipe.seed))]
