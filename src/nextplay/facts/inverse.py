"""From wanted facts back to a snapshot that has them: the witnesses of the author tools are made so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts.declare import Fact, Writer
from nextplay.facts.draft import Draft
from nextplay.facts.vocabulary import Vocabulary
from nextplay.snapshot import read_snapshot

_ACCOUNT: Final = "witness"


def snapshot_with(
    values: Mapping[str, FactValue], *, as_of: datetime, vocabulary: Vocabulary | None = None
) -> dict[str, Any]:
    """Return a raw snapshot in which every named fact has the value given; `None` asks for an unknown fact.

    The result was read back and checked. Raises `ValueError` where the facts cannot be had together, or where no way to
    have them together was found; `KeyError` where a fact does not exist.
    """
    known = Vocabulary.of() if vocabulary is None else vocabulary
    draft = Draft(values, today=as_of.astimezone(UTC).date())
    for write, facts in _inverses(known, values):
        write(draft, {fact.spec.name: values[fact.spec.name] for fact in facts})
    raw = {"account_id": _ACCOUNT, "as_of": as_of.isoformat(), **draft.raw}
    _check(raw, values, known)
    return raw


def _inverses(vocabulary: Vocabulary, values: Mapping[str, FactValue]) -> list[tuple[Writer, list[Fact]]]:
    """Return the inverses to run, in order: fields first, sums over lists last, then by name."""
    facts = [vocabulary.fact(name) for name, value in values.items() if value is not None]
    groups: dict[Writer, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.rank, fact.spec.name)):
        groups.setdefault(fact.write, []).append(fact)
    return list(groups.items())


def _check(raw: dict[str, Any], values: Mapping[str, FactValue], vocabulary: Vocabulary) -> None:
    try:
        reading = read_snapshot(raw, strict=True)
    except InputInvalid as error:
        raise ValueError(f"no valid snapshot has these facts: {error}") from error
    facts = vocabulary.plan(values).read(reading.snapshot)
    missed = [name for name in facts.names if facts.value(name) != values[name]]
    if missed:
        raise ValueError(f"no snapshot was found with these facts together: {', '.join(missed)}")
