"""JSON Schema files for editors: completion of names, operators that fit, values that can occur.

They are made from the same declarations as the parser (`format*.py`). Ids of signals, gaps, plays and words are offered
where the rulebook is at hand; a new one is no mistake there, for the schema is older than the line being written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nextplay.facts import Vocabulary
from nextplay.rules.format import GAPS, PLAYS, SIGNALS
from nextplay.rules.format_book import BOOK
from nextplay.rules.format_cohorts import COHORTS
from nextplay.rules.format_condition import condition_definitions, item_definitions
from nextplay.rules.format_propensities import PROPENSITIES
from nextplay.rules.format_test import TESTS, snapshot_definitions
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.shape import JsonSchema, Shape, Terms

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_TITLES: Final[Mapping[str, tuple[str, Shape[Any]]]] = {
    "rulebook": ("the rulebook: vocabularies, parameters, diagnosis, arbitration", BOOK),
    "signals": ("signals: what we see", SIGNALS),
    "gaps": ("gaps: what it means", GAPS),
    "plays": ("plays: what to do about a gap", PLAYS),
    "propensities": ("propensities: what reactions taught about each play", PROPENSITIES),
    "cohorts": ("cohorts: how many accounts of a stage fail at a touchpoint", COHORTS),
    "tests": ("tests: a customer, and what must come out", TESTS),
}
"""File type → title and shape."""


def schema_files(rulebook: Rulebook | None = None) -> dict[str, bytes]:
    """Return every schema file: name inside `schema/` → bytes, the same for the same rulebook and vocabulary."""
    terms = _terms(rulebook)
    return {f"{name}.json": _written(_schema(title, shape, terms)) for name, (title, shape) in _TITLES.items()}


def _terms(rulebook: Rulebook | None) -> Terms:
    if rulebook is None:
        return Terms(Vocabulary.of().specs, attributes_open=True)
    vocabulary = Vocabulary.of(
        stale_after_days=rulebook.stale_after_days, attributes=rulebook.attributes, counts=rulebook.counts
    )
    words = {kind: tuple(rulebook.vocabularies[f"{kind}s"]) for kind in ("role", "channel", "root_cause")}
    ids: dict[str, Sequence[str]] = {
        **words,
        "signal": [rule.id for rule in rulebook.signals],
        "gap": [rule.id for rule in rulebook.gaps],
        "play": [play.id for play in rulebook.plays],
        "parameter": sorted(rulebook.parameters),
        "locale": rulebook.locales,
    }
    return Terms(vocabulary.specs, ids)


_DEFINITIONS: Final[Mapping[str, Callable[[Terms], JsonSchema]]] = {
    "condition": condition_definitions,
    "condition_of_objective": item_definitions,
    "CustomerSnapshot": lambda _: snapshot_definitions(),
}
"""A definition that shapes point to → the function that makes it, with those that it needs."""


def _schema(title: str, shape: Shape[Any], terms: Terms) -> JsonSchema:
    described = shape.schema(terms)
    text = json.dumps(described)
    definitions: JsonSchema = {}
    for name, make in _DEFINITIONS.items():
        if f'"#/$defs/{name}"' in text:
            definitions |= make(terms)
    schema = {"$schema": DRAFT, "title": title, **described}
    return {**schema, "$defs": definitions} if definitions else schema


def _written(schema: JsonSchema) -> bytes:
    return (json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=False) + "\n").encode()
