"""The closed vocabulary and its hot path: from a snapshot to just the facts that a release asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final, cast

from nextplay.decision import FactValue
from nextplay.facts.account import BILLING_FACTS, PROFILE_FACTS, RELATIONSHIP_FACTS
from nextplay.facts.account_view import AccountView
from nextplay.facts.attributes import attribute_fact, attribute_warnings
from nextplay.facts.churn import CHURN_BAND, CHURN_FACTS, CHURN_PROBABILITY
from nextplay.facts.cohorts import COHORT_FIELD, COHORT_FILE, NO_COHORTS, Cohorts, with_cohort_shares
from nextplay.facts.contract import CONTRACT_FACTS
from nextplay.facts.counts import count_facts
from nextplay.facts.declare import Fact, Part
from nextplay.facts.events import event_facts
from nextplay.facts.item_fields import ITEM_SPECS
from nextplay.facts.item_rows import ItemPlan
from nextplay.facts.items import ITEM_KINDS, Item, kind_of
from nextplay.facts.objectives import objective_facts
from nextplay.facts.raw_rows import NOTHING_FILLED, completed, has_raw_rows
from nextplay.facts.reader import compile_reader
from nextplay.facts.spec import AttributeSpec, CountSpec, FactSpec, ItemKind
from nextplay.facts.support import SUPPORT_FACTS
from nextplay.facts.survey_answers import Place
from nextplay.facts.surveys import SHIPPED_STALE_AFTER_DAYS, survey_facts
from nextplay.facts.touchpoints import touchpoint_facts
from nextplay.facts.usage import USAGE_FACTS
from nextplay.snapshot import CustomerSnapshot, InputWarning

_NO_ITEMS: Final[Mapping[ItemKind, tuple[Item, ...] | None]] = MappingProxyType({})


def _nothing_filled() -> Mapping[str, str]:
    return NOTHING_FILLED


def _no_items() -> Mapping[ItemKind, tuple[Item, ...] | None]:
    return _NO_ITEMS


@dataclass(frozen=True, slots=True)
class Facts:
    """The planned facts of one account. `values` stand in the order of `names`; `None` is unknown.

    `input_warnings` name attributes that were sent and could not be used, and lists that are longer than rules look.
    `positions` says where each name stands, worked out from `names` where it is left out. `items` holds the lists whose
    items were planned; an unknown list is `None`. `filled` names what a field was taken from that was not sent: a raw
    list, or the shares of the release.
    """

    names: tuple[str, ...]
    values: tuple[FactValue, ...]
    input_warnings: tuple[InputWarning, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[ItemKind, tuple[Item, ...] | None] = field(default_factory=_no_items)
    filled: Mapping[str, str] = field(default_factory=_nothing_filled)

    def __post_init__(self) -> None:
        """Index the names, unless a plan has done so already."""
        if not self.positions:
            object.__setattr__(self, "positions", {name: place for place, name in enumerate(self.names)})

    def value(self, name: str) -> FactValue:
        """Return the value of a planned fact, `None` where it is unknown; `KeyError` where it was not planned."""
        return self.values[self.positions[name]]

    def values_of(self, names: Iterable[str]) -> list[FactValue]:
        """Return the values of several planned facts, in the order of `names`."""
        values, positions = self.values, self.positions
        return [values[positions[name]] for name in names]

    def sources(self, spec: FactSpec) -> tuple[str, ...]:
        """Return the fields that a fact was read from, and what stood in for those not sent."""
        if not self.filled or spec.name not in self.positions or self.value(spec.name) is None:
            return spec.reads
        return (*spec.reads, *sorted({self.filled[path] for path in spec.reads if path in self.filled}))

    def with_churn(self, probability: float | None, band: str | None) -> Facts:
        """Return the same facts with the churn score filled in, as far as it was planned."""
        positions = self.positions
        if CHURN_PROBABILITY not in positions and CHURN_BAND not in positions:
            return self
        values = list(self.values)
        for name, value in ((CHURN_PROBABILITY, probability), (CHURN_BAND, band)):
            if name in positions:
                values[positions[name]] = value
        return Facts(self.names, tuple(values), self.input_warnings, positions, self.items, self.filled)


class FactPlan:
    """Which facts a release asks for, compiled to one function, so that reading them costs little. Immutable.

    `names` are those of the account, `item_names` those of items.
    """

    __slots__ = (
        "_attributes", "_cohorts", "_items", "_places", "_positions", "_read", "_stale_after", "item_names", "names",
    )  # fmt: skip

    def __init__(
        self,
        facts: Iterable[Fact],
        *,
        stale_after_days: Mapping[str, int],
        attributes: Mapping[str, AttributeSpec],
        item_names: Sequence[str] = (),
        cohorts: Cohorts = NO_COHORTS,
    ) -> None:
        """Arrange `facts`, which are in the order of their names, as `item_names` are."""
        planned = list(facts)
        self.names: tuple[str, ...] = tuple(fact.spec.name for fact in planned)
        self._positions: Mapping[str, int] = {name: place for place, name in enumerate(self.names)}
        self._read = compile_reader(planned)
        self._places = frozenset(
            cast("Place", source.key)
            for source in (fact.source for fact in planned)
            if isinstance(source, Part) and source.index is AccountView.survey_parts
        )
        self._stale_after = stale_after_days
        self._attributes = attributes
        self._cohorts = cohorts
        self.item_names = tuple(item_names)
        self._items = [
            ItemPlan(kind, own)
            for kind in ITEM_KINDS
            if (own := [name for name in self.item_names if kind_of(name) == kind])
        ]

    def read(self, snapshot: CustomerSnapshot) -> Facts:
        """Compute the planned facts of one snapshot, and nothing else."""
        if self._cohorts or has_raw_rows(snapshot):
            return self._of_completed(snapshot)
        return self._of(snapshot)

    def _of_completed(self, snapshot: CustomerSnapshot) -> Facts:
        """Read a snapshot together with what its raw rows and the shares of the release add to it."""
        shared, told = with_cohort_shares(snapshot, self._cohorts)
        whole = completed(shared)
        filled = {**whole.filled, COHORT_FIELD: COHORT_FILE} if told else whole.filled
        facts = self._of(whole.snapshot)
        return replace(facts, input_warnings=facts.input_warnings + whole.warnings, filled=filled)

    def _of(self, snapshot: CustomerSnapshot) -> Facts:
        view = AccountView(snapshot, self._stale_after, self._places)
        values = self._read(view)
        warnings = attribute_warnings(snapshot.attributes, self._attributes) if snapshot.attributes else ()
        if self._items:
            return self._with_items(view, values, warnings)
        return Facts(self.names, values, warnings, self._positions)

    def _with_items(
        self, view: AccountView, values: tuple[FactValue, ...], warnings: tuple[InputWarning, ...]
    ) -> Facts:
        items: dict[ItemKind, tuple[Item, ...] | None] = {}
        for plan in self._items:
            items[plan.kind], surplus = plan.read(view)
            warnings += surplus
        return Facts(self.names, values, warnings, self._positions, items)


class Vocabulary:
    """Every fact there is, for one rulebook: `specs` of the account, `item_specs` of items. Immutable; built once."""

    __slots__ = ("_attributes", "_cohorts", "_facts", "_stale_after_days", "item_specs", "specs")

    def __init__(
        self,
        facts: Iterable[Fact],
        *,
        stale_after_days: Mapping[str, int],
        attributes: Mapping[str, AttributeSpec],
        cohorts: Cohorts = NO_COHORTS,
    ) -> None:
        """Keep the facts by name; use `Vocabulary.of`."""
        self._facts = {fact.spec.name: fact for fact in sorted(facts, key=lambda fact: fact.spec.name)}
        self._stale_after_days = stale_after_days
        self._attributes = attributes
        self._cohorts = cohorts
        self.specs: Mapping[str, FactSpec] = MappingProxyType({name: fact.spec for name, fact in self._facts.items()})
        self.item_specs: Mapping[str, FactSpec] = ITEM_SPECS

    @classmethod
    def of(
        cls,
        *,
        stale_after_days: Mapping[str, int] = SHIPPED_STALE_AFTER_DAYS,
        attributes: Sequence[AttributeSpec] = (),
        counts: Sequence[CountSpec] = (),
        cohorts: Cohorts = NO_COHORTS,
    ) -> Vocabulary:
        """Return the vocabulary of a rulebook: the shipped facts, its own attributes and its own counts.

        `stale_after_days` maps survey kinds to the days after which an answer is unknown; kinds left out keep 90.
        `cohorts` are shares of the release, which stand in where a snapshot carries none.
        """
        stale_after = {**SHIPPED_STALE_AFTER_DAYS, **stale_after_days}
        facts = [*shipped_facts(tuple(sorted(stale_after.items()))), *map(attribute_fact, attributes)]
        facts += [fact for spec in counts for fact in count_facts(spec)]
        declared = {spec.name: spec for spec in attributes}
        return cls(facts, stale_after_days=stale_after, attributes=declared, cohorts=cohorts)

    def plan(self, names: Iterable[str]) -> FactPlan:
        """Return the plan to read just these facts, of the account and of items; `KeyError` where one is none."""
        wanted = sorted(set(names))
        item_names = [name for name in wanted if name in self.item_specs]
        facts = [self._facts[name] for name in wanted if name not in self.item_specs]
        return FactPlan(
            facts,
            stale_after_days=self._stale_after_days,
            attributes=self._attributes,
            item_names=item_names,
            cohorts=self._cohorts,
        )

    def spec(self, name: str) -> FactSpec:
        """Return what a fact declares, be it of the account or of an item; `KeyError` where it does not exist."""
        return self.item_specs[name] if name in self.item_specs else self.specs[name]

    def fact(self, name: str) -> Fact:
        """Return the declaration of one fact, with its inverse; `KeyError` where it does not exist."""
        return self._facts[name]


@lru_cache(maxsize=8)
def shipped_facts(stale_after_days: tuple[tuple[str, int], ...]) -> tuple[Fact, ...]:
    """Return every fact but the attributes."""
    return (
        *PROFILE_FACTS,
        *CONTRACT_FACTS,
        *USAGE_FACTS,
        *survey_facts(dict(stale_after_days)),
        *touchpoint_facts(),
        *SUPPORT_FACTS,
        *objective_facts(),
        *RELATIONSHIP_FACTS,
        *BILLING_FACTS,
        *event_facts(),
        *CHURN_FACTS,
    )
