"""What a page about a model is made from: the artefact, the rows that judged it, and what a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nextplay.authoring.labelled import Labelled, LabelledRows
from nextplay.churn.artefact import Artefact
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import FlagTable, NumberTable, Sign, WordTable
from nextplay.churn.training.baselines import prevalence
from nextplay.churn.training.diagnostics import Gap, Judged
from nextplay.churn.training.evaluation import OURS, Evaluation, gaps_of, judged_beside, under_stress
from nextplay.churn.training.facts import fact_columns
from nextplay.churn.training.fit import FEWEST_CHURNERS, Fitted
from nextplay.churn.training.splits import grouped_folds, parted
from nextplay.churn.training.table import Column, Floats, Table
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts.spec import FactSpec

How = Literal["time", "account", "given"]
_FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of the file, those left out by reason, cells that could not be read, and outcomes without a row."""

    rows: int
    left_out: Mapping[str, int]
    cells: int
    without_row: int


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One model and how it was judged.

    `how` says which rows judged: later ones, other accounts in folds, or rows `given` to a model made before. `dated`
    are rows for the look over dates: of a training all rows, each scored by models that never saw its account.
    `vouched` are facts that a person vouched for, `note` says where the baselines come from. `fed` counts the
    facts that a training could learn from.
    """

    artefact: Artefact
    specs: Mapping[str, FactSpec]
    how: How
    judged: Judged
    hidden: Mapping[float, Floats]
    gaps: Mapping[str, Gap]
    dated: Judged
    counted: Counted
    seed: int
    warnings: tuple[str, ...] = ()
    vouched: tuple[str, ...] = ()
    note: str = ""
    fed: int | None = None


def subject_of_training(
    artefact: Artefact,
    specs: Mapping[str, FactSpec],
    *,
    labelled: Labelled,
    model: Fitted,
    evaluation: Evaluation,
    vouched: tuple[str, ...],
) -> Subject:
    """Gather what a training has found."""
    table = model.table
    return Subject(
        artefact=artefact,
        specs=specs,
        how=evaluation.split,
        judged=evaluation.judged,
        hidden=evaluation.hidden,
        gaps=evaluation.gaps,
        dated=Judged({OURS: model.unseen}, table.label, table.accounts, table.days),
        counted=Counted(labelled.rows, labelled.left_out, labelled.cells, labelled.without_row),
        seed=model.recipe.seed,
        warnings=model.warnings,
        vouched=vouched,
        fed=len(table.names),
        note="The baselines learned from the very rows that the judged model learned from, and judge the same ones.",
    )


def subject_of_rows(
    artefact: Artefact, model: ChurnModel, rows: LabelledRows, specs: Mapping[str, FactSpec], *, seed: int
) -> Subject:
    """Judge a model that is there on labelled rows. Baselines learn from other accounts among these rows, in folds.

    With under 20 accounts that left or stayed there is nothing to learn: the rate alone stands beside the model.
    """
    ours = np.asarray(model.score_many(rows.values).probability)
    table = _table(artefact, rows, specs)
    stayed = len(np.unique(table.accounts)) - table.churners
    if table.columns and min(table.churners, stayed) >= FEWEST_CHURNERS:
        sides = [*parted(grouped_folds(table, folds=_FOLDS, seed=seed))]
        order = np.concatenate([np.flatnonzero(judge) for _, judge in sides])
        judged = judged_beside(table, sides, ours[order])
        note = "The baselines learned from these rows: in five folds, each account judged by those that never saw it."
    else:
        order = np.arange(len(ours))
        judged = Judged({OURS: ours, "prevalence": prevalence(table, table)}, table.label, table.accounts, table.days)
        note = f"Under {FEWEST_CHURNERS} accounts left or stayed: too few for baselines that learn."
    drawn = _columns(rows, order)
    matrix = np.array([[value is None for value in drawn[name]] for name in sorted(drawn)], dtype=np.float64).T
    return Subject(
        artefact=artefact,
        specs=specs,
        how="given",
        judged=judged,
        hidden=under_stress(lambda shown: _scored(model, drawn, shown), np.where(matrix, np.nan, 0.0), seed=seed),
        gaps=gaps_of(judged, seed=seed),
        dated=judged,
        counted=Counted(rows.rows, rows.left_out, rows.cells, rows.without_row),
        seed=seed,
        note=note,
    )


def _table(artefact: Artefact, rows: LabelledRows, specs: Mapping[str, FactSpec]) -> Table:
    """Make a table of the model's facts, with the model's signs, for baselines to learn from."""
    columns: list[Column] = []
    signs: dict[str, Sign] = {}
    worsening = {}
    for table in artefact.tables:
        match table:
            case NumberTable() | FlagTable():
                signs[table.fact] = table.sign
            case WordTable():
                if sorted(table.worsening) == sorted(specs[table.fact].words):
                    worsening[table.fact] = table.worsening
    try:
        columns = [*fact_columns(rows.values, specs, signs=signs, worsening=worsening)]
    except InputInvalid:  # a model may read more than may be learned from: then nothing stands beside it
        columns = []
    return Table(tuple(columns), rows.left, rows.accounts, rows.days)


def _columns(rows: LabelledRows, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[str, list[FactValue]]:
    return {name: [values[place] for place in order.tolist()] for name, values in rows.values.items()}


def _scored(model: ChurnModel, columns: Mapping[str, list[FactValue]], shown: Floats) -> Floats:
    """Score rows of which only those cells are known that `shown` (columns by name) has no NaN for."""
    known = {
        name: [None if gone else value for value, gone in zip(columns[name], np.isnan(shown[:, place]), strict=True)]
        for place, name in enumerate(sorted(columns))
    }
    return np.asarray(model.score_many(known).probability)
