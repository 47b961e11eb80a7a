"""What each rung of the ladder is worth with few labelled accounts, on public data.

    python -m bench.ladder [--data FOLDER] [--sets telco retail crm5] [--draws 5]

The expert prior is what one has before any outcome: columns with a declared sign, in standard deviations of the book
(which needs no outcomes) and with equal weights, at a guessed rate of 8 %, so that all of them together move the
log-odds by one standard deviation. Then: its shift to the true rate; what `model adapt` chooses on n labelled accounts;
a model trained on them. Accounts are drawn anew each time, all others judge. Files that are not there are skipped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.model_sets import FOLDER, SETS, DataSet
from nextplay.churn.training.fit import fitted
from nextplay.churn.training.ladder import fitted_rung, shift_to
from nextplay.churn.training.measures import auc, log_loss, sigmoids
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Flags, Floats, Table
from nextplay.errors import InputInvalid

SIZES: Final = (50, 100, 400)
GUESS: Final = 0.08
RUNGS: Final = ("prior", "shifted to the rate", "adapted", "own training")


def prior(table: Table) -> Floats:
    """Return the log-odds of the expert prior; see the head of this module."""
    signs = np.array([float(column.sign) for column in table.columns])
    deviation = np.nanstd(table.matrix, axis=0)
    scaled = (table.matrix - np.nanmean(table.matrix, axis=0)) / np.where(deviation > 0, deviation, 1.0)
    score = np.nan_to_num(scaled) @ signs
    log_odds: Floats = np.log(GUESS / (1 - GUESS)) + score / score.std()
    return log_odds


def rungs(table: Table, log_odds: Floats, size: int, *, seed: int, vouched: tuple[str, ...]) -> dict[str, float | None]:
    """Return the log-loss of each rung on the accounts that were not drawn, and the AUC of prior and own training."""
    accounts = np.unique(table.accounts)
    drawn = np.random.default_rng(seed).choice(accounts, size, replace=False)
    learn = np.isin(table.accounts, drawn)
    judge, label = ~learn, table.label[~learn]
    shift = shift_to(log_odds[judge], float(label.mean()))
    found: dict[str, Floats | None] = {
        "prior": sigmoids(log_odds[judge]),
        "shifted to the rate": sigmoids(log_odds[judge] + shift),
        "adapted": _adapted(table.rows(learn), log_odds[learn], log_odds[judge], seed),
        "own training": _own(table, learn, vouched, seed),
    }
    losses = {name: None if one is None else log_loss(one, label) for name, one in found.items()}
    areas = {f"AUC, {name}": None if one is None else auc(one, label) for name, one in found.items()}
    return losses | {name: areas[name] for name in ("AUC, prior", "AUC, own training")}


def lines(data: DataSet, folder: Path, draws: int) -> Iterator[str]:
    """Yield a row for each number of labelled accounts: means over the draws, and in how many a rung was possible."""
    table = data.table(folder)
    log_odds = prior(table)
    for size in SIZES:
        found = [rungs(table, log_odds, size, seed=seed, vouched=data.vouched) for seed in range(draws)]
        cells = [_cell([one[name] for one in found]) for name in found[0]]
        yield f"| {data.name} | {size} | " + " | ".join(cells) + " |"


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder of the public files")
    parser.add_argument("--sets", nargs="*", default=["telco", "retail", "crm5"], help="only these")
    parser.add_argument("--draws", type=int, default=5, help="so many draws of labelled accounts")
    asked = parser.parse_args()
    names = (*RUNGS, "AUC, prior", "AUC, own training")
    print_line("| data | labelled | " + " | ".join(names) + " |")
    print_line("|---" * (len(names) + 2) + "|")
    for data in SETS:
        if data.name in asked.sets and (asked.data / data.file).is_file():
            for line in lines(data, asked.data, asked.draws):
                print_line(line)
        elif data.name in asked.sets:
            sys.stderr.write(f"{data.name} is skipped: {data.file} is not in {asked.data.name}\n")


def print_line(line: str) -> None:
    """Write a row as soon as it is known."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _adapted(learn: Table, log_odds: Floats, judge: Floats, seed: int) -> Floats | None:
    """Adapt as the command does: what is no better by cross-validation is not written, and the prior stays."""
    try:
        rung = fitted_rung(log_odds, learn.label, learn.accounts, seed=seed)
    except InputInvalid:
        return None
    return rung.line.over(judge) if rung.better else sigmoids(judge)


def _own(table: Table, learn: Flags, vouched: tuple[str, ...], seed: int) -> Floats | None:
    try:
        names = [column.name for column in table.columns if len(np.unique(column.values[learn])) > 1]
        kept = Table(tuple(one for one in table.columns if one.name in names), table.label, table.accounts, table.days)
        return fitted(kept.rows(learn), Recipe(seed=seed), vouched=(*vouched, *names)).probabilities(
            kept.matrix[~learn]
        )
    except InputInvalid:
        return None


def _cell(values: list[float | None]) -> str:
    told = [one for one in values if one is not None]
    if not told:
        return "refused"
    part = "" if len(told) == len(values) else f" ({len(told)} of {len(values)})"
    return f"{np.mean(told):.3f}{part}"


if __name__ == "__main__":
    main()
