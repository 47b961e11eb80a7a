"""Rows of the lists with other facts: one field moved, the fields that a fact is read from, or a row more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from itertools import islice
from typing import Any, Final

from nextplay.authoring.explain.rows import AT
from nextplay.decision import FactValue
from nextplay.facts import LIST_OF, ItemKind, Vocabulary, kind_of, snapshot_with

Document = dict[str, Any]
Wanted = Mapping[str, FactValue]
_KEYS: Final = ("objective_id", "name", "respondent_id")
_MOST_EACH: Final = 6


def of_account(wanted: Wanted) -> dict[str, FactValue]:
    """Return the wanted facts that are about the account."""
    return {name: value for name, value in wanted.items() if AT not in name}


def with_rows(document: Document, wanted: Wanted, vocabulary: Vocabulary) -> Iterator[Document]:
    """Yield the document with its rows changed, or rows added, so that their facts may have the values wanted."""
    rows: dict[tuple[ItemKind, int], dict[str, FactValue]] = {}
    for name, value in wanted.items():
        fact, _, number = name.partition(AT)
        kind = kind_of(fact)
        if number and kind is not None:
            rows.setdefault((kind, int(number)), {})[fact] = value
    documents = [document]
    for (kind, place), own in sorted(rows.items()):
        documents = [
            after
            for before in documents
            for after in islice(_with_row(before, kind, place, wanted=own, vocabulary=vocabulary), _MOST_EACH)
        ]
    yield from documents


def _with_row(
    given: Document, kind: ItemKind, place: int, *, wanted: Wanted, vocabulary: Vocabulary
) -> Iterator[Document]:
    fresh = _fresh(given, kind, wanted, vocabulary)
    if fresh is None:
        return
    rows: list[Document] = given.get(LIST_OF[kind]) or []
    if place > len(rows):
        if kind == "objective":
            fresh["objective_id"] = f"new-{place}"
        yield {**deepcopy(given), LIST_OF[kind]: [*deepcopy(rows), fresh]}
        return
    reads = {path.partition(".")[2] for fact in wanted for path in vocabulary.item_specs[fact].reads}
    own = {field: value for field, value in fresh.items() if field not in _KEYS}
    for field in sorted(own.keys() & reads):
        yield _replaced(given, kind, place, {field: own[field]})
    for fields in (own.keys() & reads, own.keys()):
        yield _replaced(given, kind, place, {field: own[field] for field in fields})


def _replaced(given: Document, kind: ItemKind, place: int, fields: Document) -> Document:
    document = deepcopy(given)
    document[LIST_OF[kind]][place - 1] |= fields
    return document


def _fresh(given: Document, kind: ItemKind, wanted: Wanted, vocabulary: Vocabulary) -> Document | None:
    """Write a row that has the facts wanted and nothing else; `None` where there is no such row."""
    as_of = datetime.fromisoformat(given["as_of"])
    with suppress(ValueError, ArithmeticError, KeyError, TypeError):
        rows: list[Document] = snapshot_with(wanted, as_of=as_of, vocabulary=vocabulary)[LIST_OF[kind]]
        return dict(rows[0])
    return None
