"""A plan compiled to one function: each source is selected once, and each value is written where it stands.

Facts with a formula cost no call. What is compiled is made of formulas and numbered names. A test holds it equal to
reading each fact by itself, as `value_of` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import Fact, Part, Source, whole_snapshot, whole_view
from nextplay.facts.formula import Formula

LISTS: Final = frozenset({"events", "objectives", "surveys", "touchpoints"})
"""The lists of a snapshot that facts are computed over: where one is unknown, so is what reads nothing else."""
Reader = Callable[[AccountView], tuple[FactValue, ...]]


def value_of(fact: Fact, view: AccountView) -> FactValue:
    """Read one fact: what a compiled plan gives for it."""
    rows = _list_of(fact)
    found = None if rows is not None and getattr(view.snapshot, rows) is None else fact.source(view)
    if found is None:
        return None
    read: Callable[[Any], FactValue] = fact.read.compiled() if isinstance(fact.read, Formula) else fact.read
    return read(found)


def compile_reader(facts: Sequence[Fact]) -> Reader:
    """Compile a function from the view of an account to the values of `facts`, in their order."""
    return _Writer().reader(facts)


class _Writer:
    """Writes the source of one reader, and keeps what its numbered names stand for."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {}
        self._selected: dict[Source, str] = {whole_view: "view", whole_snapshot: "snapshot"}

    def reader(self, facts: Sequence[Fact]) -> Reader:
        lines = ["def read(view):", "    snapshot = view.snapshot", *self._selecting(facts)]
        lines += ["    return (", *(f"        {self._value(fact)}," for fact in facts), "    )"]
        exec("\n".join(lines), self._constants)  # noqa: S102  the source holds declared formulas and numbered names
        read: Reader = self._constants["read"]
        return read

    def _selecting(self, facts: Sequence[Fact]) -> Iterator[str]:
        """Write what selects the sources: those over one list only where that was sent, which costs one look."""
        sources: dict[str | None, dict[Source, None]] = {}
        for fact in facts:
            if fact.source not in self._selected:
                sources.setdefault(_list_of(fact), {})[fact.source] = None
        for rows, over in sources.items():
            lines = list(self._selections(over))
            if rows is None:
                yield from (f"    {line}" for line in lines)
            else:
                yield f"    if snapshot.{rows} is None:"
                yield f"        {' = '.join(self._selected[source] for source in over)} = None"
                yield "    else:"
                yield from (f"        {line}" for line in lines)

    def _selections(self, sources: Iterable[Source]) -> Iterator[str]:
        """Write one line for each source; parts of one index are picked from it."""
        indexes: dict[Source, str] = {}
        for source in sources:
            name = self._selected[source] = f"s{len(self._selected)}"
            if isinstance(source, Part):
                if source.index not in indexes:
                    indexes[source.index] = f"pick{len(self._selected)}"
                    yield f"{indexes[source.index]} = {self._constant(source.index)}(view).get"
                yield f"{name} = {indexes[source.index]}({self._constant(source.key)})"
            else:
                yield f"{name} = {self._constant(source)}(view)"

    def _value(self, fact: Fact) -> str:
        name = self._selected[fact.source]
        value = fact.read.of(name) if isinstance(fact.read, Formula) else f"{self._constant(fact.read)}({name})"
        return value if fact.source in (whole_view, whole_snapshot) else f"None if {name} is None else {value}"

    def _constant(self, value: object) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name


def _list_of(fact: Fact) -> str | None:
    """Return the one list that a fact reads, `None` where it reads others too."""
    groups = {path.partition(".")[0] for path in fact.spec.reads}
    return groups.pop() if len(groups) == 1 and groups <= LISTS else None
