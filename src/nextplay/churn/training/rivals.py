"""Plain models that do better than the one that was trained, and whether that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nextplay.churn.training.diagnostics import Gap, Judged, auc_gap
from nextplay.churn.training.measures import log_losses, resampled

PLAIN: Final = ("health score", "logistic", "spline logistic")
"""Baselines that a person could serve in place of the model."""
_BEYOND: Final = 2.0
"""Standard errors from which a difference is taken to be more than chance: about 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A plain model and what it wins, on rows that neither learned from: in AUC, and in log-loss (less is better).

    A gain above 0 is the rival's. Errors are of whole accounts drawn with replacement, both models on the same draws.
    """

    name: str
    auc: Gap
    log_loss: Gap

    @property
    def clear(self) -> bool:
        """Say whether it wins one of the two by more than chance."""
        return _beyond(self.auc) or _beyond(self.log_loss)

    @property
    def loses(self) -> bool:
        """Say whether it loses one of the two by more than chance."""
        return any(gap.difference < -_BEYOND * gap.error for gap in (self.auc, self.log_loss))


def rivals(judged: Judged, ours: str, *, seed: int) -> tuple[Rival, ...]:
    """Return the plain models that have the better AUC or the better log-loss, those that win clearly first."""
    found = [
        Rival(name, auc_gap(judged, name, over=ours, seed=seed), _log_loss_gap(judged, name, over=ours, seed=seed))
        for name in PLAIN
        if name in judged.probability
    ]
    better = [rival for rival in found if rival.auc.difference > 0 or rival.log_loss.difference > 0]
    return tuple(sorted(better, key=lambda rival: (not rival.clear, -rival.log_loss.difference, rival.name)))


def rival_sentence(rival: Rival) -> str:
    """Say what a plain model wins and loses, and whether to believe it."""
    told = " and ".join(_gain_words(word, gap) for word, gap in (("log-loss", rival.log_loss), ("AUC", rival.auc)))
    head = f"{rival.name.capitalize()}, on the rows that judged: {told}."
    if rival.clear and not rival.loses:
        return f"{head} Believe it rather than this model, or find out which fact misleads this one."
    if rival.clear:
        return f"{head} Choose by what is asked: AUC for the order of work, log-loss for probabilities."
    return f"{head} These rows cannot tell the two apart; with more outcomes it will show."


def _gain_words(word: str, gap: Gap) -> str:
    sure = "more than" if abs(gap.difference) > _BEYOND * gap.error else "maybe"
    better = "better" if gap.difference > 0 else "worse"
    return f"{word} {better} by {abs(gap.difference):.3f} ({sure} chance: standard error {gap.error:.3f})"


def _beyond(gap: Gap) -> bool:
    return gap.difference > _BEYOND * gap.error


def _log_loss_gap(judged: Judged, name: str, *, over: str, seed: int) -> Gap:
    """Return by how much the log-loss of one model is below that of another."""
    gains = log_losses(judged.probability[over], judged.label) - log_losses(judged.probability[name], judged.label)
    drawn = [float(gains[rows].mean()) for rows in resampled(judged.label, judged.accounts, seed=seed)]
    return Gap(float(gains.mean()), float(np.std(drawn, ddof=1)))
