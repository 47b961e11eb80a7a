"""A model of three tables and the vocabulary it reads: small enough to see every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nextplay.churn.artefact import FILE_NAME, artefact_bytes
from nextplay.churn.model import ChurnModel
from nextplay.decision import FactValue
from nextplay.facts import Facts
from nextplay.facts.spec import FactSpec

VERSION = "small-1"
SPECS = {
    spec.name: spec
    for spec in (
        FactSpec("churn.probability", "number", "the model's own answer", low=0, high=1),
        FactSpec("relationship.champion", "word", "who speaks for us", words=("present", "left", "never")),
        FactSpec("support.open_p1", "number", "open P1", low=0, high=100, preference="lower_is_better", whole=True),
        FactSpec("usage.active_ratio", "number", "use", low=0, high=1000, preference="higher_is_better"),
        FactSpec("usage.live", "flag", "went live", preference="higher_is_better"),
        FactSpec("usage.note", "text", "free text"),
    )
}
FACTS = ("relationship.champion", "support.open_p1", "usage.active_ratio", "usage.live")


def document() -> dict[str, Any]:
    """Return a sound artefact, without its hash, free to be spoiled."""
    return {
        "format": "nextplay-churn-table/2",
        "version": VERSION,
        "provenance": "synthetic",
        "horizon_days": 90,
        "base": -2.0,
        "bands": [
            {"band": "low", "below": 0.05},
            {"band": "moderate", "below": 0.2},
            {"band": "high", "below": 0.5},
            {"band": "critical", "below": 1.0},
        ],
        "tables": [
            {
                "kind": "word",
                "fact": "relationship.champion",
                "family": "relationship",
                "worsening": ["present", "never", "left"],
                "values": {"present": -0.25, "never": 0.125, "left": 0.5},
                "unseen": [],
                "missing": 0.0,
            },
            {
                "kind": "number",
                "unit": "",
                "fact": "support.open_p1",
                "family": "support",
                "sign": 1,
                "range": [0.0, 5.0],
                "thresholds": [0.0, 1.0],
                "values": [-0.125, 0.25, 0.5],
                "missing": 0.0,
            },
            {
                "kind": "number",
                "unit": "",
                "fact": "usage.active_ratio",
                "family": "usage",
                "sign": -1,
                "range": [0.0, 3.0],
                "thresholds": [0.5, 0.75],
                "values": [0.75, 0.25, -0.25],
                "missing": 0.0625,
            },
            {
                "kind": "flag",
                "fact": "usage.live",
                "family": "usage",
                "sign": -1,
                "if_false": 0.25,
                "if_true": -0.125,
                "missing": 0.0,
            },
        ],
        "calibrator": {"kind": "none"},
        "missing": {"policy": "learned", "hidden_shares": [0.0, 0.5]},
        "training": {
            "data_hash": "sha256:" + "0" * 64,
            "rows": 100,
            "accounts": 100,
            "churners": 60,
            "base_rate": 0.6,
            "first_day": None,
            "last_day": "2026-01-31",
            "seed": 1,
            "rounds": 10,
            "parameters": {"learning_rate": 0.08},
            "measures": {"auc": 0.7},
            "contradicted": [],
            "versions": {"scikit-learn": "1.9.1"},
        },
        "reference": {
            "rows": 100,
            "facts": {fact: {"missing": 0.5, "quantiles": [], "shares": {}} for fact in FACTS},
            "probabilities": [0.1, 0.9],
        },
        "golden": [{"values": {}, "log_odds": -1.9375, "probability": 0.125923}],
    }


def written(folder: Path, content: dict[str, Any] | bytes) -> Path:
    """Write an artefact below `folder` and return the folder of its version."""
    place = folder / VERSION
    place.mkdir()
    (place / FILE_NAME).write_bytes(content if isinstance(content, bytes) else artefact_bytes(content))
    return place


def loaded(folder: Path, content: dict[str, Any] | bytes) -> ChurnModel:
    """Load what `written` wrote."""
    return ChurnModel.load(written(folder, content), SPECS)


def facts(names: Sequence[str], values: Mapping[str, FactValue]) -> Facts:
    """Return the facts `names` of an account of which only `values` are known."""
    positions = {name: place for place, name in enumerate(names)}
    return Facts(tuple(names), tuple(values.get(name) for name in names), (), positions)
