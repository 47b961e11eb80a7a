"""What a mapping can feed, which rules that decides, and which further fields would decide most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from nextplay.authoring.csv_fields import snapshot_fields
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.feeds.possible import Possible
from nextplay.authoring.feeds.samples import AS_OF, Feeds, paths_in
from nextplay.decision import FactValue
from nextplay.facts import FactSpec, Vocabulary, snapshot_with
from nextplay.rules.condition import Condition, SignalLeaf, facts_of, leaves_of
from nextplay.rules.rulebook import GapRule, Play, Rulebook

Standing = Literal["undecided", "never", "asks", "found"]
RANK: Final[Mapping[Standing, int]] = {"undecided": 0, "never": 1, "asks": 2, "found": 3}
"""How well a gap fares, from worst to best.

`undecided`: for every customer. `never`: it can be ruled out and never be found. `asks`: it can be found, and which
side it is on is always asked. `found`: it can be found and told.
"""
_MOST_VALUES: Final = 40
_FROM_ELSEWHERE: Final = ("churn.",)
"""Facts that come of the model, not of the data."""


@dataclass(frozen=True, slots=True)
class RuleFeed:
    """How a gap or play fares, and which fields that are not mapped its facts read."""

    id: str
    standing: Standing
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """Fields that are worth mapping together, and the gaps and plays that would fare better."""

    fields: tuple[str, ...]
    gaps: tuple[str, ...]
    plays: tuple[str, ...]

    def brings(self, other: Next) -> bool:
        """Say whether these fields bring all that the others bring."""
        return set(other.gaps) <= set(self.gaps) and set(other.plays) <= set(self.plays)


@dataclass(frozen=True, slots=True)
class FeedingReport:
    """What a mapping feeds. `wants` names, for each fact that it cannot feed, the fields that are not mapped."""

    fed: tuple[str, ...]
    wants: Mapping[str, tuple[str, ...]]
    gaps: tuple[RuleFeed, ...]
    plays: tuple[RuleFeed, ...]
    next_fields: tuple[Next, ...]


def feeding_report(mapping: CsvMapping, rulebook: Rulebook) -> FeedingReport:
    """Work out what a mapping can feed, against the facts' own functions and the rules' own conditions."""
    vocabulary = Vocabulary.of(
        stale_after_days=rulebook.stale_after_days, attributes=rulebook.attributes, counts=rulebook.counts
    )
    feeds = Feeds.of(mapping)
    seen = _seen(feeds, vocabulary)
    names = [name for name in (*vocabulary.specs, *vocabulary.item_specs) if not name.startswith(_FROM_ELSEWHERE)]
    wants = {name: _wanted(name, feeds, vocabulary) for name in names if len(seen.get(name, ())) <= 1}
    book = _Book(rulebook, Possible(seen, {rule.id: rule for rule in rulebook.signals}), wants)
    return FeedingReport(
        fed=tuple(sorted(name for name in names if seen.get(name))),
        wants={name: wants[name] for name in names if not seen.get(name)},
        gaps=tuple(book.gaps()),
        plays=tuple(book.plays()),
        next_fields=tuple(book.worth_mapping()),
    )


@cache
def mappable() -> frozenset[str]:
    """Name all that a mapping can fill, as facts name what they read."""
    found = {path.replace("[]", "") for path in snapshot_fields()} | {"objectives"}
    money = {path for path, field in snapshot_fields().items() if field.kind == "money"}
    return frozenset(found | {f"{path}.{part}" for path in money for part in ("amount", "currency_code")})


def _can_be_mapped(path: str) -> bool:
    return path in mappable() or path.startswith("attributes.")


def _wanted(name: str, feeds: Feeds, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name the fields, of those that are not mapped, with which the fact is known: such as a snapshot made for it has.

    Where none could be made for it, all that it reads.
    """
    spec = vocabulary.spec(name)
    lacking = [path for path in spec.reads if path not in feeds.paths and _can_be_mapped(path)]
    made = next(_made_for(name, spec, vocabulary), None)
    has = set(lacking) if made is None else paths_in(made)
    return tuple(sorted(path for path in lacking if path in has)) or tuple(sorted(lacking))


def _made_for(name: str, spec: FactSpec, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """Yield snapshots made for a fact to have one value or another, and nothing else."""
    for wanted in _wished(spec):
        try:
            yield snapshot_with({name: wanted}, as_of=AS_OF, vocabulary=vocabulary)
        except ValueError:
            continue


def _seen(feeds: Feeds, vocabulary: Vocabulary) -> dict[str, set[FactValue]]:
    """Return the values that samples of the fed fields have shown of each fact; none where no sample knows it."""
    plan = vocabulary.plan([*vocabulary.specs, *vocabulary.item_specs])
    seen: dict[str, set[FactValue]] = defaultdict(set)
    for snapshot in feeds.snapshots():
        facts = plan.read(snapshot)
        told = [(name, facts.value(name)) for name in plan.names]
        told += [pair for items in facts.items.values() for item in items or () for pair in item.values.items()]
        for name, value in told:
            if value is not None and len(seen[name]) < _MOST_VALUES:
                seen[name].add(value)
    for name, spec in vocabulary.specs.items():
        if len(seen[name]) <= 1 and set(spec.reads) & feeds.paths:
            seen[name] |= set(_told(name, spec, feeds, vocabulary))
    return seen


def _told(name: str, spec: FactSpec, feeds: Feeds, vocabulary: Vocabulary) -> Iterator[FactValue]:
    """Yield values of a rare fact that a snapshot made for it shows, once only what is fed is left of that."""
    plan = vocabulary.plan([name])
    for document in _made_for(name, spec, vocabulary):
        snapshot = feeds.part_of(document)
        value = None if snapshot is None else plan.read(snapshot).value(name)
        if value is not None:
            yield value


def _wished(spec: FactSpec) -> tuple[FactValue, ...]:
    match spec.type:
        case "flag":
            return (True, False)
        case "number":
            low = spec.low or 0
            high = low + 1 if spec.high is None else min(spec.high, low + 3)
            return (low, high, (low + high) / 2)
        case "word":
            return spec.words
        case "words":
            return tuple((word,) for word in spec.words)
        case _:
            return ()


class _Book:
    """The rules of a rulebook under what can be fed."""

    def __init__(self, rulebook: Rulebook, possible: Possible, wants: Mapping[str, tuple[str, ...]]) -> None:
        self._gaps, self._plays = rulebook.gaps, rulebook.plays
        self._signals = {rule.id: rule for rule in rulebook.signals}
        self._possible = possible
        self._wants = wants
        self._stands = {gap.id: _gap_standing(gap, possible) for gap in self._gaps}
        self._comes = {play.id: _play_standing(play, possible, self._stands) for play in self._plays}

    def gaps(self) -> Iterator[RuleFeed]:
        """Tell how each gap fares, in the order of the rulebook."""
        for gap in self._gaps:
            yield self._fed(gap.id, self._stands[gap.id], _conditions_of(gap))

    def plays(self) -> Iterator[RuleFeed]:
        """Tell how each play fares, in the order of the rulebook; one for a gap wants what the gap wants."""
        by_id = {gap.id: gap for gap in self._gaps}
        for play in self._plays:
            conditions = [play.eligibility, play.applicability, play.suitability]
            conditions += [one for target in play.answers for one in _conditions_of(by_id[target.gap])]
            yield self._fed(play.id, self._comes[play.id], conditions)

    def worth_mapping(self) -> Iterator[Next]:
        """Try the fields that the wanted facts lack, those of one fact at a time; the most useful first."""
        found = []
        for fields in sorted({wanted for wanted in self._wants.values() if wanted}):
            fed = [name for name, wanted in self._wants.items() if wanted and set(wanted) <= set(fields)]
            possible = self._possible.with_facts(fed)
            stands = {gap.id: _gap_standing(gap, possible) for gap in self._gaps}
            comes = {play.id: _play_standing(play, possible, stands) for play in self._plays}
            gaps = tuple(name for name in stands if RANK[stands[name]] > RANK[self._stands[name]])
            plays = tuple(name for name in comes if RANK[comes[name]] > RANK[self._comes[name]])
            if gaps or plays:
                found.append(Next(fields, gaps, plays))
        found.sort(key=lambda one: (-len(one.gaps) - len(one.plays), len(one.fields), one.fields))
        kept: list[Next] = []
        for one in found:
            if not any(set(less.fields) < set(one.fields) and less.brings(one) for less in kept):
                kept.append(one)
        yield from kept

    def _fed(self, name: str, standing: Standing, conditions: Iterable[Condition | None]) -> RuleFeed:
        facts = {fact for condition in conditions for fact in self._facts(condition)}
        wanted = {path for fact in facts for path in self._wants.get(fact, ())}
        return RuleFeed(name, standing, () if standing == "found" else tuple(sorted(wanted)))

    def _facts(self, condition: Condition | None) -> frozenset[str]:
        """Name the facts that a condition reads, through the signals that it names."""
        if condition is None:
            return frozenset()
        inner = {leaf.signal for leaf in leaves_of(condition) if isinstance(leaf, SignalLeaf)}
        return facts_of(condition).union(*(self._facts(self._signals[name].when) for name in inner))


def _conditions_of(gap: GapRule) -> list[Condition | None]:
    sides = [side.when for side in (gap.cx, gap.cs) if side is not None]
    return [gap.when, gap.reading, *sides]


def _gap_standing(gap: GapRule, possible: Possible) -> Standing:
    """Say how a gap can fare; what `unless` explains away was found before."""
    truths = possible.truths(gap.when if gap.reading is None else gap.reading)
    if True not in truths:
        excused = gap.unless is not None and True in possible.truths(gap.unless)
        return "never" if False in truths or excused else "undecided"
    sides = [side.when for side in (gap.cx, gap.cs) if side is not None]
    told = not sides or any(True in possible.truths(side) for side in sides)
    return "found" if told else "asks"


def _play_standing(play: Play, possible: Possible, stands: Mapping[str, Standing]) -> Standing:
    """Say how a play can fare: it comes for a gap that can be found, where its gates can be other than false."""
    found: list[Standing] = [
        stands[target.gap] if stands[target.gap] != "asks" or target.side == "undetermined" else "never"
        for target in play.answers
    ]
    best = max(found, key=lambda standing: RANK[standing])
    if RANK[best] < RANK["asks"]:
        return best
    if True not in possible.truths(play.eligibility):
        return "undecided" if None in possible.truths(play.eligibility) else "never"
    shut = any(possible.truths(gate) == {False} for gate in (play.applicability, play.suitability))
    return "never" if shut else "found"
