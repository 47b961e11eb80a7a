"""What the files of a rulebook define: the names that conditions, gaps, plays and tests may refer to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from nextplay.facts import kind_of
from nextplay.facts.counts import COUNTS
from nextplay.facts.item_fields import ITEM_SPECS
from nextplay.facts.spec import CountSpec, FactSpec, ItemKind
from nextplay.rules.condition import Parameter
from nextplay.rules.fault_codes import FaultCode
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.format import GapForm, PlayForm, SignalForm
from nextplay.rules.format_book import BookForm
from nextplay.rules.format_cohorts import CohortsForm
from nextplay.rules.format_propensities import PropensitiesForm
from nextplay.rules.format_test import TestForm
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import Name

ATTRIBUTES: Final = "attributes."


@dataclass(slots=True)
class Forms:
    """Everything that was read. `unread` names the kinds of which some part could not be, so that more may exist."""

    book: BookForm | None = None
    cohorts: CohortsForm | None = None
    propensities: PropensitiesForm | None = None
    signals: list[SignalForm] = field(default_factory=list)
    gaps: list[GapForm] = field(default_factory=list)
    plays: list[PlayForm] = field(default_factory=list)
    tests: list[TestForm] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


class HasId(Protocol):
    """A form with an id."""

    @property
    def id(self) -> Name | None:
        """The id, or nothing where it is missing or faulty."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist. A collection is `None` where it could not be read: nothing is then unknown to it.

    `attributes` holds every `attributes.NAME` and `counts.NAME` that is declared, sound or not; `attributes_complete`
    and `counts_complete` say whether there can be no others; `lists` has the signals that are read item by item;
    `parameters` has `None` for a faulty one.
    """

    specs: Mapping[str, FactSpec]
    attributes: Collection[str]
    attributes_complete: bool
    counts_complete: bool
    required: tuple[str, ...] | None
    wanted: tuple[str, ...]
    roles: Collection[str] | None
    channels: Collection[str] | None
    root_causes: Collection[str] | None
    levels: Mapping[str, float] | None
    severity_levels: Mapping[str, float] | None
    parameters: Mapping[str, Parameter | None] | None
    parameter_places: Mapping[str, Mapping[str, Place]]
    signals: Collection[str] | None
    gaps: Collection[str] | None
    plays: Collection[str] | None
    gap_forms: Mapping[str, GapForm]
    counts: tuple[CountSpec, ...]
    lists: Mapping[str, ItemKind]

    def spec(self, name: Name, log: FaultLog) -> FactSpec | None:
        """Return what a fact declares; report a name that is none."""
        found = self.specs.get(name.value)
        if found is None and not self.may_be_fact(name.value):
            message = f"there is no fact `{shortened(name.value)}`"
            log.add_unknown(name.place, "unknown-fact", message, name=name.value, known=self.specs)
        return found

    def item_spec(self, name: Name, kind: ItemKind, log: FaultLog) -> FactSpec | None:
        """Return what a fact of an item declares, by its name without the kind; report a name that is none."""
        found = ITEM_SPECS.get(f"{kind}.{name.value}")
        if found is None:
            message = f"an item of kind `{kind}` has no field `{shortened(name.value)}`"
            fields = [one.partition(".")[2] for one in ITEM_SPECS if kind_of(one) == kind]
            log.add_unknown(name.place, "unknown-fact", message, name=name.value, known=fields)
        return found

    def may_be_fact(self, name: str) -> bool:
        """Tell whether a name is a fact, or an attribute or count that could not be read."""
        if name in self.specs or name in self.attributes:
            return True
        return (name.startswith(ATTRIBUTES) and not self.attributes_complete) or (
            name.startswith(COUNTS) and not self.counts_complete
        )

    def parameter(self, name: Name | None, log: FaultLog) -> Parameter | None:
        """Return a parameter; report a name that is none, and be silent about a faulty one."""
        found = check_known(name, self.parameters, "parameter", log)
        return None if found is None or self.parameters is None else self.parameters[found]


Kind = Literal["signal", "gap", "play", "parameter", "role", "channel", "root-cause", "level"]
_CODES: Final[Mapping[Kind, FaultCode]] = {
    "signal": "unknown-signal",
    "gap": "unknown-gap",
    "play": "unknown-play",
    "parameter": "unknown-parameter",
    "role": "unknown-role",
    "channel": "unknown-channel",
    "root-cause": "unknown-root-cause",
    "level": "unknown-level",
}


def check_known(name: Name | None, known: Collection[str] | None, kind: Kind, log: FaultLog) -> str | None:
    """Return the name where something of this kind bears it; report it where nothing does."""
    if name is None:
        return None
    if known is not None and name.value not in known:
        words = kind.replace("-", " ")
        message = f"there is no {words} `{shortened(name.value)}`"
        log.add_unknown(name.place, _CODES[kind], message, name=name.value, known=sorted(known))
        return None
    return name.value


def defined(forms: Iterable[HasId], kind: str, log: FaultLog, *, complete: bool) -> Collection[str] | None:
    """Return the ids that are defined, and report those that are defined twice; `None` where some may be missing."""
    first: dict[str, Place] = {}
    for form in forms:
        if form.id is None:
            complete = False
        elif form.id.value in first:
            before = first[form.id.value]
            message = f"{kind} `{form.id.value}` is defined twice; the first is at {before.path}:{before.line}"
            log.add(form.id.place, "duplicate-id", message, hint="rename one of them")
        else:
            first[form.id.value] = form.id.place
    return first.keys() if complete else None
