"""From a foreign ranking to probabilities of one's own: a shift of the log-odds, or a line, fitted to few outcomes.

The slope is drawn towards 1 as if its logarithm were normal with a standard deviation of 0.5 before any outcome is
seen: few churners move it little, many freely. It is above 0 by construction, so that the ranking always stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nextplay.churn.training.measures import Measures, intervals, log_losses, measured, sigmoids
from nextplay.churn.training.splits import grouped_folds, parted
from nextplay.churn.training.table import Flags, Floats, Table, Whole
from nextplay.errors import InputInvalid, Violation

FEWEST_FOR_SHIFT: Final = 5
"""Under so many accounts that left (or stayed) not even a rate can be told: refused."""
FEWEST_FOR_LINE: Final = 10
"""Under so many a slope is chance: only the intercept is fitted."""
ENOUGH_TO_TRAIN: Final = 50
"""From so many on a model of one's own is worth trying."""
SLOPE_SPREAD: Final = 0.5
"""Standard deviation of the logarithm of the slope before outcomes: 95 % between 0.37 and 2.7."""

_MOST_FOLDS: Final = 10
_BRACKET: Final = 60.0
_HALVINGS: Final = 80
_STEPS: Final = 100
_RESAMPLES: Final = 1000

Kind = Literal["unadapted", "shift", "line"]


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds times `slope` plus `intercept`."""

    slope: float
    intercept: float

    def over(self, log_odds: Floats) -> Floats:
        """Return the probabilities (0..1) that the line makes of log-odds."""
        return sigmoids(self.slope * log_odds + self.intercept)


STRAIGHT: Final = Line(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Rung:
    """The line that was chosen, and what cross-validation over whole accounts says of it.

    `log_loss` is by kind, each row judged by a line that never saw its account. `gain` is by how much the chosen line
    lowers the log-loss of the unadapted model, `gain_interval` (95 %) over accounts drawn with replacement. `next_rung`
    is a sentence: what the outcomes suffice for.
    """

    kind: Literal["shift", "line"]
    line: Line
    folds: int
    rows: int
    accounts: int
    churners: int
    log_loss: Mapping[str, float]
    gain: float
    gain_interval: tuple[float, float]
    before: Measures
    after: Measures
    before_intervals: Mapping[str, tuple[float, float]]
    after_intervals: Mapping[str, tuple[float, float]]
    next_rung: str

    @property
    def better(self) -> bool:
        """Say whether the line is better than leaving the model as it is, on accounts it did not see."""
        return self.gain > 0


def fitted_rung(log_odds: Floats, label: Flags, accounts: Whole, *, seed: int) -> Rung:
    """Fit what the outcomes carry: a shift, or a line where it is better by cross-validation over whole accounts.

    `log_odds` are those of the model's probabilities. Raises `InputInvalid` where fewer than 5 accounts left or stayed.
    """
    table = Table((), label, accounts)
    left, stayed = table.churners, len(np.unique(accounts)) - table.churners
    fewest = min(left, stayed)
    if fewest < FEWEST_FOR_SHIFT:
        which = "left" if left <= stayed else "stayed throughout"
        message = f"only {fewest} accounts {which}; under {FEWEST_FOR_SHIFT} no rate can be told: "
        raise InputInvalid([Violation("label", message + "name your rate with --base-rate instead")])
    kinds: tuple[Kind, ...] = ("unadapted", "shift") + (("line",) if fewest >= FEWEST_FOR_LINE else ())
    folds = min(_MOST_FOLDS, fewest)
    unseen = _unseen(kinds, log_odds, table, grouped_folds(table, folds=folds, seed=seed))
    losses = {kind: log_losses(probability, label) for kind, probability in unseen.items()}
    kind = min(kinds[1:], key=lambda one: float(losses[one].mean()))
    gains = losses["unadapted"] - losses[kind]
    return Rung(
        kind="line" if kind == "line" else "shift",
        line=FITS[kind](log_odds, label),
        folds=folds,
        rows=len(label),
        accounts=left + stayed,
        churners=left,
        log_loss={one: float(loss.mean()) for one, loss in losses.items()},
        gain=float(gains.mean()),
        gain_interval=_mean_interval(gains, accounts, seed=seed),
        before=measured(unseen["unadapted"], label),
        after=measured(unseen[kind], label),
        before_intervals=intervals(unseen["unadapted"], label, accounts, seed=seed),
        after_intervals=intervals(unseen[kind], label, accounts, seed=seed),
        next_rung=_next_rung(fewest),
    )


def shift_to(log_odds: Floats, rate: float) -> float:
    """Return what must be added to log-odds so that the mean probability is `rate` (above 0, below 1).

    With `rate` the share that left this is also the intercept of largest likelihood. By halving a bracket: the mean
    rises with the shift.
    """
    low, high = -_BRACKET, _BRACKET
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(sigmoids(log_odds + middle).mean()) < rate else (low, middle)
    return (low + high) / 2


def fitted_shift(log_odds: Floats, label: Flags) -> Line:
    """Fit the intercept alone."""
    return Line(1.0, shift_to(log_odds, float(label.mean())))


def fitted_line(log_odds: Floats, label: Flags) -> Line:
    """Fit slope and intercept (Platt, 1999) with the slope drawn towards 1; by Fisher's scoring over its logarithm.

    Where all log-odds are equal the slope is 1.
    """
    centre = float(log_odds.mean())
    centred = log_odds - centre
    level, bend = shift_to(centred, float(label.mean())), 0.0
    for _ in range(_STEPS):
        along = np.exp(bend) * centred
        chance = sigmoids(level + along)
        weight, off = chance * (1 - chance), label - chance
        slopes = np.array([off.sum(), along @ off - bend / SLOPE_SPREAD**2])
        across = float(weight @ along)
        curve = np.array([[weight.sum(), across], [across, weight @ along**2 + 1 / SLOPE_SPREAD**2]])
        step = np.clip(np.linalg.solve(curve + 1e-12 * np.eye(2), slopes), -0.5, 0.5)
        level, bend = level + float(step[0]), bend + float(step[1])
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004  the last digit
            break
    slope = float(np.exp(bend))
    return Line(slope, level - slope * centre)


FITS: Final[Mapping[str, Callable[[Floats, Flags], Line]]] = {
    "unadapted": lambda _log_odds, _label: STRAIGHT,
    "shift": fitted_shift,
    "line": fitted_line,
}


def _unseen(kinds: tuple[Kind, ...], log_odds: Floats, table: Table, folds: Whole) -> dict[Kind, Floats]:
    """Return the probabilities of each kind, each row's by a line that never saw its account."""
    found: dict[Kind, Floats] = {kind: np.empty(len(table)) for kind in kinds}
    for learn, judge in parted(folds):
        for kind in kinds:
            found[kind][judge] = FITS[kind](log_odds[learn], table.label[learn]).over(log_odds[judge])
    return found


def _mean_interval(values: Floats, accounts: Whole, *, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of a mean over rows, whole accounts drawn with replacement."""
    _, places = np.unique(accounts, return_inverse=True)
    sums, counts = np.bincount(places, weights=values), np.bincount(places)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (_RESAMPLES, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _next_rung(fewest: int) -> str:
    if fewest < FEWEST_FOR_LINE:
        need = f"a slope needs {FEWEST_FOR_LINE}, a model of your own {ENOUGH_TO_TRAIN}"
        return f"only {fewest} accounts left, or stayed: the intercept alone is fitted; {need}"
    if fewest < ENOUGH_TO_TRAIN:
        return f"a model of your own needs {ENOUGH_TO_TRAIN} accounts that left and as many that stayed; here {fewest}"
    return "there are outcomes enough to train a model of your own (`nextplay model train`), and to compare"
