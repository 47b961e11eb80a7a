"""Write the first churn model, whose numbers are a judgement: `python scripts/expert_churn_model.py` renews its files.

It is no longer served, and stays so that old decisions can be replayed, and as the model of hand-made tables.

Each row says up to which value of a fact how much it adds to the log-odds of churn within the horizon, and which share
of accounts is assumed to be there. The share centres the table: what an average account adds is 0, and 0 is what an
unknown fact adds. A new judgement is a new version beside the old one, never a change of what was served.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nextplay.churn.artefact import FILE_NAME, FORMAT, artefact_bytes
from nextplay.churn.tables import Family
from nextplay.facts import Vocabulary

VERSION: Final = "expert-1"
BASE_PROBABILITY: Final = 0.08
HORIZON_DAYS: Final = 90
GRAIN: Final = 2.0**-10
"""Values are rounded to this: fine enough for a judgement, and a multiple of 2^-44 as the format asks."""

FOLDER: Final = Path(__file__).resolve().parents[1] / "models" / "churn"
BANDS: Final = (("low", 0.05), ("moderate", 0.15), ("high", 0.30), ("critical", 1.0))


@dataclass(frozen=True)
class Number:
    """A number between `bounds`. Interval `i` ends at `ends[i]`, that end included; the last one has no end.

    `adds` are log-odds and `shares` per cent of accounts, both by interval.
    """

    fact: str
    bounds: tuple[float, float]
    ends: tuple[float, ...]
    adds: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Flag:
    """A flag: what true and false add, and the per cent of accounts for which it is true."""

    fact: str
    if_true: float
    if_false: float
    share_true: float


@dataclass(frozen=True)
class Word:
    """A word: the words from best to worst, what each adds, and its per cent of accounts."""

    fact: str
    words: tuple[str, ...]
    adds: tuple[float, ...]
    shares: tuple[float, ...]


Prior = Number | Flag | Word

PRIORS: Final[dict[Family, tuple[Prior, ...]]] = {
    # Against the account's own past first; the bounds of licences are those that GitLab publishes.
    "usage": (
        Number("usage.active_ratio", (0, 3), (0.5, 0.7, 0.85, 1.1), (0.42, 0.28, 0.12, 0, -0.08), (5, 8, 12, 55, 20)),
        Number("usage.volume_ratio", (0, 3), (0.5, 0.7, 0.85, 1.1), (0.25, 0.16, 0.08, 0, -0.08), (6, 8, 12, 52, 22)),
        Number("usage.license_utilization", (0, 1.5), (0.1, 0.5, 0.75), (0.25, 0.14, 0, -0.15), (5, 20, 30, 45)),
        Number("usage.days_since_active", (0, 180), (7, 14, 30), (0, 0.08, 0.16, 0.25), (80, 10, 6, 4)),
        Number("usage.first_value_ratio", (0, 5), (1, 1.5, 2), (-0.05, 0, 0.10, 0.16), (55, 25, 12, 8)),
    ),
    # Is the customer getting what this was bought for?
    "outcomes": (
        Number(
            "objectives.worst_progress_gap",
            (-1, 1),
            (-0.5, -0.25, -0.1, 0),
            (0.25, 0.15, 0.05, 0, -0.10),
            (8, 15, 20, 35, 22),
        ),
        Flag("objectives.any_achieved", if_true=-0.15, if_false=0.05, share_true=40),
    ),
    # What people said, and where they failed.
    "experience": (
        Number("surveys.nps.newest", (0, 10), (6, 8), (0.26, 0, -0.18), (22, 38, 40)),
        Number("surveys.csat.mean", (1, 5), (2, 3, 4), (0.18, 0.12, 0, -0.08), (6, 14, 35, 45)),
        Number("surveys.ces.mean", (0, 1), (0.3, 0.5, 0.75), (0.18, 0.12, 0, -0.08), (6, 14, 35, 45)),
        Number("touchpoints.worst_friction_share", (0, 1), (0.05, 0.2, 0.5), (-0.04, 0, 0.09, 0.15), (40, 35, 18, 7)),
    ),
    # What is broken now, and promises not kept. Few tickets are no sign of health, so their number is not read.
    "support": (
        Number("support.open_p1", (0, 5), (0, 1), (-0.02, 0.14, 0.20), (90, 7, 3)),
        Number("support.sla_breaches_90d", (0, 10), (0, 1, 3), (-0.03, 0.03, 0.09, 0.14), (70, 18, 9, 3)),
    ),
    # The people. The event of a champion who left is not read: it would count the same loss twice.
    "relationship": (
        Word("relationship.champion", ("present", "never", "left"), (-0.10, 0.10, 0.36), (70, 20, 10)),
        Word("relationship.executive_sponsor", ("engaged", "silent", "none"), (-0.12, 0.04, 0.10), (45, 35, 20)),
        Number(
            "relationship.engaged_contacts",
            (0, 50),
            (0, 1, 2, 4),
            (0.18, 0.12, 0.03, -0.03, -0.10),
            (5, 20, 25, 30, 20),
        ),
        Number(
            "relationship.days_since_two_way_contact", (0, 365), (30, 60, 90), (-0.08, 0, 0.08, 0.18), (50, 25, 13, 12)
        ),
    ),
    # What the customer does about the contract. A far renewal leaves little room to leave within the horizon.
    "commercial": (
        Number("contract.days_to_renewal", (-30, 1100), (60, 120, 210), (0.12, 0.05, -0.05, -0.20), (17, 17, 25, 41)),
        Flag("contract.auto_renew_cancelled", if_true=0.35, if_false=-0.02, share_true=5),
        Number("billing.days_past_due", (0, 180), (0, 15, 30, 60), (-0.03, 0.02, 0.06, 0.12, 0.20), (80, 9, 5, 3, 3)),
        Number("events.termination_question.count_90d", (0, 5), (0,), (-0.01, 0.30), (98, 2)),
    ),
}

GOLDEN: Final[dict[str, dict[str, bool | float | str]]] = {
    "nothing is known": {},
    "all is well": {},
    "everything is wrong at once": {},
    "in use, but the promised result is late and nobody met": {
        "usage.active_ratio": 1.0,
        "objectives.worst_progress_gap": -0.6,
        "objectives.any_achieved": False,
        "relationship.days_since_two_way_contact": 95.0,
    },
    "tried and failed": {
        "surveys.ces.mean": 0.25,
        "touchpoints.worst_friction_share": 0.55,
        "support.open_p1": 1.0,
        "relationship.champion": "present",
    },
    "the champion left and use fell": {
        "relationship.champion": "left",
        "usage.active_ratio": 0.45,
        "contract.days_to_renewal": 45.0,
        "contract.auto_renew_cancelled": True,
    },
}
"""Accounts whose scores the artefact carries; the second and third are filled from the best and worst of each table."""

CARD: Final = """# Churn model {version}

**These numbers are a judgement, not a measurement.** Nobody's customers were looked at to set them: no account trained
this model, and none tested it; it predicts nobody's customers. It ranks: it orders accounts by how many of the signs
that practitioners worry about they show. A probability of 0.20 from it means "worse than most", not "one in five
leaves". Every answer says so: `provenance: expert`.

- What it answers: the risk that the account leaves within {horizon} days; an account about which nothing is known gets
  {base:.0f} %, which is an assumption.
- Use it until there is a model trained on your own outcomes; with some 50 to 100 labelled accounts that one is better.
- Do not use it to forecast revenue, to compare companies, or to rank the people who look after accounts.
- An unknown fact adds nothing: it neither raises nor lowers the risk. The answer's `completeness` says how much was
  known.
- Drivers are signs that go along with churn, not causes.
- The worst account that can be described gets {worst:.2f}, the best {best:.3f}.
- Bands: {bands}.

## Where the signs come from

Directions and most bounds are the public rules of thumb of the trade: GitLab's published adoption bounds for licences,
the usual bounds of NPS and effort answers, days without a two-way contact, days past due. The sizes were weighed
against each other by hand: use, the champion and an announced departure weigh most, and it takes several signs to
reach the highest band. Assumed shares of accounts centre each table.

## What each fact adds to the log-odds

Above 0 raises the risk. An interval holds its upper end.

| family | fact | adds |
|---|---|---|
{rows}
"""


def tables() -> list[dict[str, Any]]:
    """Return the centred tables, sorted by fact."""
    built = [_table(prior, family) for family, priors in PRIORS.items() for prior in priors]
    return sorted(built, key=lambda table: str(table["fact"]))


def document() -> dict[str, Any]:
    """Return the artefact without its hash."""
    built, base = tables(), _grain(_log_odds(BASE_PROBABILITY))
    golden = {**GOLDEN, "all is well": _extreme(built, best=True), "everything is wrong at once": _extreme(built)}
    return {
        "format": FORMAT,
        "version": VERSION,
        "provenance": "expert",
        "horizon_days": HORIZON_DAYS,
        "base": base,
        "bands": [{"band": band, "below": below} for band, below in BANDS],
        "tables": built,
        "calibrator": {"kind": "none"},
        "missing": {"policy": "neutral", "hidden_shares": []},
        "training": None,
        "reference": None,
        "golden": [_golden(row, built, base) for row in golden.values()],
    }


def card() -> str:
    """Return the model's card."""
    artefact = document()
    named = dict(zip(GOLDEN, artefact["golden"], strict=True))
    starts = (0.0, *(below for _, below in BANDS))
    return CARD.format(
        version=VERSION,
        horizon=HORIZON_DAYS,
        base=BASE_PROBABILITY * 100,
        worst=named["everything is wrong at once"]["probability"],
        best=named["all is well"]["probability"],
        bands=", ".join(f"{band} from {start:g}" for (band, _), start in zip(BANDS, starts, strict=False)),
        rows="\n".join(sorted(f"| {table['family']} | `{table['fact']}` | {_adds(table)} |" for table in tables())),
    )


def files() -> dict[Path, bytes]:
    """Return what belongs on disk: the artefact and its card."""
    return {
        FOLDER / VERSION / FILE_NAME: artefact_bytes(document()),
        FOLDER / VERSION / "card.md": card().encode(),
    }


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _grain(value: float) -> float:
    return round(value / GRAIN) * GRAIN


def _centred(adds: tuple[float, ...], shares: tuple[float, ...]) -> list[float]:
    """Subtract the mean over the assumed accounts from each value, and round."""
    if not math.isclose(sum(shares), 100):
        message = f"shares of accounts must add up to 100 per cent: {shares}"
        raise ValueError(message)
    mean = sum(value * share / 100 for value, share in zip(adds, shares, strict=True))
    return [_grain(value - mean) for value in adds]


def _table(prior: Prior, family: Family) -> dict[str, Any]:
    table: dict[str, Any] = {"fact": prior.fact, "family": family, "missing": 0.0}
    match prior:
        case Number():
            values = _centred(prior.adds, prior.shares)
            return table | {
                "kind": "number",
                "unit": Vocabulary.of().specs[prior.fact].unit,
                "sign": 1 if values[-1] > values[0] else -1,
                "range": list(map(float, prior.bounds)),
                "thresholds": list(map(float, prior.ends)),
                "values": values,
            }
        case Flag():
            shares = (prior.share_true, 100 - prior.share_true)
            if_true, if_false = _centred((prior.if_true, prior.if_false), shares)
            sign = 1 if if_true > if_false else -1
            return table | {"kind": "flag", "sign": sign, "if_true": if_true, "if_false": if_false}
        case Word():
            values = _centred(prior.adds, prior.shares)
            return table | {
                "kind": "word",
                "worsening": list(prior.words),
                "unseen": [],
                "values": dict(zip(prior.words, values, strict=True)),
            }


def _extreme(built: list[dict[str, Any]], *, best: bool = False) -> dict[str, bool | float | str]:
    """Return the account that is best, or worst, by every table."""
    return {table["fact"]: _end_of(table, best=best) for table in built}


def _end_of(table: dict[str, Any], *, best: bool) -> bool | float | str:
    match table["kind"]:
        case "number":
            return float(table["range"][0 if best == (table["sign"] > 0) else 1])
        case "flag":
            return bool(best == (table["sign"] < 0))
        case _:
            return str(table["worsening"][0 if best else -1])


def _golden(row: dict[str, bool | float | str], built: list[dict[str, Any]], base: float) -> dict[str, Any]:
    """Score a row by looking at the intervals one after the other: on purpose not the way the server does it."""
    log_odds = base + sum(_found(table, row[table["fact"]]) for table in built if table["fact"] in row)
    return {"values": row, "log_odds": log_odds, "probability": round(1 / (1 + math.exp(-log_odds)), 6)}


def _found(table: dict[str, Any], value: Any) -> float:  # noqa: ANN401  a fact of any type
    match table["kind"]:
        case "number":
            ends = [*table["thresholds"], math.inf]
            return next(float(adds) for end, adds in zip(ends, table["values"], strict=True) if value <= end)
        case "flag":
            return float(table["if_true" if value else "if_false"])
        case _:
            return float(table["values"][value])


def _adds(table: dict[str, Any]) -> str:
    match table["kind"]:
        case "number":
            ends = [f"up to {end:g}" for end in table["thresholds"]] + ["above"]
            pairs = list(zip(ends, table["values"], strict=True))
        case "flag":
            pairs = [("true", table["if_true"]), ("false", table["if_false"])]
        case _:
            pairs = list(table["values"].items())
    return "; ".join(f"{name}: {value:+.2f}" for name, value in pairs)


if __name__ == "__main__":
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
