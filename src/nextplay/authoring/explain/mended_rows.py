"""Rows that nearly fit, put right in their fewest fields: what is missing is filled in, the rest stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import combinations, islice, product
from typing import Any, Final

from nextplay.authoring.explain.unread import Unread
from nextplay.snapshot import SCALE_RANGE

Document = dict[str, Any]
Patch = dict[str, object]
_MOST_ROWS: Final = 3
_MOST_MENDED: Final = 60
_MOST_PATCHES: Final = 6


def mended_rows(
    given: Document, name: str, fresh: Sequence[Document] | None, *, fields: Sequence[str], unread: Unread
) -> Iterator[Document]:
    """Yield the document with up to three rows of a list mended after `fresh` ones, the fewest fields first."""
    rows: list[Document] = given.get(name) or []
    patches: list[list[Patch]] = []
    for index, row in enumerate(rows):
        sent = {field: unread[path] for field in fields if (path := f"{name}[{index}].{field}") in unread}
        own = [*_scored(row, sent)] if name == "surveys" else []
        own += [*_after(row, fresh[0], fields)] if fresh else []
        weighed = sorted(own, key=lambda patch: sum(sent.get(field) != held for field, held in patch.items()))
        patches.append(weighed[:_MOST_PATCHES])
    for size in range(1, _MOST_ROWS + 1):
        yield from islice(_mended(given, name, patches, size), _MOST_MENDED)


def _mended(given: Document, name: str, patches: Sequence[Sequence[Patch]], size: int) -> Iterator[Document]:
    chosen = [index for index, own in enumerate(patches) if own]
    for places in combinations(chosen, size):
        for some in product(*[patches[place] for place in places]):
            document = deepcopy(given)
            for place, patch in zip(places, some, strict=True):
                document[name][place] |= patch
            yield document


def _scored(row: Document, sent: Patch) -> Iterator[Patch]:
    """Give an answer without a scale one of its kind: with the score that was sent, else with either end."""
    if row.get("scale") is not None:
        return
    for scale, (kind, low, high) in SCALE_RANGE.items():
        if row.get("kind") not in (None, kind):
            continue
        score = sent.get("score")
        fits = isinstance(score, int) and low <= score <= high
        yield from ({"scale": scale, "score": one} for one in ((score,) if fits else ()) + (low, high))


def _after(row: Document, fresh: Document, fields: Sequence[str]) -> Iterator[Patch]:
    """Fill in what a row lacks of a fresh one, and put one other field right if it must be."""
    lacks = {field: fresh[field] for field in fields if field in fresh and row.get(field) is None}
    if lacks:
        yield lacks
    for field in fields:
        if field in fresh and field not in lacks and row.get(field) != fresh[field]:
            yield {**lacks, field: fresh[field]}
