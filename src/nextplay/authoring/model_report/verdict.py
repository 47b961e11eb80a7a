"""The figures in sentences: whether to believe the model, and whether a deeper one would win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Document = Mapping[str, Any]
_CHANCE: Final = 0.5


def verdict(found: Document) -> list[str]:
    """Say whether it ranks, whether its probabilities can be taken at their word, and which plain models do better."""
    ours = next(model for model in found["models"] if model["ours"])
    return [_typeset(sentence) for sentence in (_ranking(ours, found), _calibration(ours), *found["rivals"])]


def gap_sentences(found: Document) -> list[str]:
    """Say for each kind of deep trees what they would win."""
    return [_typeset(sentence) for sentence in _gaps(found)]


def _typeset(sentence: str) -> str:
    """Keep a number with its sign of per cent, and give a negative one a minus."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%").replace(" -0.", " \N{MINUS SIGN}0.")


def _ranking(ours: Document, found: Document) -> str:
    low, high = ours["intervals"]["auc"]
    if low <= _CHANCE:
        return (
            f"It cannot be shown to tell those who leave from those who stay: AUC {ours['auc']:.2f}, and its interval "
            f"({low:.2f} to {high:.2f}) holds 0.50, a coin's."
        )
    return (
        "Of one account that left and one that stayed, it puts the one that left higher in "
        f"{100 * ours['auc']:.0f} % of all pairs (95 % interval {100 * low:.0f} % to {100 * high:.0f} %), "
        f"{_beside_health(found)}."
    )


def _beside_health(found: Document) -> str:
    over = found["over_health"]
    if over is None:
        return "with no health score to stand beside it"
    health = next(model for model in found["models"] if model["name"] == "health score")
    other = f"an equal-weight health score ({100 * health['auc']:.0f} %)"
    if over["difference"] > 2 * over["error"]:
        return f"better than {other}"
    if over["difference"] < -2 * over["error"]:
        return f"worse than {other}, which would then be the better choice"
    return f"which these rows cannot tell from {other}"


def _calibration(ours: Document) -> str:
    mean, rate, skill = ours["mean"], ours["rate"], ours["brier_skill"]
    low, high = ours["intervals"]["rate"]
    level = "too high" if mean > high else "too low" if mean < low else "right"
    below, above = ours["intervals"]["slope"]
    sure = "too sure of themselves" if above < 1 else "too cautious" if below > 1 else ""
    worth = (
        f"a Brier score {100 * skill:.0f} % better than saying the rate to everybody"
        if skill > 0
        else "no better Brier score than saying the rate to everybody: use the order, not the numbers"
    )
    told = f"{100 * mean:.1f} % said on average, {100 * rate:.1f} % left, slope {ours['slope']:.2f}"
    join = f"{level} on average" + (f" and {sure}" if sure else "")
    return f"Its probabilities are {join} ({told}), with {worth}."


def _gaps(found: Document) -> Iterator[str]:
    for gap in found["gaps"]:
        difference, error = gap["difference"], gap["error"]
        told = f"AUC {difference:+.3f} against this model, standard error {error:.3f}"
        if difference > error:
            yield (
                f"{gap['name'].capitalize()} ranks better by more than a standard error ({told}): some facts act "
                "together. Think of a fact that says so, such as a product or a ratio of two."
            )
        elif difference < -error:
            yield f"{gap['name'].capitalize()} ranks worse ({told}): nothing is lost by adding facts up."
        else:
            yield f"{gap['name'].capitalize()} ranks alike, within a standard error ({told}): adding up loses nothing."
