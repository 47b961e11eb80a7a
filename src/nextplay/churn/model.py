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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nextplay.churn.artefact import Artefact, ModelFile, invalid, model_file, verified
from nextplay.churn.calibration import calibration
from nextplay.churn.tables import MILLION, AnyTable, FlagTable, NumberTable, WordTable
from nextplay.decision import FactValue, RiskBand
from nextplay.facts import Facts
from nextplay.facts.spec import FactSpec

if TYPE_CHECKING:
    from nextplay.churn.bulk import Flags, ScoredMany


class FamilyContribution(NamedTuple):
    """What a family of facts adds to the log-odds (above 0 raises the risk).

    `facts` holds all facts of the family: those that push most in its direction first, ties by name. The first
    `pushing` of them push that way noticeably, by their values or by being unknown.
    """

    family: str
    contribution: float
    facts: tuple[str, ...]
    pushing: int


class ChurnScore(NamedTuple):
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


_TELLING: Final = 0.02
"""A fact that changes the log-odds by less, the odds by less than two per cent, is no reason worth telling."""
Entry = tuple[float, int, int]
"""What a value of a fact adds, and its ranks among all entries of a model: falling and rising, ties by name."""
Picker = Callable[[Sequence[Any]], tuple[Any, ...]]


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
        self._calibrator: Final = artefact.calibrator
        self._calibrated: Final = calibration(artefact.calibrator)
        self._bands: Final = tuple(limit.band for limit in artefact.bands)
        self._limits: Final = [limit.below for limit in artefact.bands][:-1]
        self._lookups: Final = _lookups(artefact.tables)
        self._order: Final = tuple(lookup.fact for lookup in self._lookups)
        self._ranks: Final = _Ranks(self._lookups)
        self._numbers: Final = [_fast(lookup, self._ranks) for lookup in self._lookups if lookup.by_value is None]
        self._words: Final = [_words(lookup, self._ranks) for lookup in self._lookups if lookup.by_value is not None]
        self._groups: Final = tuple(
            (family, _picker([self._order.index(name) for name in names])) for family, names in self.families.items()
        )
        self._picked: tuple[Mapping[str, int], Picker] = ({}, _picker([]))

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
            score = model._score(tuple([row.values.get(name) for name in model._order]))
            strangers = sorted(row.values.keys() - set(model.fact_names))
            if strangers or score.log_odds != row.log_odds or score.probability != row.probability:
                reasons.append(f"golden.{place}: the table gives another score than the row says")
        if reasons:
            raise invalid(file.path, reasons)
        return model

    def score(self, facts: Facts, *, with_drivers: bool = True) -> ChurnScore:
        """Score one account. Each of `fact_names` must be planned in `facts`; what is unknown counts as missing.

        Without drivers, `families` is empty, for whoever wants the risk alone.
        """
        positions, pick = self._picked
        if positions is not facts.positions:  # facts of one plan share their positions: found once, and then only read
            positions, pick = self._picked = facts.positions, _picker([facts.positions[name] for name in self._order])
        return self._score(pick(facts.values), with_drivers=with_drivers)

    @property
    def calibrated(self) -> bool:
        """Say whether a calibrator, or an adaptation, stands between the sum of the tables and the probability."""
        return self._calibrator.kind != "none"

    def contributions(self, facts: Facts) -> dict[str, float]:
        """Return what each fact adds to the log-odds of one account, by name; with `base` they are the log-odds."""
        values = [facts.value(name) for name in self._order]
        found = zip(self._order, values, self._lookups, strict=True)
        return {
            name: lookup.missing if value is None else _looked_up(lookup, value)[0] for name, value, lookup in found
        }

    def score_many(self, columns: Mapping[str, Sequence[FactValue]]) -> ScoredMany:
        """Score many accounts, given as one column for each fact; equal bit for bit to `score` of each row.

        A column is a sequence with `None` for unknown, or a numpy array with NaN. A fact without a column is unknown
        for all. Raises `ValueError` where columns differ in length.
        """
        from nextplay.churn.bulk import ScoredMany, contributions, probabilities  # noqa: PLC0415  who scores one needs no numpy

        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError("columns differ in length; give one value, or none, for each account")
        found = contributions(self._lookups, columns, max(lengths, default=0))
        log_odds = self.base + found.adds.sum(axis=1)
        return ScoredMany(
            found,
            log_odds=log_odds,
            probability=probabilities(self._calibrator, log_odds),
            families={
                family: found.adds[:, [self._order.index(name) for name in names]].sum(axis=1)
                for family, names in self.families.items()
            },
            score=self._scored_flags,
        )

    def _score(self, values: tuple[Any, ...], *, with_drivers: bool = True) -> ChurnScore:
        """Score the values of `_order`: numbers first. The fast tables have `None` for what they cannot answer."""
        numbers, words = self._numbers, self._words
        entries: list[Any] = [
            missing if value is None else steps[bisect_left(ends, value)]
            for value, (missing, ends, steps) in zip(values, numbers, strict=False)
        ]
        entries += [entry(value) for value, entry in zip(values[len(numbers) :], words, strict=True)]
        unknown = values.count(None)
        try:
            return self._scored(entries, unknown, (), with_drivers=with_drivers)
        except TypeError:  # a `None` among the entries cannot be taken apart: cheaper than looking for one each time
            return self._mended(values, entries, unknown, with_drivers=with_drivers)

    def _mended(self, values: tuple[Any, ...], entries: list[Any], unknown: int, *, with_drivers: bool) -> ChurnScore:
        """Look up what the fast tables had no answer for: values out of range, words never met, NaN."""
        out_of_range = []
        for place, (value, lookup) in enumerate(zip(values, self._lookups, strict=True)):
            if entries[place] is None:
                adds, known = _looked_up(lookup, value)
                entries[place] = self._ranks.entry(lookup.fact, adds)
                unknown += lookup.by_value is not None or not known
                out_of_range += [lookup.fact] if known else []
        return self._scored(entries, unknown, out_of_range, with_drivers=with_drivers)

    def _scored(
        self, entries: Sequence[Entry], unknown: int, out_of_range: Collection[str], *, with_drivers: bool = True
    ) -> ChurnScore:
        contributions, falling, rising = zip(*entries, strict=True)
        log_odds = self.base + sum(contributions)
        probability = round(self._calibrated(log_odds) * MILLION) / MILLION
        families = []
        if with_drivers:
            ranks = self._ranks
            for family, pick in self._groups:
                total = sum(pick(contributions))
                if total > 0:
                    ordered, facts, telling = sorted(pick(falling)), ranks.falling, ranks.raising
                else:
                    ordered, facts, telling = sorted(pick(rising)), ranks.rising, ranks.lowering
                named = tuple([facts[rank] for rank in ordered])
                found = FamilyContribution(family, total, named, bisect_left(ordered, telling))
                families.append((-abs(total), family, found))
            families.sort()
        return ChurnScore(
            probability,
            log_odds,
            self._bands[bisect_right(self._limits, probability)],
            tuple([family for _, _, family in families]),
            1.0 - unknown / len(entries),
            tuple(sorted(out_of_range)) if out_of_range else (),
        )

    def _scored_flags(self, contributions: tuple[float, ...], unknown: int, beyond: Flags) -> ChurnScore:
        entries = [self._ranks.entry(name, adds) for name, adds in zip(self._order, contributions, strict=True)]
        return self._scored(entries, unknown, [self._order[place] for place in beyond.nonzero()[0]])


class _Ranks:
    """The order of all that the facts of a model can add: a driver orders its facts by sorting a few whole numbers.

    `falling` and `rising` are the facts by rank; the first `raising` of the former raise the risk noticeably, the first
    `lowering` of the latter lower it.
    """

    def __init__(self, lookups: Sequence[Lookup]) -> None:
        entries = {(adds, lookup.fact) for lookup in lookups for adds in _additions(lookup)}
        falling = sorted(entries, key=lambda entry: (-entry[0], entry[1]))
        rising = sorted(entries)
        self.falling: Final = [fact for _, fact in falling]
        self.rising: Final = [fact for _, fact in rising]
        self.raising: Final = sum(adds >= _TELLING for adds, _ in entries)
        self.lowering: Final = sum(adds <= -_TELLING for adds, _ in entries)
        places = {entry: place for place, entry in enumerate(rising)}
        self._entries: Final = {entry: (entry[0], place, places[entry]) for place, entry in enumerate(falling)}

    def entry(self, fact: str, adds: float) -> Entry:
        """Return what a fact adds with its ranks."""
        return self._entries[adds, fact]


def _additions(lookup: Lookup) -> Iterator[float]:
    yield lookup.missing
    yield from (lookup.by_value or {}).values()
    yield from lookup.by_interval


def _picker(places: Sequence[int]) -> Picker:
    """Return a function that picks places of a sequence, as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple([values[place] for place in places])


def _fast(lookup: Lookup, ranks: _Ranks) -> tuple[Entry, list[float], list[Entry | None]]:
    """Return what is missing, ends and steps of a number, with `None` for the intervals out of range.

    NaN is below every end, and so is found out of range too.
    """
    below = math.nextafter(lookup.low, -math.inf)
    ends = sorted({*lookup.thresholds, below, lookup.high})
    steps: list[Entry | None] = [
        None
        if end <= below or end > lookup.high
        else ranks.entry(lookup.fact, lookup.by_interval[bisect_left(lookup.thresholds, end)])
        for end in ends
    ]
    return ranks.entry(lookup.fact, lookup.missing), ends, [*steps, None]


def _words(lookup: Lookup, ranks: _Ranks) -> Callable[[Any], Entry | None]:
    """Return what looks a word or a flag up: `None` for one never met, and for NaN."""
    table = {**(lookup.by_value or {}), None: lookup.missing}
    return {word: ranks.entry(lookup.fact, adds) for word, adds in table.items()}.get


def _looked_up(lookup: Lookup, value: Any) -> tuple[float, bool]:  # noqa: ANN401  a fact of any type
    """Look up a value, in range or out of it: what it adds, and whether it is known at all.

    A word never met is known and counts as missing; NaN is not known.
    """
    known = value == value  # noqa: PLR0124  only NaN differs from itself
    if lookup.by_value is not None or not known:
        return (lookup.by_value or {}).get(value, lookup.missing), known
    return lookup.by_interval[bisect_left(lookup.thresholds, value)], True


def _lookups(tables: Sequence[AnyTable]) -> tuple[Lookup, ...]:
    """Make the tables ready: numbers first, then words and flags, each by name."""
    found = sorted(tables, key=lambda table: (not isinstance(table, NumberTable), table.fact))
    return tuple(map(_lookup, found))


def _lookup(table: AnyTable) -> Lookup:
    match table:
        case NumberTable():
            low, high = table.range
            return Lookup(table.fact, table.missing, None, table.thresholds, table.values, low, high)
        case FlagTable():
            return Lookup(table.fact, table.missing, by_value={False: table.if_false, True: table.if_true})
        case WordTable():
            return Lookup(table.fact, table.missing, by_value={**table.values})
