"""How the tests of facts read one fact, or many, out of a few raw fields."""

from __future__ import annotations

from typing import Any

from nextplay.decision import FactValue
from nextplay.facts import Facts, Vocabulary
from nextplay.snapshot import read_snapshot

VOCABULARY = Vocabulary.of()
AS_OF = "2026-03-02T09:00:00Z"


def facts_of(names: list[str], fields: dict[str, Any], vocabulary: Vocabulary = VOCABULARY) -> Facts:
    """Read the named facts of an account with the given raw fields, on 2 March 2026."""
    raw = {"account_id": "a-1", "as_of": AS_OF, **fields}
    return vocabulary.plan(names).read(read_snapshot(raw).snapshot)


def fact(name: str, vocabulary: Vocabulary = VOCABULARY, **fields: object) -> FactValue:
    """Read one fact."""
    return facts_of([name], fields, vocabulary).value(name)
