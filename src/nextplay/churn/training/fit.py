"""From a table to a model: guards, rounds, calibrator, and the sum of tables that will be served."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import numpy as np

from nextplay import __version__
from nextplay.churn.calibration import AnyCalibrator
from nextplay.churn.training.additive import Additive, additive
from nextplay.churn.training.calibrators import calibrated, chosen_calibrator
from nextplay.churn.training.leaks import leaks, twins
from nextplay.churn.training.measures import Measures, log_loss, measured, sigmoids
from nextplay.churn.training.signs import Contradiction, contradictions
from nextplay.churn.training.splits import grouped_folds, parted
from nextplay.churn.training.stumps import Boosted, Recipe, boosted
from nextplay.churn.training.table import Floats, Table, Whole
from nextplay.errors import InputInvalid, Violation

FEWEST_CHURNERS: Final = 20
"""Under so many accounts that left there is nothing to learn: refused."""
FEW_CHURNERS: Final = 50
"""Under so many a model is learned with a warning."""

_REMEDY: Final = (
    'bring a longer history, where the split is by time judge by account (`split = "account"`), '
    "or fit the model that is there to your accounts with `nextplay model adapt`"
)
_FEW_ROUNDS: Final = 400
_PLATEAU: Final = 0.95

Progress = Callable[[int, int], None]
"""Told how many of how many models were learned."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what was found on the way. `warnings` are sentences for a person.

    `unseen` are probabilities of the rows, each from models and a calibrator that never saw its account; `measures`
    are of those. `curve` is the cross-validated log-loss after 1, 2 ... rounds. `boosted` is the learner's own model.
    """

    table: Table
    recipe: Recipe
    rounds: int
    curve: Floats
    boosted: Boosted
    additive: Additive
    calibrator: AnyCalibrator
    calibrator_log_loss: dict[str, float]
    unseen: Floats
    measures: Measures
    contradictions: tuple[Contradiction, ...]
    warnings: tuple[str, ...]

    def probabilities(self, matrix: Floats) -> Floats:
        """Return the probability (0..1) of each row of a matrix with the columns of the training, in their order."""
        return calibrated(self.calibrator, self.additive.log_odds(matrix))


def fitted(
    table: Table,
    recipe: Recipe,
    *,
    vouched: Collection[str] = (),
    side: str = "",
    progress: Progress = lambda _done, _of: None,
) -> Fitted:
    """Learn from a table. Columns in `vouched` were known at the time, whatever they look like.

    Where the table is a part of the rows, `side` says in words of which side it is.

    Raises `InputInvalid` with every leak, each named by its column, and where fewer than 20 accounts left or stayed.
    """
    warnings = list(checked(table, vouched, side=side))
    grouped, twin = twins(table)
    warnings += [twin.message] if twin else []
    contradicted = contradictions(grouped)
    folds = grouped_folds(grouped, folds=recipe.folds, seed=recipe.seed)
    stages, curve = _crossed(grouped, folds, recipe, progress)
    rounds = int(curve.argmin()) + 1
    choice = chosen_calibrator(stages[rounds - 1], grouped.label, folds)
    final = boosted(grouped, recipe, rounds=rounds)
    progress(recipe.folds + 1, recipe.folds + 1)
    return Fitted(
        table=grouped,
        recipe=recipe,
        rounds=rounds,
        curve=curve,
        boosted=final,
        additive=additive(final, grouped),
        calibrator=choice.calibrator,
        calibrator_log_loss=choice.log_loss,
        unseen=choice.probability,
        measures=measured(choice.probability, grouped.label),
        contradictions=contradicted,
        warnings=(*warnings, *map(str, contradicted)),
    )


def checked(table: Table, vouched: Collection[str] = (), *, side: str = "") -> tuple[str, ...]:
    """Refuse what cannot be learned from, with every reason; return what a person should know.

    Raises `InputInvalid`.
    """
    found = [leak for leak in leaks(table) if leak.column not in vouched]
    violations = [Violation(leak.column, leak.message) for leak in found]
    left = table.churners
    stayed = len(np.unique(table.accounts)) - left
    if min(left, stayed) < FEWEST_CHURNERS:
        which = "left" if left < FEWEST_CHURNERS else "stayed throughout"
        message = f"only {min(left, stayed)} accounts {which}{side}; under {FEWEST_CHURNERS} nothing can be learned"
        violations.append(Violation("label", f"{message}: {_REMEDY}"))
    violations += [Violation(name, "is the same in every row; leave it out") for name in _constant(table)]
    if violations:
        raise InputInvalid(violations)
    if left < FEW_CHURNERS:
        return (f"only {left} accounts left; under {FEW_CHURNERS} the figures below are hardly more than a guess",)
    return ()


def library_versions() -> dict[str, str]:
    """Return the versions of what a model was made with."""
    return {"nextplay": __version__} | {name: version(name) for name in ("numpy", "scikit-learn")}


def _crossed(table: Table, folds: Whole, recipe: Recipe, progress: Progress) -> tuple[Floats, Floats]:
    """Learn in each fold with few rounds, and with the most where few were too few; see `_stages`, and its log-loss."""
    curve = stages = np.empty(0)
    for tried in sorted({min(_FEW_ROUNDS, recipe.rounds), recipe.rounds}):
        learned: list[Boosted] = []
        for learn, _ in parted(folds):
            learned.append(boosted(table.rows(learn), recipe, rounds=tried))
            progress(len(learned), recipe.folds + 1)
        stages = _stages(learned, table, folds, tried)
        curve = np.array([log_loss(sigmoids(stages[place]), table.label) for place in range(tried)])
        if curve.argmin() < _PLATEAU * tried:
            break
    return stages, curve


def _constant(table: Table) -> list[str]:
    return [column.name for column in table.columns if len(np.unique(column.values)) < 2]  # noqa: PLR2004  two values differ


def _stages(learned: list[Boosted], table: Table, folds: Whole, rounds: int) -> Floats:
    """Return the log-odds of each row (column) after each round (row), from the model that never saw its account."""
    stages = np.empty((rounds, len(table)))
    for model, (_, judge) in zip(learned, parted(folds), strict=True):
        last = np.full(np.count_nonzero(judge), model.start)
        done = 0
        for place, log_odds in enumerate(model.staged(table.matrix[judge])):
            stages[place, judge] = log_odds
            last, done = log_odds, place + 1
        stages[done:, judge] = last
    return stages
