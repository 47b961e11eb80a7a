"""One version's ranking with probabilities of one's own: the same tables, another line behind them, a new file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from nextplay.churn.artefact import Adaptation, ModelFile, artefact_bytes, verified
from nextplay.churn.calibration import calibration, log_odds_of, sigmoid, with_line
from nextplay.churn.tables import MILLION
from nextplay.errors import InputInvalid, Violation
from nextplay.facts.spec import FactSpec

_EDGE: Final = 0.5 / MILLION
"""What is written as 0 or 1 with six decimals is within this of it."""


def adapted_artefact(
    file: ModelFile,
    specs: Mapping[str, FactSpec],
    *,
    version: str,
    adaptation: Adaptation,
    mean: float | None = None,
) -> bytes:
    """Write the artefact `version`: the tables of `file`, with the line of `adaptation` behind its probabilities.

    Where the file says how answers were spread, their quantiles go through the line; their mean cannot, and is `mean`,
    or left out. Raises `ModelInvalid` where `file` cannot be used, `InputInvalid` where the line leads too far.
    """
    artefact = verified(file, specs)
    slope, intercept = adaptation.slope, adaptation.intercept
    try:
        calibrator = with_line(artefact.calibrator, slope, intercept)
    except ValidationError:
        message = "leads beyond what a calibrator may be (slope up to 100, intercept between -100 and 100); "
        raise InputInvalid([Violation("adaptation", message + "is the rate a share, and the label right?")]) from None
    function = calibration(calibrator)
    document: dict[str, Any] = orjson.loads(file.content)
    document |= {"version": version, "calibrator": calibrator.model_dump(), "adaptation": adaptation.model_dump()}
    document["golden"] = [
        row | {"probability": round(function(row["log_odds"]) * MILLION) / MILLION} for row in document["golden"]
    ]
    if document["reference"] is not None:
        was = document["reference"]
        quantiles = [_moved(one, slope, intercept) for one in was["probabilities"]]
        lost = {"mean"} if len(set(quantiles)) == len(set(was["probabilities"])) else {"mean", "binned"}
        document["reference"] = {key: value for key, value in was.items() if key not in lost}
        document["reference"]["probabilities"] = quantiles
        document["reference"] |= {} if mean is None else {"mean": round(mean * MILLION) / MILLION}
    return artefact_bytes(document)


def _moved(probability: float, slope: float, intercept: float) -> float:
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return round(sigmoid(slope * log_odds_of(inside) + intercept) * MILLION) / MILLION


def line_words(adaptation: Adaptation) -> str:
    """Write the line: what became of the log-odds of the version that was adapted."""
    times = f"{adaptation.slope:.3f} times " if adaptation.kind == "line" else ""
    sign = "-" if adaptation.intercept < 0 else "+"
    return f"{times}those of {adaptation.from_version} {sign} {abs(adaptation.intercept):.3f}"


def matched_words(adaptation: Adaptation) -> str:
    """Say what the line was fitted to."""
    rate = f"{adaptation.rate:.1%}"
    day = f", the latest of {adaptation.day}" if adaptation.day else ""
    match adaptation.matched:
        case "outcomes":
            counted = f"{adaptation.rows:,} rows of {adaptation.accounts:,} accounts of your own"
            return f"{counted}, {adaptation.churners:,} of which left ({rate} of the rows){day}."
        case "book":
            return (
                f"the mean probability over {adaptation.rows:,} rows of {adaptation.accounts:,} accounts of your own"
                f"{day} is the rate you named, {rate}."
            )
        case "reference":
            return (
                f"the mean probability over accounts spread like those it was learned from is about the rate you "
                f"named, {rate}; none of your accounts was looked at."
            )
        case "prior":
            return (
                f"an account of average signs gets the rate you named, {rate}; none of your accounts was looked at, "
                "and the mean over them will be another."
            )
