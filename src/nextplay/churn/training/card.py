"""The card of a trained model: what a person must know before believing its numbers."""

from __future__ import annotations

import json
from typing import Any, Final

from nextplay.churn.training.evaluation import NOBODY, OURS, Evaluation
from nextplay.churn.training.rivals import rival_sentence

_CARD: Final = """# Churn model {version}

{origin}

- What it answers: the risk that an account leaves within {horizon} days.
- Learned from {rows:,} rows of {accounts:,} accounts, {churners:,} of which left ({rate:.1%} of the rows); as-of days
  {days}.
- An account about which nothing is known gets {unknown:.3f}.
- Bands: {bands}.
- Use it to look after accounts and to order work. Do not use it to rank the people who look after them.
- Drivers are signs that go along with churn, not causes. An unknown fact counts as the training met unknown facts.
- Rounds: {rounds}; calibrator: {calibrator}; seed: {seed}; made with {versions}.
- Training table: `{data_hash}`.
{contradicted}
## How good it is

{judged}
The model in this folder was then learned from all {rows:,} rows by the same recipe: no row is left that could judge it
itself. Under each measure stands its 95 % interval.

| | AUC | log-loss | Brier | slope |
|---|---|---|---|---|
{measures}

AUC is the chance that an account that left ranks above one that stayed; a slope under 1 is too sure of itself.
{rivals}"""
_ORIGIN: Final = {
    "trained": (
        "**Learned from your own accounts.** It knows nobody else's customers: no churn model carries over from one\n"
        "company to another. Every answer says so: `provenance: trained`."
    ),
    "synthetic": (
        "**Learned from invented accounts: an expert's prior in numbers.** No customer was looked at. Why these\n"
        "accounts leave, and what that leaves on record, was invented after what practitioners publish. So the model\n"
        "ranks by the signs that practitioners worry about, and predicts nobody's customers: 0.20 from it means\n"
        "*worse than most*, not *one in five leaves*. The measures below tell how well it finds again what was\n"
        "invented, no more. Replace it by a model of your own outcomes as soon as you can. Every answer says so:\n"
        "`provenance: synthetic`."
    ),
}
_JUDGED: Final = {
    "time": (
        "{rows:,} rows judged a model of the same recipe that had learned from earlier rows of other accounts alone,\n"
        "with a gap of the horizon between."
    ),
    "account": (
        "{rows:,} rows judged, in folds, each of them a model of the same recipe that had learned from other accounts\n"
        "alone."
    ),
}


def card_of(artefact: bytes, evaluation: Evaluation) -> str:
    """Write the card of an artefact, in Markdown."""
    document = json.loads(artefact)
    training = document["training"]
    days = f"{training['first_day']} to {training['last_day']}" if training["first_day"] else "not given"
    told = ", ".join(f"`{name}`" for name in training["contradicted"])
    return _CARD.format(
        version=document["version"],
        origin=_ORIGIN[document["provenance"]],
        horizon=document["horizon_days"],
        rate=training["base_rate"],
        unknown=_unknown(document["golden"]),
        bands=_bands(document["bands"]),
        days=days,
        calibrator=document["calibrator"]["kind"],
        versions=", ".join(f"{name} {version}" for name, version in training["versions"].items()),
        contradicted=f"- Taken alone, these go against their sign; ask why before use: {told}.\n" if told else "",
        judged=_JUDGED[evaluation.split].format(rows=evaluation.rows),
        rivals="".join(f"\n{sentence}\n" for sentence in map(rival_sentence, evaluation.rivals)),
        measures="\n".join(measure_rows(evaluation)),
        **{key: training[key] for key in ("rows", "accounts", "churners", "rounds", "seed", "data_hash")},
    )


def _bands(limits: list[dict[str, Any]]) -> str:
    starts = [0.0, *(limit["below"] for limit in limits)]
    return ", ".join(f"{limit['band']} from {start:g}" for limit, start in zip(limits, starts, strict=False))


def _unknown(golden: list[dict[str, Any]]) -> float:
    """Return what the account of which nothing is known gets; every artefact proves it."""
    return next(float(row["probability"]) for row in golden if not row["values"])


def measure_rows(evaluation: Evaluation) -> list[str]:
    """Return the rows of the table of measures: the model, its intervals, the baselines."""
    names = ("auc", "log_loss", "brier", "slope")
    rows = []
    for name, found in evaluation.measures.items():
        told = [f"{getattr(found, measure):.3f}" for measure in names]
        if name == NOBODY:
            told[-1] = "-"  # one probability for everybody has no slope
        rows.append(f"| {name} | " + " | ".join(told) + " |")
        if name == OURS:
            ends = (evaluation.intervals[measure] for measure in names)
            rows.append("| | " + " | ".join(f"{low:.3f} to {high:.3f}" for low, high in ends) + " |")
    return rows
