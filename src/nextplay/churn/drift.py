"""Whether accounts now look like those a model was made from: told from chance, in the order in which to look.

1. shares of unknown values: a feed that broke shows here first
2. facts: the population stability index over intervals of the reference's quantiles, words and flags by category
3. answers: the same index over probabilities, and the mean rank of accounts among those of the reference

The population stability index is the sum of (now - then) · log(now / then) over the shares of bins. The rule of thumb
that 0.1 is drift ignores how many rows there are; where nothing drifted the index is distributed as
chi²(B - 1) · (1 / n + 1 / m) for B bins and samples of n and m, so the threshold is that quantile: Yurdakul and
Naranjo, "Statistical properties of the population stability index", Journal of Risk Model Validation 14 (2020).

All tests of a run share one error rate (Benjamini and Hochberg, 1995), or thirty facts at 5 % would cry wolf in nearly
every run. What is more than chance may still be too small to matter, and is then told as such. Everything here is a
function of columns: they may come from a file, or from stored decisions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from nextplay.churn.artefact import FactReference, Reference
from nextplay.churn.chance import chi2_beyond, chi2_tail, cut_off, normal_beyond, normal_tails
from nextplay.churn.reference import Floats, binned, spread_of_answers, spread_of_numbers, spread_of_words
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable
from nextplay.decision import FactValue

FALSE_ALARMS: Final = 0.05
"""Share of runs in which a test counts although nothing drifted."""
FEWEST: Final = 50
"""Under so many accounts on a side there is no verdict."""
FEWEST_IN_BIN: Final = 5.0
"""Bins with fewer expected values are merged: the distribution of the index holds no longer."""
MATTERS: Final[Mapping[str, float]] = {"missing": 0.02, "psi": 0.02, "rank": 0.02}
"""What is less than this is too small to matter, however sure it is: differences of shares and ranks, and the index."""
UNSEEN: Final = "(never met)"

Verdict = Literal["drifted", "small", "steady", "too few"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Accounts now: facts by name, a row each, and the probability that the model gave each.

    `accounts` counts different accounts: rows of one account are no independent evidence.
    """

    facts: Mapping[str, Sequence[FactValue]]
    probabilities: Floats
    accounts: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One test. `figure` and `threshold` are of `measure`; `chance` is that of such a figure where nothing drifted.

    `fact` is empty for what concerns all answers. `says` words what was found, `remedy` what to do about it.
    """

    step: Literal["missing", "fact", "score", "calibration"]
    measure: Literal["missing", "psi", "rank", "mean", "slope", "auc"]
    fact: str
    figure: float
    threshold: float
    chance: float
    verdict: Verdict
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Test:
    """A finding before all chances are known: `threshold` is a function of the cut-off."""

    finding: Finding
    threshold: Callable[[float], float]


def drift(
    tables: Sequence[AnyTable], reference: Reference, now: Sample, *, reference_accounts: int | None = None
) -> tuple[Finding, ...]:
    """Compare accounts now with a reference, in the order in which to look; within a step by name.

    `reference_accounts` counts the different accounts of the reference; left out, each row was one.
    """
    sizes = (now.accounts, min(reference_accounts or reference.rows, reference.rows))
    rows = len(now.probabilities)
    columns = [(table, now.facts.get(table.fact, [None] * rows)) for table in tables]
    missing = [_missing(table.fact, column, reference, sizes) for table, column in columns]
    facts = [_fact(table, column, reference, sizes) for table, column in columns]
    return _judged([*missing, *facts, *_scores(now.probabilities, reference, sizes)])


def reference_of(tables: Sequence[AnyTable], sample: Sample) -> Reference:
    """Describe accounts as the reference of a model is described: for a model that has none."""
    rows = len(sample.probabilities)
    facts = {table.fact: _spread(table, sample.facts.get(table.fact, [None] * rows)) for table in tables}
    return Reference.model_validate({"rows": rows, "facts": facts} | spread_of_answers(sample.probabilities))


def numbers(column: Sequence[FactValue]) -> Floats:
    """Turn a column of numbers into an array; unknown is NaN."""
    return np.array([math.nan if value is None else float(value) for value in column], dtype=np.float64)  # type: ignore[arg-type]  # a number or a flag, by its table


def _spread(table: AnyTable, column: Sequence[FactValue]) -> dict[str, object]:
    if isinstance(table, NumberTable):
        return spread_of_numbers(numbers(column))
    words = sorted({_word(value) for value in column if value is not None})
    places = {word: float(place) for place, word in enumerate(words)}
    return spread_of_words(np.array([places.get(_word(value), math.nan) for value in column]), words)


def _word(value: FactValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _missing(name: str, column: Sequence[FactValue], reference: Reference, sizes: tuple[int, int]) -> _Test:
    """Compare two shares: the two-proportion test with the pooled share."""
    then, now = reference.facts[name].missing, column.count(None) / max(len(column), 1)
    shift = now - then
    pooled = (now * sizes[0] + then * sizes[1]) / max(sum(sizes), 1)
    error = math.sqrt(pooled * (1 - pooled) * _apart(sizes))
    says = f"unknown for {now:.1%}, was {then:.1%}"
    more = "check the feed: values no longer arrive" if shift > 0 else "check the mapping: more is known than then"
    finding = _begun("missing", "missing", name, figure=shift, says=says, remedy=more)
    chance = normal_tails(shift / error) if error else 1.0
    return _Test(_sized(replace(finding, chance=chance), sizes), lambda cut: normal_beyond(cut) * error)


def _fact(table: AnyTable, column: Sequence[FactValue], reference: Reference, sizes: tuple[int, int]) -> _Test:
    then = reference.facts[table.fact]
    known = [value for value in column if value is not None]
    sizes = (round(sizes[0] * len(known) / max(len(column), 1)), round(sizes[1] * (1 - then.missing)))
    finding = _begun(
        "fact", "psi", table.fact, figure=0.0, says="", remedy="check the feed and its unit; then ask what changed"
    )
    if not known or then.missing == 1:
        return _Test(replace(finding, verdict="too few", says="never known on one side"), _nothing)
    if isinstance(table, NumberTable):
        values = numbers(known)
        shares = _number_shares(values, then)
        says = _number_words(values, then, shares)
        if shares is None:
            says = "cannot be told: an earlier writer kept no shares beside equal quantiles; compare with --against"
            return _Test(replace(finding, verdict="too few", says=says), _nothing)
    else:
        shares, says, unseen = _word_shares(known, then, flag=isinstance(table, FlagTable))
        if unseen:
            finding = replace(finding, remedy=f"a word the model never met ({unseen:.1%}): check the mapping")
    return _index(replace(finding, says=says), shares, sizes)


def _number_shares(values: Floats, then: FactReference) -> tuple[Floats, Floats] | None:
    ends = np.unique(np.array(then.quantiles))
    if then.binned:
        return binned(values, ends) / len(values), np.array(then.binned)
    if len(ends) < len(then.quantiles):
        return None
    return binned(values, ends[1:]) / len(values), np.full(len(ends) - 1, 1 / (len(ends) - 1))


def _number_words(values: Floats, then: FactReference, shares: tuple[Floats, Floats] | None) -> str:
    """Say what became of the median; where it stayed, of the interval whose share changed most."""
    median, was = float(np.median(values)), then.quantiles[len(then.quantiles) // 2]
    if shares is None or median != was or not np.abs(shares[0] - shares[1]).max():
        return f"median {median:.4g}, was {was:.4g}"
    ends = np.unique(np.array(then.quantiles))[-len(shares[0]) :]
    place = int(np.abs(shares[0] - shares[1]).argmax())
    where = f"up to {ends[place]:.4g}" if place < len(ends) - 1 else f"above {ends[max(place - 1, 0)]:.4g}"
    return f"{where} {shares[0][place]:.1%}, was {shares[1][place]:.1%}"


def _word_shares(
    known: Sequence[FactValue], then: FactReference, *, flag: bool
) -> tuple[tuple[Floats, Floats], str, float]:
    words = [word for word, share in then.shares.items() if share]
    counts = dict.fromkeys([*words, UNSEEN], 0)
    for value in known:
        word = _word(value)
        counts[word if word in counts else UNSEEN] += 1
    now = np.array(list(counts.values())) / len(known)
    was = np.array([*(then.shares[word] for word in words), 0.0])
    place = list(counts).index("true") if flag and "true" in counts else int(np.abs(now - was).argmax())
    order = np.argsort(-was, kind="stable")
    return (now[order], was[order]), f"{list(counts)[place]} {now[place]:.1%}, was {was[place]:.1%}", float(now[-1])


def _scores(probabilities: Floats, reference: Reference, sizes: tuple[int, int]) -> list[_Test]:
    """Test the answers: how they are spread, and where the mean account stands among those of the reference."""
    remedy = "look at the facts above first; once outcomes are known, measure the calibration"
    described = FactReference(missing=0.0, quantiles=reference.probabilities, shares={}, binned=reference.binned)
    shares = _number_shares(probabilities, described)
    was = "" if reference.mean is None else f", was {reference.mean:.1%}"
    says = f"mean probability {probabilities.mean():.1%}{was}"
    spread = _begun("score", "psi", "", figure=0.0, says=says, remedy=remedy)
    rank = _begun("score", "rank", "", figure=0.5, says=says, remedy=remedy)
    if shares is None:
        return [
            _Test(replace(spread, verdict="too few", says="cannot be told: no shares beside equal quantiles"), _nothing)
        ]
    now, then = shares
    ranks = np.cumsum(then) - then / 2
    error = math.sqrt(max(float(then @ ranks**2) - 0.25, 0.0) * _apart(sizes))
    mean = float(now @ ranks)
    found = replace(rank, figure=mean, chance=normal_tails((mean - 0.5) / error) if error else 1.0)
    return [
        _index(spread, shares, sizes),
        _Test(_sized(found, sizes), lambda cut: 0.5 + math.copysign(normal_beyond(cut) * error, mean - 0.5)),
    ]


def _index(finding: Finding, shares: tuple[Floats, Floats], sizes: tuple[int, int]) -> _Test:
    """Compute the population stability index over bins that are large enough, half a value added to each."""
    apart = _apart(sizes)
    now, then = _merged(shares, sizes)
    freedom = len(now) - 1
    if not freedom:
        return _Test(_sized(replace(finding, chance=1.0), sizes), lambda _cut: 0.0)
    smooth = [(one * size + 0.5) / (size + 0.5 * len(one)) for one, size in zip((now, then), sizes, strict=True)]
    figure = float((smooth[0] - smooth[1]) @ np.log(smooth[0] / smooth[1]))
    found = replace(finding, figure=figure, chance=chi2_tail(figure / apart, freedom))
    return _Test(_sized(found, sizes), lambda cut: chi2_beyond(cut, freedom) * apart)


def _merged(shares: tuple[Floats, Floats], sizes: tuple[int, int]) -> tuple[Floats, Floats]:
    """Merge neighbouring bins until each holds enough values on both sides, by the share of both together."""
    now, then = shares
    together = (now * sizes[0] + then * sizes[1]) / max(sum(sizes), 1)
    enough = FEWEST_IN_BIN / max(min(sizes), 1)
    bins, held = [0], 0.0
    for place, share in enumerate(together.tolist()):
        if held >= enough and together[place:].sum() >= enough:
            bins.append(place)
            held = 0.0
        held += share
    return np.add.reduceat(now, bins), np.add.reduceat(then, bins)


def _judged(tests: Sequence[_Test]) -> tuple[Finding, ...]:
    """Give each test its threshold and verdict, once all are known."""
    open_tests = [test.finding.chance for test in tests if test.finding.verdict != "too few"]
    cut = cut_off(open_tests, FALSE_ALARMS)
    found = []
    for test in tests:
        finding = test.finding
        if finding.verdict != "too few":
            away = abs(finding.figure - (0.5 if finding.measure == "rank" else 0.0))
            certain = finding.chance <= cut
            verdict: Verdict = "steady" if not certain else "drifted" if away >= MATTERS[finding.measure] else "small"
            finding = replace(finding, threshold=test.threshold(cut), verdict=verdict)
        found.append(finding)
    return tuple(found)


def _begun(
    step: Literal["missing", "fact", "score"],
    measure: Literal["missing", "psi", "rank"],
    fact: str,
    *,
    figure: float,
    says: str,
    remedy: str,
) -> Finding:
    return Finding(step, measure, fact, figure, 0.0, 1.0, "steady", says, remedy)


def _sized(finding: Finding, sizes: tuple[int, int]) -> Finding:
    """Withdraw the verdict where a side has too few accounts."""
    if min(sizes) >= FEWEST:
        return finding
    return replace(finding, verdict="too few", says=f"{finding.says}; {min(sizes)} accounts on a side, {FEWEST} needed")


def _apart(sizes: tuple[int, int]) -> float:
    return 1 / max(sizes[0], 1) + 1 / max(sizes[1], 1)


def _nothing(_cut: float) -> float:
    return 0.0
