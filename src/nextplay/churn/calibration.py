"""From the log-odds of the tables to a probability: the calibrator that the training chose, as data and as a function.

`none`       1 / (1 + exp(-log_odds))
`sigmoid`    1 / (1 + exp(-(slope · log_odds + intercept))), after Platt (1999)
`isotonic`   straight lines between points that rise, after Zadrozny and Elkan (2002); level before and after them

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


AnyCalibrator = NoCalibrator | SigmoidCalibrator | IsotonicCalibrator
Calibrator = Annotated[AnyCalibrator, Field(discriminator="kind")]


def reasons_of_calibrator(calibrator: AnyCalibrator) -> Iterator[str]:
    """Yield every reason why a calibrator must not be used, beside what its types forbid."""
    if isinstance(calibrator, IsotonicCalibrator):
        if not rises(calibrator.log_odds, strictly=True):
            yield "calibrator: log_odds must rise"
        if len(calibrator.probabilities) != len(calibrator.log_odds) or not rises(calibrator.probabilities):
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
