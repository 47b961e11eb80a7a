"""From wanted facts back to a snapshot that has them: the witnesses of the author tools are made so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts.declare import Fact, Writer
from nextplay.facts.draft import Draft
from nextplay.facts.items import kind_of
from nextplay.facts.items_inverse import write_item
from nextplay.facts.spec import ItemKind
from nextplay.facts.vocabulary import Vocabulary
from nextplay.snapshot import read_snapshot

_ACCOUNT: Final = "witness"


def snapshot_with(
    values: Mapping[str, FactValue], *, as_of: datetime, vocabulary: Vocabulary | None = None
) -> dict[str, Any]:
    """Return a raw snapshot in which every named fact has the value given; `None` asks for an unknown fact.

    Facts of an item (`objective.title`) are those of one row; under names that end in `@2`, `@3` those of further rows.

    The result was read back and checked. Raises `ValueError` where the facts cannot be had together, or where no way to
    have them together was found; `KeyError` where a fact does not exist.
    """
    known = _shipped() if vocabulary is None else vocabulary
    draft = Draft(values, today=as_of.astimezone(UTC).date())
    rows = _rows(values)
    _write(draft, {name: value for name, value in values.items() if kind_of(name) is None}, known)
    for (_, kind), wanted in sorted(rows.items()):
        write_item(draft, kind, {name.partition(".")[2]: value for name, value in wanted.items()})
    raw = {"account_id": _ACCOUNT, "as_of": as_of.isoformat(), **draft.raw}
    _check(raw, values, known)
    return raw


def write_over(
    raw: dict[str, Any], values: Mapping[str, FactValue], *, as_of: datetime, vocabulary: Vocabulary
) -> None:
    """Write known values of facts into a raw snapshot that has other fields already; those stay as they are.

    Raises `ValueError` where what stands there does not allow it. The result is not read back: whoever changes an
    account asks the engine what came of it.
    """
    draft = Draft(values, today=as_of.astimezone(UTC).date())
    draft.raw = raw
    _write(draft, values, vocabulary)


def _write(draft: Draft, values: Mapping[str, FactValue], vocabulary: Vocabulary) -> None:
    inverses = _inverses(vocabulary, values)
    while inverses:
        write = min(inverses, key=lambda write: _urgency(inverses[write], draft))
        write(draft, {fact.spec.name: values[fact.spec.name] for fact in inverses.pop(write)})


@cache
def _shipped() -> Vocabulary:
    return Vocabulary.of()


def _inverses(vocabulary: Vocabulary, values: Mapping[str, FactValue]) -> dict[Writer, list[Fact]]:
    """Return the inverses to run, each with the facts that share it."""
    inverses: dict[Writer, list[Fact]] = {}
    for name, value in sorted(values.items()):
        fact = vocabulary.fact(name)
        if value is not None:
            inverses.setdefault(fact.write, []).append(fact)
    return inverses


def _urgency(facts: list[Fact], draft: Draft) -> tuple[int, int, str]:
    """Order inverses: fields first, sums over lists last; before others those with the fewest fields still free."""
    reads = {path for fact in facts for path in fact.spec.reads}
    free = sum(draft.held(path) is None for path in reads)
    return (min(fact.rank for fact in facts), free, facts[0].spec.name)


def _rows(values: Mapping[str, FactValue]) -> dict[tuple[str, ItemKind], dict[str, FactValue]]:
    """Gather the facts of each item asked for, by its mark and kind."""
    rows: dict[tuple[str, ItemKind], dict[str, FactValue]] = {}
    for name, value in values.items():
        kind = kind_of(name)
        if kind is not None:
            fact, _, mark = name.partition("@")
            rows.setdefault((mark, kind), {})[fact] = value
    return rows


def _check(raw: dict[str, Any], values: Mapping[str, FactValue], vocabulary: Vocabulary) -> None:
    try:
        reading = read_snapshot(raw, strict=True)
    except InputInvalid as error:
        raise ValueError(f"no valid snapshot has these facts: {error}") from error
    rows = _rows(values)
    facts = vocabulary.plan({name.partition("@")[0] for name in values}).read(reading.snapshot)
    missed = [name for name in facts.names if facts.value(name) != values[name]]
    for (_, kind), wanted in rows.items():
        if not any(wanted.items() <= item.values.items() for item in facts.items[kind] or ()):
            missed += sorted(wanted)
    if missed:
        raise ValueError(f"no snapshot was found with these facts together: {', '.join(missed)}")
