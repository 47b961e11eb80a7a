"""A table whose columns are facts of the vocabulary: what a model that is to serve may learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, get_args

import numpy as np

from nextplay.churn.tables import SIGN_OF, Family, Sign
from nextplay.churn.training.table import Column
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid, Violation
from nextplay.facts.spec import FactSpec

LEARNABLE: Final = frozenset({"number", "flag", "word"})
FAMILIES: Final[Mapping[str, Family]] = {
    "billing": "commercial",
    "contract": "commercial",
    "counts": "usage",
    "events": "commercial",
    "journey_stage": "outcomes",
    "objectives": "outcomes",
    "profile": "commercial",
    "relationship": "relationship",
    "support": "support",
    "surveys": "experience",
    "touchpoints": "experience",
    "usage": "usage",
}
"""First part of a fact's name -> its family of drivers. Other facts, such as attributes, are commercial."""


def fact_columns(
    values: Mapping[str, Sequence[FactValue]],
    specs: Mapping[str, FactSpec],
    *,
    signs: Mapping[str, Sign] | None = None,
    worsening: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Column, ...]:
    """Make columns of facts. The vocabulary's direction is the sign; `signs` may claim one where it declares none.

    `worsening` orders the words of a fact from best to worst. Facts that say nothing (always missing, or always the
    same) are left out. Raises `InputInvalid` for names that are no facts a model may read, and claims that go against
    the vocabulary.
    """
    claimed, ordered = signs or {}, worsening or {}
    violations = [*_strangers([*values, *claimed, *ordered], specs), *_against(claimed, ordered, specs)]
    if violations:
        raise InputInvalid(violations)
    columns = [
        _column(specs[name], values[name], sign=claimed.get(name, 0), worsening=ordered.get(name, ()))
        for name in sorted(values)
    ]
    return tuple(column for column in columns if len(np.unique(column.values)) > 1)


def family_of(fact: str) -> Family:
    """Return the family of drivers that a fact stands in."""
    return FAMILIES.get(fact.partition(".")[0], "commercial")


def _strangers(names: Sequence[str], specs: Mapping[str, FactSpec]) -> list[Violation]:
    message = (
        f"is no fact that a model may read: it needs a number, flag or word of {len(specs)} facts in docs/facts.md"
    )
    return [
        Violation(name, message)
        for name in sorted(set(names))
        if name not in specs or specs[name].type not in LEARNABLE or name.startswith("churn.")
    ]


def _against(
    signs: Mapping[str, Sign], worsening: Mapping[str, Sequence[str]], specs: Mapping[str, FactSpec]
) -> list[Violation]:
    found = []
    for name, sign in sorted(signs.items()):
        spec = specs.get(name)
        if spec is not None and sign != SIGN_OF.get(spec.preference, sign):
            found.append(Violation(name, f"is declared `{spec.preference}`; leave its sign to the vocabulary"))
        if spec is not None and spec.type == "word":
            found.append(Violation(name, "is a word; order its words under `worsening`"))
        if sign not in get_args(Sign):
            found.append(Violation(name, "needs a sign of -1, 0 or 1"))
    for name, words in sorted(worsening.items()):
        if name in specs and sorted(words) != sorted(specs[name].words):
            found.append(Violation(name, f"needs each word once, from best to worst: {', '.join(specs[name].words)}"))
    return found


def _column(spec: FactSpec, values: Sequence[FactValue], *, sign: Sign, worsening: Sequence[str]) -> Column:
    if spec.type == "word":
        words = tuple(worsening) or spec.words
        places = {word: float(place) for place, word in enumerate(words)}
        cells = [np.nan if value is None else places[str(value)] for value in values]
        return Column(spec.name, "word", np.array(cells), words=words, sign=1 if worsening else 0, declared=True)
    numbers = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)  # type: ignore[arg-type]  # a number or a flag, by its spec
    declared = SIGN_OF.get(spec.preference, sign)
    return Column(spec.name, "flag" if spec.type == "flag" else "number", numbers, sign=declared, declared=True)
