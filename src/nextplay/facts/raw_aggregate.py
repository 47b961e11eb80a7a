"""How an aggregate over raw rows is declared, and counting with three truths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nextplay.snapshot import CustomerSnapshot


def _always(_rows: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One field that a list of raw rows determines.

    `path` is the field, `says` what is taken from which rows, `window` the time looked at, and `unknown` where nothing
    is concluded. `compute` gets the prepared rows and returns the value, `None` where they do not determine it. A value
    that was sent is compared only where `compared` says so: an estimate contradicts nobody.
    """

    path: str
    says: str
    window: str
    unknown: str
    compute: Callable[[Any], object]
    compared: Callable[[Any], bool] = _always


@dataclass(frozen=True, slots=True)
class RawList:
    """One list of raw rows: its name in the snapshot, how its rows are prepared, and what is taken from them."""

    name: str
    prepare: Callable[[CustomerSnapshot], object]
    aggregates: tuple[Aggregate, ...]


def never_compared(_rows: object) -> bool:
    """Say that a value is an estimate."""
    return False


def how_many(truths: Iterable[bool | None]) -> int | None:
    """Count what is true; unknown while one is undecided."""
    count = 0
    for truth in truths:
        if truth is None:
            return None
        count += truth
    return count


def most_named(sure: Sequence[str | None], doubtful: Sequence[str | None] = ()) -> str | None:
    """Return the word that most rows name; unknown on a tie, and while rows that are undecided could change it.

    `sure` are the words of rows that count, `doubtful` of rows that may; `None` may be any word.
    """
    named = Counter(word for word in sure if word is not None)
    if not named:
        return None
    found, votes = min(named.items(), key=lambda entry: (-entry[1], entry[0]))
    perhaps = Counter(word for word in doubtful if word is not None)
    open_votes = sum(word is None for word in (*sure, *doubtful))
    rivals = (named.keys() | perhaps.keys()) - {found}
    strongest = max((named[word] + perhaps[word] for word in rivals), default=0)
    return found if votes > strongest + open_votes else None
