"""The runs of the model's benchmark: one split of one data set each, so that two cores can share them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np

from bench.model_sets import SETS, DataSet
from nextplay.churn.artefact import FILE_NAME, ModelFile
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import Family
from nextplay.churn.training.assembly import artefact_of, title
from nextplay.churn.training.augmentation import hidden
from nextplay.churn.training.baselines import BASELINES
from nextplay.churn.training.fit import Fitted, fitted
from nextplay.churn.training.measures import auc, intervals, measured, sigmoids
from nextplay.churn.training.splits import grouped_folds, parted, time_split
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Column, Flags, Floats, Table
from nextplay.decision import FactValue
from nextplay.facts import Facts
from nextplay.facts.spec import FactSpec

FOLDS: Final = 5
SEED: Final = 1
RECIPE: Final = Recipe(seed=SEED)
OURS: Final = "additive, signs, calibrated"
STRESS: Final = f"{OURS}; half hidden"
MODELS: Final = (OURS, *BASELINES)
HIDDEN_SHARE: Final = 0.5
_RESAMPLES: Final = 100
_LATEST: Final = 0.1
_BULK: Final = 100_000
_PASSES: Final = 5
_ACCOUNTS: Final = 250
_SHORT_PASSES: Final = 200

Split = Literal["grouped", "later", "whole"]


@dataclass(frozen=True, slots=True)
class Run:
    """One thing to do: a fold of the grouped split, the split by time (fold 0), or the whole set, to be served."""

    data: DataSet
    folder: Path
    split: Split
    fold: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """Probabilities of the rows that judged, by model, and how many rows they are of."""

    run: Run
    rows: Flags
    probabilities: dict[str, Floats]
    seconds: float


def judged(run: Run) -> Judged:
    """Learn on one side of the split with our recipe and with each baseline, and score the other side."""
    begin = time.perf_counter()
    table = _table(run.data.name, run.folder)
    learn, judge = _sides(run, table)
    early, late = table.rows(learn), table.rows(judge)
    model = fitted(early, RECIPE, vouched=run.data.vouched)
    found = {OURS: model.probabilities(late.matrix)}
    found[STRESS] = model.probabilities(hidden(late.matrix, HIDDEN_SHARE, seed=SEED))
    found |= {name: baseline(early, late) for name, baseline in BASELINES.items()}
    return Judged(run, judge, found, time.perf_counter() - begin)


def summary(parts: list[Judged]) -> dict[str, Any]:
    """Measure all models on the rows of a split taken together; `auc` also fold by fold, as mean and deviation."""
    run = parts[0].run
    table = _table(run.data.name, run.folder)
    order = np.concatenate([np.flatnonzero(part.rows) for part in parts])
    label, accounts = table.label[order], table.accounts[order]
    models = {}
    for name in (*MODELS, STRESS):
        probability = np.concatenate([part.probabilities[name] for part in parts])
        ends = intervals(probability, label, accounts, seed=SEED, resamples=_RESAMPLES)
        areas = [auc(part.probabilities[name], table.label[part.rows]) for part in parts]
        models[name] = {
            **{measure: round(value, 5) for measure, value in asdict(measured(probability, label)).items()},
            "intervals": {measure: [round(low, 5), round(high, 5)] for measure, (low, high) in ends.items()},
            "auc_of_folds": [round(float(np.mean(areas)), 5), round(float(np.std(areas)), 5)],
        }
    return {"rows": len(label), "churned_rows": int(label.sum()), "models": models}


def served(run: Run) -> dict[str, Any]:
    """Learn from the whole set, write the artefact, load it as a server does, and compare and time it.

    The columns are dealt to the six families in turn: a model of a real book has them all.
    Parity is with scikit-learn's `predict_proba`, on 10,000 rows drawn from the set with a third of the values hidden.
    """
    begin = time.perf_counter()
    model = fitted(_table(run.data.name, run.folder), RECIPE, vouched=run.data.vouched)
    trained = time.perf_counter() - begin
    specs = {column.name: _spec(column) for column in model.table.columns}
    about = title("bench", "trained", horizon_days=run.data.horizon_days)
    content = artefact_of(model, specs, replace(about, families=dict(zip(sorted(specs), cycle(get_args(Family))))))
    scorer = ChurnModel.load(ModelFile(Path("bench") / FILE_NAME, content), specs)
    return {
        "facts": len(specs),
        "rounds": model.rounds,
        "calibrator": model.calibrator.kind,
        "contradicted": [one.column for one in model.contradictions],
        "train_seconds": round(trained, 1),
        "artefact_bytes": len(json.dumps(json.loads(content)["tables"], separators=(",", ":"))),
        "parity": _parity(model, scorer),
        **_times(model, scorer),
    }


@cache
def _table(name: str, folder: Path) -> Table:
    """Read a set once in each process."""
    return next(data for data in SETS if data.name == name).table(folder)


def _sides(run: Run, table: Table) -> tuple[Flags, Flags]:
    if run.split == "later":
        return time_split(table, horizon_days=run.data.horizon_days, test_share=_LATEST)
    return [*parted(grouped_folds(table, folds=FOLDS, seed=SEED))][run.fold]


def _spec(column: Column) -> FactSpec:
    preference: Any = {1: "lower_is_better", -1: "higher_is_better", 0: "context"}[column.sign]
    return FactSpec(column.name, column.kind, "a column of the benchmark", preference=preference, words=column.words)


def _drawn(model: Fitted, rows: int) -> Floats:
    places = np.random.default_rng(SEED).integers(0, len(model.table), rows)
    return hidden(model.table.matrix[places], 1 / 3, seed=SEED)


def _columns(model: Fitted, matrix: Floats) -> dict[str, list[FactValue]]:
    """Turn a matrix into columns of facts."""
    return {
        column.name: [_value(column, cell) for cell in matrix[:, place].tolist()]
        for place, column in enumerate(model.additive.columns)
    }


def _value(column: Column, cell: float) -> FactValue:
    if np.isnan(cell):
        return None
    return column.words[int(cell)] if column.kind == "word" else bool(cell) if column.kind == "flag" else cell


def _parity(model: Fitted, scorer: ChurnModel) -> float:
    matrix = _drawn(model, 10_000)
    own = model.boosted.estimator.predict_proba(matrix)[:, 1]
    return float(np.abs(sigmoids(scorer.score_many(_columns(model, matrix)).log_odds) - own).max())


def _times(model: Fitted, scorer: ChurnModel) -> dict[str, float]:
    """Time one score with drivers (microseconds), and a hundred thousand in bulk (milliseconds), the best of passes.

    In bulk, numbers and flags come as numpy arrays and words as lists, as they come out of Parquet.
    """
    matrix = _drawn(model, _BULK)
    columns = _columns(model, matrix)
    bulk: dict[str, Any] = {
        column.name: columns[column.name] if column.kind == "word" else matrix[:, place].copy()
        for place, column in enumerate(model.additive.columns)
    }
    names = tuple(columns)
    positions = {name: place for place, name in enumerate(names)}
    rows = list(zip(*(columns[name][:_ACCOUNTS] for name in names), strict=True))
    accounts = [Facts(names, row, (), positions) for row in rows]
    one = _best(lambda: [scorer.score(account) for account in accounts], passes=_SHORT_PASSES)
    many = _best(lambda: scorer.score_many(bulk), passes=_PASSES)
    return {"score_microseconds": round(one / len(rows) * 1e6, 2), "bulk_milliseconds": round(many * 1e3, 1)}


def _best(work: Callable[[], object], *, passes: int) -> float:
    """Return the CPU seconds of the best pass: others share the machine, and its caches."""
    found = []
    for _ in range(passes):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)
