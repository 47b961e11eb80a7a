"""From the log-odds of the tables to a probability: the calibrator that the training chose, as data and as a function.

`none`       1 / (1 + exp(-log_odds))
`sigmoid`    1 / (1 + exp(-(slope · log_odds + intercept))), after Platt (1999)
`isotonic`   straight lines between points that rise, after Zadrozny and Elkan (2002); level before and after them
`isotonic_line`   1 / (1 + exp(-(slope · log(p / (1 - p)) + intercept))), p by `isotonic`: such a model adapted

Each rises with the log-odds, so a calibrator never turns a ranking round and a driver keeps its direction.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from nextplay.churn.tables import Finite, Part, rises

LOWEST: Final = -700.0  # the exponential of anything above 709 is no float
Calibration = Callable[[float], float]
"""Log-odds -> probability (0..1)."""


class NoCalibrator(Part):
    """The log-odds are calibrated as they were learned, or set."""

    kind: Literal["none"]


class SigmoidCalibrator(Part):
    """A straight line over the log-odds. `slope` under 1 makes the model less sure of itself."""

    kind: Literal["sigmoid"]
    slope: Annotated[float, Field(gt=0, le=100)]
    intercept: Annotated[float, Field(ge=-100, le=100)]


class IsotonicCalibrator(Part):
    """Points of a line that never falls: `probabilities[i]` at `log_odds[i]`."""

    kind: Literal["isotonic"]
    log_odds: Annotated[list[Finite], Field(min_length=2)]
    probabilities: list[Annotated[float, Field(gt=0, lt=1)]]


class IsotonicLineCalibrator(Part):
    """What an adaptation makes of an isotonic calibrator: a straight line over the log-odds of its answers."""

    kind: Literal["isotonic_line"]
    points: IsotonicCalibrator
    slope: Annotated[float, Field(gt=0, le=100)]
    intercept: Annotated[float, Field(ge=-100, le=100)]


AnyCalibrator = NoCalibrator | SigmoidCalibrator | IsotonicCalibrator | IsotonicLineCalibrator
Calibrator = Annotated[AnyCalibrator, Field(discriminator="kind")]


def reasons_of_calibrator(calibrator: AnyCalibrator) -> Iterator[str]:
    """Yield every reason why a calibrator must not be used, beside what its types forbid."""
    points = calibrator.points if isinstance(calibrator, IsotonicLineCalibrator) else calibrator
    if isinstance(points, IsotonicCalibrator):
        if not rises(points.log_odds, strictly=True):
            yield "calibrator: log_odds must rise"
        if len(points.probabilities) != len(points.log_odds) or not rises(points.probabilities):
            yield "calibrator: probabilities must be as many as log_odds and never fall"


def calibration(calibrator: AnyCalibrator) -> Calibration:
    """Return the calibrator as a function. One account and many are given to the same one: the same bits."""
    match calibrator:
        case NoCalibrator():
            return sigmoid
        case SigmoidCalibrator(slope=slope, intercept=intercept):
            return lambda log_odds: sigmoid(slope * log_odds + intercept)
        case IsotonicCalibrator():
            return _between(calibrator.log_odds, calibrator.probabilities)
        case IsotonicLineCalibrator():
            odds = calibrated_log_odds(calibrator)
            return lambda log_odds: sigmoid(odds(log_odds))


def calibrated_log_odds(calibrator: AnyCalibrator) -> Callable[[float], float]:
    """Return what makes of the log-odds of the tables those of the probability, log(p / (1 - p)), without rounding."""
    match calibrator:
        case NoCalibrator():
            return lambda log_odds: log_odds
        case SigmoidCalibrator(slope=slope, intercept=intercept):
            return lambda log_odds: slope * log_odds + intercept
        case IsotonicCalibrator():
            between = _between(calibrator.log_odds, calibrator.probabilities)
            return lambda log_odds: log_odds_of(between(log_odds))
        case IsotonicLineCalibrator(slope=slope, intercept=intercept):
            before = calibrated_log_odds(calibrator.points)
            return lambda log_odds: slope * before(log_odds) + intercept


def with_line(calibrator: AnyCalibrator, slope: float, intercept: float) -> AnyCalibrator:
    """Put a straight line behind a calibrator: sigmoid(intercept + slope · log(p / (1 - p))) of each probability p.

    `slope` must be above 0, so that the ranking stays. Raises `pydantic.ValidationError` where a number gets too large.
    """
    match calibrator:
        case NoCalibrator():
            return SigmoidCalibrator(kind="sigmoid", slope=slope, intercept=intercept)
        case SigmoidCalibrator():
            before = calibrator.intercept
            return SigmoidCalibrator(
                kind="sigmoid", slope=slope * calibrator.slope, intercept=slope * before + intercept
            )
        case IsotonicCalibrator():
            return IsotonicLineCalibrator(kind="isotonic_line", points=calibrator, slope=slope, intercept=intercept)
        case IsotonicLineCalibrator(points=points):
            before = calibrator.intercept
            return IsotonicLineCalibrator(
                kind="isotonic_line",
                points=points,
                slope=slope * calibrator.slope,
                intercept=slope * before + intercept,
            )


def log_odds_of(probability: float) -> float:
    """Return log(p / (1 - p)) of a probability that is neither 0 nor 1."""
    return math.log(probability / (1.0 - probability))


def sigmoid(log_odds: float) -> float:
    """Return 1 / (1 + exp(-log_odds)); 0 where that is too small for a float."""
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > LOWEST else 0.0


def _between(places: list[float], probabilities: list[float]) -> Calibration:
    first, last, end = places[0], places[-1], probabilities[-1]
    slopes = [
        (probabilities[place + 1] - probabilities[place]) / (places[place + 1] - places[place])
        for place in range(len(places) - 1)
    ]

    def probability(log_odds: float) -> float:
        if log_odds <= first:
            return probabilities[0]
        if log_odds >= last:
            return end
        place = bisect_right(places, log_odds) - 1
        return min(probabilities[place] + slopes[place] * (log_odds - places[place]), probabilities[place + 1])

    return probability
