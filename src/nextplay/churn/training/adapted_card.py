"""The card of an adapted model: whose ranking it is, what was fitted, and how much better that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nextplay.churn.adaptation import line_words, matched_words
from nextplay.churn.artefact import Adaptation
from nextplay.churn.training.ladder import Rung

_CARD: Final = """# Churn model {version}

**The ranking of `{source}`, with probabilities of your own accounts.** {origin}
Every answer says so: `provenance: {provenance}` is where the tables come from, and stays. The card of `{source}` holds
here too, but for what it says about probabilities (its hash: `{source_hash}`).

- What it answers: the risk that an account leaves within {horizon} days.
- What was fitted: {fitted}
- To what: {matched}
- log-odds = {line}
- The order of accounts is that of `{source}`: what it ranks wrongly, this model ranks wrongly too.
- When your rate changes, adapt `{source}` anew; from 50 accounts that left on, train a model of your own.
{measures}"""
_ORIGINS: Final = {
    "expert": "Its tables are a\njudgement: no customer was looked at to set them.",
    "synthetic": "Its tables were\nlearned from invented accounts.",
    "trained": "Its tables were\nlearned from the outcomes that its own card names.",
}
_MEASURES: Final = """
## Before and after

{rows:,} rows of {accounts:,} accounts, {churners:,} of which left, judged in {folds} folds of whole accounts: each by
a line that never saw its account. Intervals are 95 %.

| | `{source}` | adapted |
|---|---|---|
{lines}

The log-loss is lower by {gain:.4f} ({low:.4f} to {high:.4f}).{verdict}
"""
MEASURED: Final[Mapping[str, str]] = {
    "log_loss": "log-loss",
    "brier": "Brier",
    "slope": "slope",
    "intercept": "intercept",
    "mean": "mean probability",
}
"""Measures that an adaptation can change, in the order they are shown; the ranking it cannot."""


def adapted_card(version: str, provenance: str, horizon_days: int, *, adaptation: Adaptation, rung: Rung | None) -> str:
    """Write the card, in Markdown. `rung` is what cross-validation said, where there were outcomes."""
    return _CARD.format(
        version=version,
        source=adaptation.from_version,
        source_hash=adaptation.from_hash,
        origin=_ORIGINS[provenance],
        provenance=provenance,
        horizon=horizon_days,
        fitted="the intercept, a shift of all log-odds." if adaptation.kind == "shift" else "slope and intercept.",
        matched=matched_words(adaptation),
        line=line_words(adaptation),
        measures="" if rung is None else _before_and_after(rung, adaptation.from_version),
    )


def measure_lines(rung: Rung) -> list[tuple[str, str, str]]:
    """Return a row for each measure: its name, before and after with 95 % intervals."""
    found = []
    for name, word in MEASURED.items():
        cells = []
        for measures, ends in ((rung.before, rung.before_intervals), (rung.after, rung.after_intervals)):
            low, high = ends[name]
            cells.append(f"{getattr(measures, name):.3f} ({low:.3f} to {high:.3f})")
        found.append((word, *cells))
    low, high = rung.after_intervals["rate"]
    rate = f"{rung.after.rate:.3f} ({low:.3f} to {high:.3f})"
    return [*((word, before, after) for word, before, after in found), ("share that left", rate, rate)]


def _before_and_after(rung: Rung, source: str) -> str:
    low, high = rung.gain_interval
    verdict = "" if low > 0 else "\nThat may be chance: with more outcomes it will show."
    if not rung.better:
        verdict = "\n**It is not better; it was written on demand.**"
    return _MEASURES.format(
        rows=rung.rows,
        accounts=rung.accounts,
        churners=rung.churners,
        folds=rung.folds,
        source=source,
        lines="\n".join(f"| {name} | {before} | {after} |" for name, before, after in measure_lines(rung)),
        gain=rung.gain,
        low=low,
        high=high,
        verdict=verdict,
    )
