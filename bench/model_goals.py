"""What the model promises on public data, and whether the figures keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bench.model_runs import OURS, STRESS
from bench.model_sets import SETS

_STRESSED: Final = "telco"
_MOST_PARITY: Final = 1e-11
_MOST_MICROSECONDS: Final = 15.0
_MOST_MILLISECONDS: Final = 300.0
_LEAST_STRESSED: Final = 0.80
_MOST_SHIFT: Final = 0.02
_SLOPES: Final = (0.8, 1.2)


def goals(sets: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each promise with what was asked, what was found, and whether it is kept."""
    known = {data.name: data for data in SETS}
    return [goal for name, found in sets.items() for goal in _goals_of(name, found, known[name])]


def _goals_of(name: str, found: Mapping[str, Any], data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  a data set
    ours = found["grouped"]["models"][OURS]
    if data.goal is not None:
        yield _at_least(f"{name}: AUC, mean of folds", ours["auc_of_folds"][0], data.goal)
    for split in ("grouped", "later"):
        if found[split]:
            models = found[split]["models"]
            yield _at_most(f"{name}: log-loss, {split}", models[OURS]["log_loss"], models["logistic"]["log_loss"])
    if data.later_goal is not None:
        later = found["later"]["models"][OURS]
        yield _at_least(f"{name}: AUC out of time", later["auc"], data.later_goal)
        within = _SLOPES[0] <= later["slope"] <= _SLOPES[1]
        yield {"goal": f"{name}: slope out of time", "asked": "0.8 to 1.2", "found": later["slope"], "kept": within}
    if name == _STRESSED:
        stressed = found["grouped"]["models"][STRESS]
        yield _at_least(f"{name}: AUC, half of the values hidden", stressed["auc"], _LEAST_STRESSED)
        shift = round(abs(stressed["mean"] - stressed["rate"]), 4)
        yield _at_most(f"{name}: mean probability off the rate, half hidden", shift, _MOST_SHIFT)
    serving = found["served"]
    yield _at_most(f"{name}: off scikit-learn on 10,000 rows", serving["parity"], _MOST_PARITY)
    yield _at_most(f"{name}: µs for a score with drivers", serving["score_microseconds"], _MOST_MICROSECONDS)
    yield _at_most(f"{name}: ms for 100,000 rows", serving["bulk_milliseconds"], _MOST_MILLISECONDS)


def _at_least(goal: str, found: float, asked: float) -> dict[str, Any]:
    return {"goal": goal, "asked": f"at least {asked:g}", "found": found, "kept": found >= asked}


def _at_most(goal: str, found: float, asked: float) -> dict[str, Any]:
    return {"goal": goal, "asked": f"at most {asked:g}", "found": found, "kept": found <= asked}
