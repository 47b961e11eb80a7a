"""A model judged on rows it never saw, beside the plain baselines: what its figures are worth is the difference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nextplay.churn.training.augmentation import hidden
from nextplay.churn.training.baselines import BASELINES, DEEPER
from nextplay.churn.training.diagnostics import Gap, Judged, auc_gap
from nextplay.churn.training.fit import Fitted, Progress, fitted
from nextplay.churn.training.measures import Measures, intervals, measured
from nextplay.churn.training.rivals import Rival, rivals
from nextplay.churn.training.splits import grouped_folds, parted, timely_folds
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Flags, Floats, Table

OURS: Final = "this model"
NOBODY: Final = "prevalence"
DEEP: Final = "default boosting"
HIDDEN_SHARES: Final = (0.0, 0.25, 0.5, 0.75)
"""Shares of values that are hidden in the rows that judge, to see what the model makes of little evidence."""
SplitKind = Literal["time", "account"]
Sides = Sequence[tuple[Flags, Flags]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of the model and of each baseline on `rows` rows that judged. `intervals` (95 %) are of the model.

    `judged` holds what each of them said of each row. `hidden` are the model's probabilities of the same rows with a
    share of the values hidden; `gaps` what deeper trees win, by name; `rivals` the plain baselines that do better.
    """

    split: SplitKind
    rows: int
    churners: int
    measures: Mapping[str, Measures]
    intervals: Mapping[str, tuple[float, float]]
    judged: Judged
    hidden: Mapping[float, Floats]
    gaps: Mapping[str, Gap]
    rivals: tuple[Rival, ...]

    @property
    def deep_is_better(self) -> bool:
        """Say whether boosting with deep trees ranks better by more than a standard error: facts act together."""
        return self.gaps[DEEP].beyond_error


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

    In both no account that judges was learned from: see `timely_folds`.

    Everything is chosen anew on the rows that learn. Raises `InputInvalid` as `fitted` and `timely_folds` do.
    """
    sides = _sides(table, recipe, split, horizon_days)
    ours: list[dict[float, Floats]] = []
    for done, (learn, judge) in enumerate(sides):

        def told(step: int, of: int, done: int = done) -> None:
            progress(done * of + step, len(sides) * of)

        side = _side(table, split)
        model = fitted(table.rows(learn), recipe, vouched=vouched, side=side, progress=told)
        ours.append(stressed(model, table.rows(judge).matrix, seed=recipe.seed))
    under_stress = {share: np.concatenate([part[share] for part in ours]) for share in HIDDEN_SHARES}
    judged = judged_beside(table, sides, under_stress[0.0])
    found = measured_all(judged)
    return Evaluation(
        split=split,
        rows=len(judged.label),
        churners=int(judged.label.sum()),
        measures=found,
        intervals=intervals(judged.probability[OURS], judged.label, judged.accounts, seed=recipe.seed),
        judged=judged,
        hidden=under_stress,
        gaps=gaps_of(judged, seed=recipe.seed),
        rivals=rivals(judged, OURS, seed=recipe.seed),
    )


def judged_beside(table: Table, sides: Sides, ours: Floats) -> Judged:
    """Put beside the probabilities of a model those of all baselines, learned on the other side of each split.

    `ours` are of the rows that judge, in the order of the splits.
    """
    parts = {
        name: [baseline(table.rows(learn), table.rows(judge)) for learn, judge in sides]
        for name, baseline in (*BASELINES.items(), *DEEPER.items())
    }
    order = np.concatenate([np.flatnonzero(judge) for _, judge in sides])
    probability = {OURS: ours} | {name: np.concatenate(found) for name, found in parts.items()}
    days = None if table.days is None else table.days[order]
    return Judged(probability, table.label[order], table.accounts[order], days)


def measured_all(judged: Judged) -> dict[str, Measures]:
    """Measure every model on the rows that judged."""
    return {name: measured(found, judged.label) for name, found in judged.probability.items()}


def gaps_of(judged: Judged, *, seed: int) -> dict[str, Gap]:
    """Return what trees that let facts act together win in AUC, by name."""
    return {name: auc_gap(judged, name, over=OURS, seed=seed) for name in (DEEP, *DEEPER) if name in judged.probability}


def stressed(model: Fitted, matrix: Floats, *, seed: int) -> dict[float, Floats]:
    """Return the model's probabilities with each of the shares of values hidden by chance."""
    return under_stress(model.probabilities, matrix, seed=seed)


def under_stress(score: Callable[[Floats], Floats], matrix: Floats, *, seed: int) -> dict[float, Floats]:
    """Score rows with each of the shares of values hidden by chance."""
    return {share: score(hidden(matrix, share, seed=seed)) for share in HIDDEN_SHARES}


def _side(table: Table, split: SplitKind) -> str:
    """Name the rows that learn, and what there is on both sides together."""
    where = "among the earlier rows, from which is learned" if split == "time" else "in the folds from which is learned"
    return f" {where} ({table.churners} of {len(np.unique(table.accounts))} accounts left in all rows)"


def _sides(table: Table, recipe: Recipe, split: SplitKind, horizon_days: int) -> Sides:
    if split == "time":
        return timely_folds(table, horizon_days=horizon_days, seed=recipe.seed)
    return [*parted(grouped_folds(table, folds=recipe.folds, seed=recipe.seed))]
