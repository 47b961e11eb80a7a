"""The figures of the model's benchmark as text and as the page docs/model.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bench.model_runs import MODELS, OURS, STRESS

_SPLITS: Final = {"grouped": "random, whole accounts together, 5 folds", "later": "out of time"}

_PAGE: Final = """# How good a trained model is

Written by `make model-bench`; do not edit. The same figures stand in [model.json](model.json).

What a model learns from your accounts is known only from your accounts: these figures say what the recipe does with
public files, beside the plain things one would do without it. **None of the files holds goals, effort answers,
renewals and outcomes together**, half of them are made up, and no model carries over from one company to another. So
they compare methods; they promise nothing about your book.

Measured on {date} in {seconds} s ({machine}) with
{versions}.

## Method

- The recipe is that of `nextplay.churn.training`: gradient boosting with trees of one split
  (`HistGradientBoostingClassifier`, `max_leaf_nodes=2`), learning rate 0.08, L2 5, signs declared by hand before
  learning, three copies of each row with 0, 25 and 50 % of the values hidden, rounds by grouped cross-validation,
  calibrator (none, sigmoid, isotonic) by nested cross-validation.
- *{grouped}*: in each fold the whole recipe runs on the other four, so nothing was
  chosen on rows that judge.
- *Out of time*: the latest snapshots judge; those learn whose label was known before them, a gap of 90 days.
- Log-loss, Brier and calibration slope (Cox) are of all judged rows together; *AUC of folds* is the mean over folds
  with its standard deviation. Intervals are 95 %, whole accounts drawn 100 times.
- Two signs were given up after seeing the data (`days_to_renewal` of crm5, `smartphone_notifications_viewed` of SaaS):
  there the figures are a little too good.
- Baselines: everybody gets the rate; a health score (columns with a sign, equal weights); logistic regression; the same
  over cubic splines; scikit-learn's boosting as it comes.

## Promises

| promise | asked | found | |
|---|---|---|---|
{goals}

{sets}
## With half of the values hidden

In the rows that judge, half of the values are taken away by chance. A mean probability under the rate would make those
who leave look safe.

| data | AUC | mean probability | rate |
|---|---|---|---|
{stress}

## Serving

The table is what is served: parity is the largest difference from scikit-learn's own probability on 10,000 rows with a
third of the values hidden. Times are CPU times on a machine that others share, the best of many passes: one account
with exact drivers, and 100,000 accounts in bulk.

| data | facts | rounds | calibrator | tables | parity | one account | 100,000 accounts | training |
|---|---|---|---|---|---|---|---|---|
{serving}

## Data

| data | kind | file | licence and source |
|---|---|---|---|
{data}

The files are not part of this repository; `make model-bench` looks for them in `../shared/data` and skips what is not
there.
"""

_SOURCES: Final = {
    "telco": "Apache-2.0, IBM/telco-customer-churn-on-icp4d",
    "SaaS": "Apache-2.0, square/pysurvival; `months_active` left out",
    "retail": "CC BY 4.0, UCI Online Retail (Chen, Sain & Guo 2012), snapshots derived",
    "crm5": "simulated by ChurnSim (MIT, carl24k/fight-churn), four dates",
    "iranian": "CC BY 4.0, UCI Iranian Churn, duplicates removed",
}


def page(found: Mapping[str, Any]) -> str:
    """Lay the figures out as a page."""
    sets = found["sets"]
    return _PAGE.format(
        date=found["date"],
        seconds=found["seconds"],
        machine=found["machine"],
        versions=", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        grouped=_SPLITS["grouped"].capitalize(),
        goals="\n".join(_goal_row(goal) for goal in found["goals"]),
        sets="".join(_set_section(name, one) for name, one in sets.items()),
        stress="\n".join(_stress_row(name, one) for name, one in sets.items()),
        serving="\n".join(_serving_row(name, one["served"]) for name, one in sets.items()),
        data="\n".join(
            f"| {name} | {one['about']} | `{one['file']}` | {_SOURCES[name]} |" for name, one in sets.items()
        ),
    )


def report(found: Mapping[str, Any]) -> str:
    """Lay the figures out for reading in a terminal."""
    lines = [line for name, one in found["sets"].items() for line in _set_section(name, one).splitlines()]
    lines += ["", *(_goal_row(goal) for goal in found["goals"])]
    return "\n".join(lines)


def _goal_row(goal: Mapping[str, Any]) -> str:
    return f"| {goal['goal']} | {goal['asked']} | {goal['found']:.4g} | {'kept' if goal['kept'] else '**missed**'} |"


def _set_section(name: str, one: Mapping[str, Any]) -> str:
    return "".join(_split_table(name, split, one[split]) for split in _SPLITS if one[split])


def _split_table(name: str, split: str, found: Mapping[str, Any]) -> str:
    of_folds = split == "grouped"
    head = f"## {name}, {_SPLITS[split]}\n\n{found['rows']:,} rows judged, {found['churned_rows']:,} of them left.\n\n"
    columns = ["model", "AUC", *(["AUC of folds"] if of_folds else []), "log-loss", "Brier", "slope"]
    rows = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    rows += [f"| {' | '.join(_cells(model, found['models'][model], of_folds=of_folds))} |" for model in MODELS]
    return head + "\n".join(rows) + "\n\n"


def _cells(model: str, figures: Mapping[str, Any], *, of_folds: bool) -> Iterator[str]:
    yield f"**{model}**" if model == OURS else model
    yield _with_interval(figures, "auc", 3)
    if of_folds:
        mean, deviation = figures["auc_of_folds"]
        yield f"{mean:.3f} ± {deviation:.3f}"
    yield _with_interval(figures, "log_loss", 4)
    yield _with_interval(figures, "brier", 4)
    yield _with_interval(figures, "slope", 2) if model != "prevalence" else ""


def _with_interval(figures: Mapping[str, Any], measure: str, digits: int) -> str:
    low, high = figures["intervals"][measure]
    return f"{figures[measure]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _stress_row(name: str, one: Mapping[str, Any]) -> str:
    figures = one["grouped"]["models"][STRESS]
    return f"| {name} | {_with_interval(figures, 'auc', 3)} | {figures['mean']:.3f} | {figures['rate']:.3f} |"


def _serving_row(name: str, found: Mapping[str, Any]) -> str:
    times = (
        f"{found['score_microseconds']:.1f} µs | {found['bulk_milliseconds']:.0f} ms | {found['train_seconds']:.0f} s"
    )
    size = f"{found['artefact_bytes'] / 1000:.1f} kB"
    model = f"{found['facts']} | {found['rounds']} | {found['calibrator']} | {size} | {found['parity']:.1e}"
    return f"| {name} | {model} | {times} |"
