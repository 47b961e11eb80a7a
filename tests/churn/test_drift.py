"""Drift is told from chance: seldom cried without cause, found where it is, and never judged on too few accounts."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from nextplay.churn.artefact import FactReference, Reference
from nextplay.churn.drift import FALSE_ALARMS, UNSEEN, Finding, Sample, drift, reference_of
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable, WordTable
from nextplay.decision import FactValue

PLANS = ("basic", "plus", "max")
RUNS = 150


def number_table(name: str) -> NumberTable:
    """Return a table of a number; only its name and kind count here."""
    fields: dict[str, Any] = {"kind": "number", "fact": name, "family": "usage", "unit": "", "sign": 0}
    return NumberTable(**fields, range=[0.0, 1.0], thresholds=[], values=[0.0], missing=0.0)


TABLES: tuple[AnyTable, ...] = (
    *(number_table(f"number.{place:02}") for place in range(20)),
    *(
        FlagTable(kind="flag", fact=f"flag.{place}", family="usage", sign=0, if_false=0.0, if_true=0.0, missing=0.0)
        for place in range(5)
    ),
    *(
        WordTable(
            kind="word",
            fact=f"word.{place}",
            family="usage",
            worsening=[],
            values=dict.fromkeys(PLANS, 0.0),
            unseen=[],
            missing=0.0,
        )
        for place in range(5)
    ),
)


def accounts(rows: int, seed: int, **shifted: float) -> Sample:
    """Invent accounts: ten even numbers, ten counts with many equal ones, flags and words, a tenth unknown.

    `shifted` moves a number by so many standard deviations.
    """
    chance = np.random.default_rng(seed)
    facts: dict[str, list[FactValue]] = {}
    for place, table in enumerate(TABLES):
        hidden = chance.random(rows) < 0.1
        values: list[FactValue]
        if isinstance(table, NumberTable):
            drawn = chance.normal(0, 1, rows) if place % 2 else chance.poisson(0.7, rows).astype(float)
            values = (drawn + shifted.get(table.fact, 0.0)).tolist()
        elif isinstance(table, FlagTable):
            values = (chance.random(rows) < 0.2).tolist()
        else:
            values = chance.choice(PLANS, rows, p=[0.6, 0.3, 0.1]).tolist()
        facts[table.fact] = [None if gone else value for gone, value in zip(hidden, values, strict=True)]
    return Sample(facts, chance.beta(1, 9, rows), rows)


@cache
def run(seed: int) -> tuple[Finding, ...]:
    """Compare 300 accounts with 800 of the same kind."""
    return drift(TABLES, reference_of(TABLES, accounts(800, 2 * seed)), accounts(300, 2 * seed + 1))


def found(findings: tuple[Finding, ...], measure: str, fact: str = "") -> Finding:
    """Return the finding of a measure of a fact."""
    return next(one for one in findings if (one.measure, one.fact) == (measure, fact))


def test_without_drift_few_runs_cry_wolf() -> None:
    """Of 150 runs with 62 tests each about 5 % have an alarm; tested one by one at 5 %, nearly all would."""
    alarms = np.mean([any(one.verdict in {"drifted", "small"} for one in run(seed)) for seed in range(RUNS)])
    naive = np.mean([any(one.chance <= FALSE_ALARMS for one in run(seed)) for seed in range(RUNS)])
    assert alarms <= FALSE_ALARMS + 2 * np.sqrt(FALSE_ALARMS * (1 - FALSE_ALARMS) / RUNS)
    assert naive > 0.9


@pytest.mark.parametrize("measure", ["missing", "psi", "rank"])
def test_each_test_holds_its_own_rate(measure: str) -> None:
    """Where nothing drifted a chance of 5 % comes in about 5 % of the tests, counts with many equal ones included."""
    chances = np.array([one.chance for seed in range(RUNS) for one in run(seed) if one.measure == measure])
    assert np.mean(chances <= 0.05) == pytest.approx(0.05, abs=0.015 if measure != "rank" else 0.04)


def test_a_real_shift_is_found_and_no_other_fact() -> None:
    """Half a standard deviation more of one number is told of that number, with both medians, and of none else."""
    now = accounts(300, 11, **{"number.03": 0.5})
    findings = drift(TABLES, reference_of(TABLES, accounts(800, 10)), now)
    one = found(findings, "psi", "number.03")
    assert one.verdict == "drifted"
    assert one.figure > one.threshold > 0
    assert one.says.startswith("median 0.")
    assert [other.fact for other in findings if other.verdict == "drifted"] == ["number.03"]


def test_a_feed_that_broke_is_found_in_the_missing_rates() -> None:
    """Values that no longer arrive are told first, with both rates and what to check."""
    now = accounts(300, 13)
    column = now.facts["flag.1"]
    broken = Sample({**now.facts, "flag.1": [*column[:150], *[None] * 150]}, now.probabilities, now.accounts)
    findings = drift(TABLES, reference_of(TABLES, accounts(800, 12)), broken)
    first = next(one for one in findings if one.verdict == "drifted")
    assert (first.step, first.fact) == ("missing", "flag.1")
    assert first.remedy == "check the feed: values no longer arrive"
    without = {name: values for name, values in now.facts.items() if name != "flag.1"}
    gone = drift(TABLES, reference_of(TABLES, accounts(800, 12)), Sample(without, now.probabilities, 300))
    assert found(gone, "missing", "flag.1").figure == pytest.approx(0.9, abs=0.05)
    assert found(gone, "psi", "flag.1").verdict == "too few"


def test_words_never_met_are_their_own_category() -> None:
    """A renamed word is found, and said to be one the model never met."""
    now = accounts(300, 15)
    renamed = ["Plus!" if value == "plus" else value for value in now.facts["word.2"]]
    findings = drift(
        TABLES,
        reference_of(TABLES, accounts(800, 14)),
        Sample({**now.facts, "word.2": renamed}, now.probabilities, 300),
    )
    one = found(findings, "psi", "word.2")
    assert one.verdict == "drifted"
    assert "never met" in one.remedy
    assert UNSEEN in one.says or "plus" in one.says
    assert "Plus!" not in f"{one}"


def test_a_shift_of_the_answers_is_found() -> None:
    """Higher probabilities throughout are told as a spread and as a mean rank above a half, with both means."""
    now = accounts(300, 17)
    higher = Sample(now.facts, np.minimum(now.probabilities * 1.6, 0.99), 300)
    findings = drift(TABLES, reference_of(TABLES, accounts(800, 16)), higher)
    rank = found(findings, "rank")
    assert (rank.verdict, found(findings, "psi").verdict) == ("drifted", "drifted")
    assert rank.figure > rank.threshold > 0.5
    assert rank.says.startswith("mean probability 1")


def test_too_few_accounts_get_no_verdict() -> None:
    """Forty accounts are not judged, however they look; many rows of few accounts are as few."""
    for now in (accounts(40, 19, **{"number.03": 3.0}), Sample(accounts(400, 19).facts, np.full(400, 0.9), 40)):
        findings = drift(TABLES, reference_of(TABLES, accounts(800, 18)), now)
        assert {one.verdict for one in findings} == {"too few"}
    assert "40 accounts on a side, 50 needed" in findings[0].says


def test_rows_of_one_account_are_no_evidence() -> None:
    """Every account ten times over gives the same shares, and the chances of the accounts alone."""
    now = accounts(300, 21)
    many = Sample({name: list(values) * 10 for name, values in now.facts.items()}, np.tile(now.probabilities, 10), 300)
    then = reference_of(TABLES, accounts(800, 20))
    assert [one.chance for one in drift(TABLES, then, many)] == pytest.approx(
        [one.chance for one in drift(TABLES, then, now)], rel=1e-9
    )


def test_what_is_sure_and_tiny_is_told_as_small() -> None:
    """A hundred thousand accounts prove a shift of a twentieth of a standard deviation; it does not matter."""
    table = (number_table("number.00"),)
    chance = np.random.default_rng(1)
    then, now = chance.normal(0, 1, 100_000), chance.normal(0.05, 1, 100_000)
    answers = chance.beta(1, 9, 100_000)
    reference = reference_of(table, Sample({"number.00": then.tolist()}, answers, 100_000))
    one = found(drift(table, reference, Sample({"number.00": now.tolist()}, answers, 100_000)), "psi", "number.00")
    assert one.verdict == "small"
    assert one.figure > one.threshold


def test_a_file_of_an_earlier_writer_is_read_as_far_as_it_goes() -> None:
    """Without shares by interval, different quantiles are tenths; equal ones cannot be told, and that is said."""
    tables = (number_table("even"), number_table("ties"))
    spread = {
        "even": FactReference(missing=0.0, quantiles=[float(one) for one in range(11)], shares={}),
        "ties": FactReference(missing=0.0, quantiles=[0.0] * 6 + [1.0] * 5, shares={}),
    }
    then = Reference(rows=500, facts=spread, probabilities=[one / 10 for one in range(11)])
    chance = np.random.default_rng(3)
    now = Sample({"even": chance.uniform(0, 10, 300).tolist(), "ties": [0.0] * 300}, chance.uniform(0, 1, 300), 300)
    findings = drift(tables, then, now)
    assert found(findings, "psi", "even").verdict == "steady"
    assert "compare with --against" in found(findings, "psi", "ties").says


def test_accounts_do_not_drift_from_themselves() -> None:
    """A book against itself: every difference and index is 0, every rank a half, and words say what is the same."""
    then = accounts(400, 23)
    findings = drift(TABLES, reference_of(TABLES, then), then)
    assert {one.verdict for one in findings} == {"steady"}
    assert all(one.figure == pytest.approx(0.5 if one.measure == "rank" else 0.0, abs=1e-9) for one in findings)
    assert found(findings, "psi", "number.02").says == "median 1, was 1"
