"""From a fitted model to the artefact that serves it: data alone, proven equal to the learner before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np

from nextplay.churn.artefact import FORMAT, artefact_bytes
from nextplay.churn.reference import DECIMALS, spread_of_answers, spread_of_numbers, spread_of_words
from nextplay.churn.tables import Family
from nextplay.churn.training.additive import Additive, Steps
from nextplay.churn.training.bands import bands_of
from nextplay.churn.training.facts import family_of
from nextplay.churn.training.fit import Fitted, library_versions
from nextplay.churn.training.measures import sigmoids
from nextplay.churn.training.table import Column, Floats
from nextplay.errors import EngineFault, InputInvalid, Violation
from nextplay.facts.spec import FactSpec

PARITY: Final = 1e-11
"""How far a probability of the tables may be from the learner's own."""
_DAY_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Title:
    """What the numbers do not say: `bands` are upper limits of probability, `families` override those by name.

    Bands that are left out follow from the base rate: see `bands_of`.
    """

    version: str
    provenance: Literal["synthetic", "trained"]
    horizon_days: int
    bands: Mapping[str, float]
    families: Mapping[str, Family]


def title(version: str, provenance: Literal["synthetic", "trained"], *, horizon_days: int) -> Title:
    """Return a title with the usual bands and families."""
    return Title(version, provenance, horizon_days, {}, {})


def artefact_of(model: Fitted, specs: Mapping[str, FactSpec], about: Title) -> bytes:
    """Write the artefact of a model whose columns are facts.

    Raises `InputInvalid` for columns that are none, and `EngineFault` where the tables are not what was learned.
    """
    strangers = [name for name in model.table.names if name not in specs]
    if strangers:
        raise InputInvalid([Violation(name, "is no fact; a model that serves reads facts only") for name in strangers])
    prove(model)
    used = _used(model.additive)
    bands = bands_of(float(model.table.label.mean()), about.bands)
    content = {
        "format": FORMAT,
        "version": about.version,
        "provenance": about.provenance,
        "horizon_days": about.horizon_days,
        "base": model.additive.base,
        "bands": [{"band": band, "below": float(below)} for band, below in bands.items()],
        "tables": _tables(used, specs, about.families),
        "calibrator": model.calibrator.model_dump(),
        "missing": {"policy": "learned", "hidden_shares": list(model.recipe.hidden_shares)},
        "training": _training(model),
        "reference": _reference(model, used),
        "golden": _golden(replace(model, additive=used)),
    }
    return artefact_bytes(content)


def prove(model: Fitted) -> None:
    """Compare tables and learner on the rows that were learned from. Raises `EngineFault` where they part."""
    matrix = model.table.matrix
    own = model.boosted.estimator.predict_proba(matrix)[:, 1]
    if np.abs(sigmoids(model.additive.log_odds(matrix)) - own).max() > PARITY:
        raise EngineFault("the tables are not what was learned; keep the training table and report this")


def _used(additive: Additive) -> Additive:
    """Leave out facts that turned out to say nothing: they would only make accounts look less well known."""
    pairs = zip(additive.columns, additive.steps, strict=True)
    kept = [(column, steps) for column, steps in pairs if steps.missing or np.nan_to_num(steps.values).any()]
    if not kept:
        raise InputInvalid([Violation("facts", "none of them tells who leaves; the rate alone is as good")])
    return Additive(additive.base, tuple(column for column, _ in kept), tuple(steps for _, steps in kept))


def _tables(additive: Additive, specs: Mapping[str, FactSpec], families: Mapping[str, Family]) -> list[dict[str, Any]]:
    built = [
        _table(column, steps, specs[column.name])
        | {"fact": column.name, "family": families.get(column.name, family_of(column.name)), "missing": steps.missing}
        for column, steps in zip(additive.columns, additive.steps, strict=True)
    ]
    return sorted(built, key=lambda table: str(table["fact"]))


def _table(column: Column, steps: Steps, spec: FactSpec) -> dict[str, Any]:
    match column.kind:
        case "number":
            low, high = _range(column)
            thresholds, values = steps.thresholds.tolist(), steps.values.tolist()
            return {"kind": "number", "unit": spec.unit, "sign": column.sign, "range": [low, high]} | {
                "thresholds": thresholds,
                "values": values,
            }
        case "flag":
            no, yes = steps.adds(np.array([0.0, 1.0]), categorical=False).tolist()
            return {"kind": "flag", "sign": column.sign, "if_false": no, "if_true": yes}
        case "word":
            met = {column.words[int(place)] for place in np.unique(column.values[~np.isnan(column.values)])}
            adds = steps.adds(np.arange(len(column.words), dtype=np.float64), categorical=column.categorical)
            values = {word: float(value) for word, value in zip(column.words, adds, strict=True) if word in met}
            worsening = [] if column.categorical else [word for word in column.words if word in met]
            unseen = [word for word in column.words if word not in met]
            return {"kind": "word", "worsening": worsening, "values": values, "unseen": unseen}


def _range(column: Column) -> tuple[float, float]:
    low, high = float(np.nanmin(column.values)), float(np.nanmax(column.values))
    return low, high if high > low else float(np.nextafter(low, np.inf))


def _training(model: Fitted) -> dict[str, Any]:
    table, recipe = model.table, model.recipe
    days = [None, None] if table.days is None else [_iso(int(table.days.min())), _iso(int(table.days.max()))]
    measures = asdict(model.measures)
    return {
        "data_hash": table.content_hash(),
        "rows": len(table),
        "accounts": len(np.unique(table.accounts)),
        "churners": table.churners,
        "base_rate": float(table.label.mean()),
        "first_day": days[0],
        "last_day": days[1],
        "seed": recipe.seed,
        "rounds": model.rounds,
        "parameters": {
            "learning_rate": recipe.learning_rate,
            "l2_regularization": recipe.l2_regularization,
            "min_samples_leaf": float(recipe.leaf_rows(len(table))),
            "folds": float(recipe.folds),
        },
        "measures": {name: round(value, DECIMALS) for name, value in measures.items()},
        "contradicted": [one.column for one in model.contradictions],
        "versions": library_versions(),
    }


def _iso(day: int) -> str:
    return (_DAY_ZERO + timedelta(days=day)).date().isoformat()


def _reference(model: Fitted, used: Additive) -> dict[str, Any]:
    answers = spread_of_answers(model.probabilities(model.table.matrix))
    return {"rows": len(model.table), "facts": {column.name: _spread(column) for column in used.columns}} | answers


def _spread(column: Column) -> dict[str, Any]:
    if column.kind == "number":
        return spread_of_numbers(column.values)
    return spread_of_words(column.values, column.words or ("false", "true"))


def _golden(model: Fitted) -> list[dict[str, Any]]:
    """Make accounts of quantiles, so that no customer's values stand in the file: unknown, low, middle, high, mixed."""
    columns = model.additive.columns
    quantiles = np.vstack([np.nanpercentile(column.values, (0, 10, 50, 90, 100), method="lower") for column in columns])
    rows = [np.full(len(columns), np.nan), *quantiles.T]
    rows += [np.where(np.arange(len(columns)) % 2, row, np.nan) for row in quantiles.T]
    matrix: Floats = np.vstack(rows)
    scored = zip(rows, model.additive.log_odds(matrix), model.probabilities(matrix), strict=True)
    return [
        {
            "values": {column.name: _value(column, value) for column, value in zip(columns, row, strict=True) if value == value},  # noqa: E501, PLR0124  only NaN differs from itself
            "log_odds": float(log_odds),
            "probability": round(float(probability), DECIMALS),
        }
        for row, log_odds, probability in scored
    ]  # fmt: skip


def _value(column: Column, value: float) -> bool | float | str:
    match column.kind:
        case "number":
            return float(value)
        case "flag":
            return bool(value)
        case "word":
            return column.words[int(value)]
