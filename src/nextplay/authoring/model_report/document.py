"""The figures of the page, as one document of plain values: what is drawn and what is written come from the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from nextplay.authoring.model_report.shapes import shapes
from nextplay.authoring.model_report.subject import Subject
from nextplay.authoring.model_report.verdict import gap_sentences, verdict
from nextplay.churn.adaptation import line_words, matched_words
from nextplay.churn.artefact import Artefact
from nextplay.churn.training.diagnostics import (
    auc_gap,
    calibration_line,
    captured,
    captured_interval,
    periods,
    reliability,
)
from nextplay.churn.training.evaluation import NOBODY, OURS, measured_all
from nextplay.churn.training.measures import auc, intervals
from nextplay.churn.training.rivals import rival_sentence, rivals

CALLED: Final = (0.05, 0.10, 0.20)
"""Shares of accounts that a team may have the time to call."""
FAINT: Final = 0.05
"""A fact that moves the log-odds by less, known or unknown, is named and not drawn: 5 % of the odds at most."""
_CURVE: Final = np.linspace(0, 1, 101)
_HEALTH: Final = "health score"
_SCORE_BINS: Final = 20


def document_of(subject: Subject) -> dict[str, Any]:
    """Gather every figure of the page."""
    artefact = subject.artefact
    models = _models(subject)
    drawn = shapes(artefact, subject.specs)
    told = [shape for shape in drawn if max(shape["span"], abs(shape["missing"])) >= FAINT]
    found: dict[str, Any] = {
        "version": artefact.version,
        "provenance": artefact.provenance,
        "horizon_days": artefact.horizon_days,
        "content_hash": artefact.content_hash,
        "calibrator": artefact.calibrator.kind,
        "adaptation": _adapted(artefact),
        "training": None if artefact.training is None else artefact.training.model_dump(),
        "how": subject.how,
        "note": subject.note,
        "judged": _judged(subject),
        "counted": asdict(subject.counted) | {"left_out": dict(subject.counted.left_out)},
        "warnings": list(subject.warnings),
        "vouched": list(subject.vouched),
        "models": models,
        "rivals": [rival_sentence(rival) for rival in rivals(subject.judged, OURS, seed=subject.seed)],
        "gaps": [{"name": name, **asdict(gap)} for name, gap in subject.gaps.items()],
        "reliability": _reliability(subject),
        "lift": _lift(subject),
        "facts": len(drawn),
        "fed": subject.fed,
        "shapes": told,
        "faint": [{"fact": shape["fact"], "label": shape["label"]} for shape in drawn if shape not in told],
        "stress": [*_stress(subject)],
        "periods": [*_periods(subject)],
    }
    found["over_health"] = _over_health(subject)
    return found | {"verdict": verdict(found), "gap_sentences": gap_sentences(found)}


def _adapted(artefact: Artefact) -> str | None:
    """Say in words what line was put behind the ranking of another model, if one was."""
    line = artefact.adaptation
    if line is None:
        return None
    return f"from {line.from_version}: log-odds = {line_words(line)}; matched: {matched_words(line)}"


def _judged(subject: Subject) -> dict[str, Any]:
    judged = subject.judged
    days = judged.days
    return {
        "rows": len(judged.label),
        "accounts": len(np.unique(judged.accounts)),
        "left": int(judged.label.sum()),
        "churners": len(np.unique(judged.accounts[judged.label])),
        "days": None if days is None else [str(np.datetime64(int(day), "D")) for day in (days.min(), days.max())],
        "dates": 0 if days is None else len(np.unique(days)),
    }


def _models(subject: Subject) -> list[dict[str, Any]]:
    judged = subject.judged
    found = measured_all(judged)
    nobody = found[NOBODY].brier
    return [
        {
            "name": name,
            "ours": name == OURS,
            "flat": name == NOBODY or bool(np.ptp(judged.probability[name]) == 0),
            "brier_skill": 1 - measures.brier / nobody,
            "intervals": {
                key: list(ends)
                for key, ends in intervals(
                    judged.probability[name], judged.label, judged.accounts, seed=subject.seed
                ).items()
            },
            **asdict(measures if name != NOBODY else replace(measures, auc=0.5)),
        }
        for name, measures in found.items()
    ]


def _over_health(subject: Subject) -> dict[str, float] | None:
    if _HEALTH not in subject.judged.probability:
        return None
    return asdict(auc_gap(subject.judged, OURS, over=_HEALTH, seed=subject.seed))


def _reliability(subject: Subject) -> dict[str, Any]:
    judged, ours = subject.judged, subject.judged.probability[OURS]
    line = calibration_line(ours, judged, seed=subject.seed)
    top = float(np.quantile(ours, 0.995)) if ours.max() > 0 else 1.0
    edges = np.linspace(0, min(1.0, max(top, 0.05)), _SCORE_BINS + 1)
    clipped = np.minimum(ours, edges[-1])
    return {
        "groups": [asdict(group) for group in reliability(ours, judged)],
        "line": {key: getattr(line, key).tolist() for key in ("said", "found", "low", "high")},
        "edges": edges.tolist(),
        "left": np.histogram(clipped[judged.label], edges)[0].tolist(),
        "stayed": np.histogram(clipped[~judged.label], edges)[0].tolist(),
    }


def _lift(subject: Subject) -> dict[str, Any]:
    judged = subject.judged
    shown = [name for name in (OURS, _HEALTH) if name in judged.probability]
    shares = np.array(CALLED)
    low, high = captured_interval(judged.probability[OURS], judged, _CURVE, seed=subject.seed)
    at = np.searchsorted(_CURVE, shares - 1e-9)
    columns = {name: captured(judged.probability[name], judged.label, shares) for name in shown}
    return {
        "rows": [
            {
                "share": float(share),
                "called": round(float(share) * len(judged.label)),
                "found": {name: float(columns[name][place]) for name in shown},
                "low": float(low[at[place]]),
                "high": float(high[at[place]]),
                "left": float(columns[OURS][place]) * int(judged.label.sum()),
            }
            for place, share in enumerate(shares)
        ],
        "shares": _CURVE.tolist(),
        "curves": {name: captured(judged.probability[name], judged.label, _CURVE).tolist() for name in shown},
        "low": low.tolist(),
        "high": high.tolist(),
        "rate": float(judged.label.mean()),
    }


def _stress(subject: Subject) -> Iterator[dict[str, float]]:
    judged = subject.judged
    for share, probability in sorted(subject.hidden.items()):
        ends = intervals(probability, judged.label, judged.accounts, seed=subject.seed)
        yield {
            "share": share,
            "auc": auc(probability, judged.label),
            "auc_low": ends["auc"][0],
            "auc_high": ends["auc"][1],
            "mean": float(probability.mean()),
            "rate": float(judged.label.mean()),
        }


def _periods(subject: Subject) -> Iterator[dict[str, Any]]:
    dated = subject.dated
    for period in periods(dated.probability[OURS], dated):
        yield {
            "name": period.name,
            **asdict(period.group),
            "auc": period.area,
            "auc_error": period.area_error,
        }
