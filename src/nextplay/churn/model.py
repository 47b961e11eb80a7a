"""The churn model as it is served: facts in, risk out, with drivers that add up exactly.

    log-odds = base + the sum over the facts of table(fact)
    probability = calibrator(log-odds), which is 1 / (1 + exp(-log-odds)) where there is nothing to correct

A generalised additive model: each fact contributes one number that depends on this fact alone, so a driver is no
approximation. Table values are multiples of 2^-44, so sums are exact in any order, and `math.exp` is used for one
account and for many (other libraries differ in the last bit): both give the same bits.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nextplay.churn.artefact import Artefact, ModelFile, invalid, model_file, verified
from nextplay.churn.calibration import calibration
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable, WordTable
from nextplay.decision import FactValue, RiskBand
from nextplay.facts import Facts
from nextplay.facts.spec import FactSpec

if TYPE_CHECKING:
    from nextplay.churn.bulk import Flags, ScoredMany

DECIMALS: Final = 6
MEMOISED: Final = 4096
"""How many patterns of contributions are remembered for each family: a driver depends on these numbers alone."""


class FamilyContribution(NamedTuple):
    """What a family of facts adds to the log-odds (above 0 raises the risk).

    `facts` holds all facts of the family: those that push most in its direction first, ties by name.
    """

    family: str
    contribution: float
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChurnScore:
    """The risk of one account. `probability` (0..1) is rounded to 6 decimals, and `band` follows from it.

    `families` are ordered by the size of their contribution, ties by name; base and contributions add up to `log_odds`
    exactly. `completeness` is the share (0..1) of the model's facts that are known. `out_of_range` names, sorted, the
    facts beyond where the model was set or learned: a number out of its range, which the nearest interval answers, and
    a word it never met, which counts as missing.
    """

    probability: float
    log_odds: float
    band: RiskBand
    families: tuple[FamilyContribution, ...]
    completeness: float
    out_of_range: tuple[str, ...]


class Lookup(NamedTuple):
    """One table, ready for use: words and flags by value, numbers by interval."""

    fact: str
    missing: float
    by_value: Mapping[Any, float] | None = None
    thresholds: Sequence[float] = ()
    by_interval: Sequence[float] = ()
    low: float = 0.0
    high: float = 0.0


class ChurnModel:
    """A verified artefact, ready to score. Immutable; safe to share between threads.

    `fact_names` are the facts it reads, sorted. `families` maps a family to its facts.
    """

    def __init__(self, artefact: Artefact) -> None:
        self.version: Final = artefact.version
        self.content_hash: Final = artefact.content_hash
        self.provenance: Final[str] = artefact.provenance
        self.horizon_days: Final = artefact.horizon_days
        self.base: Final = artefact.base
        self.fact_names: Final = tuple(table.fact for table in artefact.tables)
        self.families: Final[Mapping[str, tuple[str, ...]]] = {
            family: tuple(table.fact for table in artefact.tables if table.family == family)
            for family in sorted({table.family for table in artefact.tables})
        }
        self._calibrated: Final = calibration(artefact.calibrator)
        self._bands: Final = tuple(limit.band for limit in artefact.bands)
        self._limits: Final = [limit.below for limit in artefact.bands][:-1]
        self._lookups: Final = tuple(
            map(_lookup, sorted(artefact.tables, key=lambda table: (table.family, table.fact)))
        )
        self._order: Final = tuple(lookup.fact for lookup in self._lookups)
        ends = list(accumulate(map(len, self.families.values())))
        self._groups: Final = tuple(
            (slice(end - len(names), end), lru_cache(MEMOISED)(partial(_grouped, family, names)))
            for end, (family, names) in zip(ends, self.families.items(), strict=True)
        )

    @classmethod
    def load(cls, source: Path | ModelFile, specs: Mapping[str, FactSpec]) -> ChurnModel:
        """Load an artefact (a version folder, or the file that was read there) and prove it on its golden rows.

        Raises `ModelInvalid` with every reason: unreadable, damaged, not for the vocabulary `specs`, tables unsorted or
        against their signs, golden rows off.
        """
        file = model_file(source) if isinstance(source, Path) else source
        artefact = verified(file, specs)
        model = cls(artefact)
        reasons = []
        for place, row in enumerate(artefact.golden):
            score = model._score([row.values.get(name) for name in model._order])
            strangers = sorted(row.values.keys() - set(model.fact_names))
            if strangers or score.log_odds != row.log_odds or score.probability != row.probability:
                reasons.append(f"golden.{place}: the table gives another score than the row says")
        if reasons:
            raise invalid(file.path, reasons)
        return model

    def score(self, facts: Facts) -> ChurnScore:
        """Score one account. Each of `fact_names` must be planned in `facts`; what is unknown counts as missing."""
        return self._score(facts.values_of(self._order))

    def score_many(self, columns: Mapping[str, Sequence[FactValue]]) -> ScoredMany:
        """Score many accounts, given as one column for each fact; equal bit for bit to `score` of each row.

        A column is a sequence with `None` for unknown, or a numpy array with NaN. A fact without a column is unknown
        for all. Raises `ValueError` where columns differ in length.
        """
        from nextplay.churn.bulk import ScoredMany, contributions  # noqa: PLC0415  who scores one needs no numpy

        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError("columns differ in length; give one value, or none, for each account")
        found = contributions(self._lookups, columns, max(lengths, default=0))
        log_odds = self.base + found.adds.sum(axis=1)
        groups = zip(self.families, self._groups, strict=True)
        return ScoredMany(
            found,
            log_odds=log_odds,
            probability=[round(self._calibrated(each), DECIMALS) for each in log_odds.tolist()],
            families={family: found.adds[:, place].sum(axis=1) for family, (place, _) in groups},
            score=self._scored_flags,
        )

    def _score(self, values: Sequence[Any]) -> ChurnScore:
        """Score the values of `_order`: the facts by family, then by name."""
        contributions: list[float] = []
        out_of_range: list[str] = []
        unknown = 0
        for value, (fact, missing, by_value, thresholds, by_interval, low, high) in zip(
            values, self._lookups, strict=True
        ):
            found = None
            if value is None:
                pass
            elif by_value is not None:
                found = by_value.get(value)
                if found is None and value == value:  # noqa: PLR0124  only NaN differs from itself
                    out_of_range.append(fact)
            elif low <= value <= high:
                found = by_interval[bisect_left(thresholds, value)]
            elif not math.isnan(value):
                found = by_interval[bisect_left(thresholds, value)]
                out_of_range.append(fact)
            if found is None:
                found = missing
                unknown += 1
            contributions.append(found)
        return self._scored(tuple(contributions), unknown, out_of_range)

    def _scored(self, contributions: tuple[float, ...], unknown: int, out_of_range: Iterable[str]) -> ChurnScore:
        log_odds = self.base + sum(contributions)
        probability = round(self._calibrated(log_odds), DECIMALS)
        families = [group(contributions[place]) for place, group in self._groups]
        families.sort(key=_weight)
        return ChurnScore(
            probability,
            log_odds,
            self._bands[bisect_right(self._limits, probability)],
            tuple(families),
            1.0 - unknown / len(contributions),
            tuple(sorted(out_of_range)),
        )

    def _scored_flags(self, contributions: tuple[float, ...], unknown: int, beyond: Flags) -> ChurnScore:
        return self._scored(contributions, unknown, [self._order[place] for place in beyond.nonzero()[0]])


def _grouped(family: str, names: tuple[str, ...], contributions: tuple[float, ...]) -> FamilyContribution:
    """Sum a family. `names` are sorted and the sort is stable, which breaks the ties."""
    total = sum(contributions)
    ordered = sorted(names, key=dict(zip(names, contributions, strict=True)).__getitem__, reverse=total > 0)
    return FamilyContribution(family, total, tuple(ordered))


def _weight(family: FamilyContribution) -> float:
    return -abs(family.contribution)


def _lookup(table: AnyTable) -> Lookup:
    match table:
        case NumberTable():
            low, high = table.range
            return Lookup(table.fact, table.missing, None, table.thresholds, table.values, low, high)
        case FlagTable():
            return Lookup(table.fact, table.missing, by_value={False: table.if_false, True: table.if_true})
        case WordTable():
            return Lookup(table.fact, table.missing, by_value={**table.values})
