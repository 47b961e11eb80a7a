"""How facts are declared: one entry each, with the function that computes it and the inverse that writes it.

Families over touchpoints, kinds and roles are loops over these; the stations above see `FactSpec` only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.draft import Draft, put_quotient
from nextplay.facts.formula import Formula, days_between, divided, field, iso_day
from nextplay.facts.spec import FactSpec, FactType, Preference
from nextplay.snapshot import CustomerSnapshot

Source = Callable[[AccountView], object | None]
Read = Formula | Callable[[Any], FactValue]
Writer = Callable[[Draft, Mapping[str, FactValue]], None]
"""Writes the facts that share this writer, given with their values, into a draft."""
T = TypeVar("T")

MOST_DAYS: Final = 36_500
"""Day counts are held within a hundred years: farther away is as far."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What values of a fact look like.

    Without a `step` a number is never near to a threshold: the rare shapes are for what a healthy account has none of,
    where one more is the whole way and not the last notch of it.
    """

    type: FactType
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    whole: bool = False
    words: tuple[str, ...] = ()


COUNT = Shape("number", "count", 0, 1_000_000_000, step=1, whole=True)
ROW_COUNT = Shape("number", "count", 0, 200, step=1, whole=True)
RARE_COUNT = Shape("number", "count", 0, 1_000_000_000, whole=True)
RARE_ROW_COUNT = Shape("number", "count", 0, 200, whole=True)
AVERAGE = Shape("number", "count", 0, 1e15, step=1)
DAYS = Shape("number", "days", 0, MOST_DAYS, step=7, whole=True)
RARE_DAYS = Shape("number", "days", 0, MOST_DAYS, whole=True)
SIGNED_DAYS = Shape("number", "days", -MOST_DAYS, MOST_DAYS, step=7, whole=True)
LEVEL = Shape("number", "level", 0, 1000, step=0.1)
HOURS = Shape("number", "hours", 0, 87_600, step=4)
MONEY = Shape("number", "money", 0, 1e15, step=1000)
RATIO = Shape("number", "ratio", 0, 1000, step=0.1)
SHARE = Shape("number", "share", 0, 1, step=0.05)
VOLUME = Shape("number", "volume", 0, 1e15, step=1)
FLAG = Shape("flag")
TEXT = Shape("text")
DAY = Shape("day")


def words_of(literal: object, shape: FactType = "word") -> Shape:
    """Return the shape of an enumeration, its words in the order of the snapshot's own."""
    return Shape(shape, words=get_args(literal))


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the vocabulary.

    `source` selects what `read` gets, once for all facts that share it; where it gives `None` they are all unknown.
    Inverses run by `rank`: fields first (0), what is derived from few of them (1), then what sums up whole lists (2).
    """

    spec: FactSpec
    source: Source
    read: Read
    write: Writer
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A source that is what an index of the account holds under a key, `None` where it holds nothing."""

    index: Callable[[AccountView], Mapping[Any, Any]]
    key: Hashable

    def __call__(self, view: AccountView) -> Any:  # noqa: ANN401  whatever the index holds
        """Select it alone; a plan asks for the index once."""
        return self.index(view).get(self.key)


def whole_view(view: AccountView) -> AccountView:
    """Select everything: for facts that need the day or several lists."""
    return view


def whole_snapshot(view: AccountView) -> CustomerSnapshot:
    """Select the snapshot: for facts over fields of its groups."""
    return view.snapshot


def mirror(path: str, shape: Shape, meaning: str, *, prefer: Preference = "context", step: float | None = None) -> Fact:
    """Declare a fact that is a field of the snapshot, under the same name."""
    spec = spec_of(path, shape, meaning, prefer=prefer, step=step, reads=(path,))
    return Fact(spec, whole_snapshot, field(path), _put(path), rank=0)


def calendar_day(path: str, meaning: str) -> Fact:
    """Declare a fact that is a date of the snapshot, as ISO 8601 text."""
    return Fact(spec_of(path, DAY, meaning, reads=(path,)), whole_snapshot, iso_day(path), _put(path), rank=0)


def derived(
    spec: FactSpec,
    *,
    source: Callable[[AccountView], T | None],
    read: Formula | Callable[[T], FactValue],
    write: Writer,
    rank: int = 1,
) -> Fact:
    """Declare a fact with its function and its inverse."""
    return Fact(spec, source, read, write, rank)


def quotient(
    name: str,
    shape: Shape,
    meaning: str,
    *,
    over: str,
    under: str,
    prefer: Preference = "context",
    step: float | None = None,
) -> Fact:
    """Declare `over` divided by `under`, two fields of the snapshot; unknown where `under` is 0."""
    spec = spec_of(name, shape, meaning, prefer=prefer, step=step, reads=(over, under))
    return Fact(spec, whole_snapshot, divided(over, under, high=shape.high), write_quotient(name, over, under))


def days_since(
    name: str, path: str, meaning: str, *, prefer: Preference = "context", shape: Shape = SIGNED_DAYS
) -> Fact:
    """Declare the days from a date of the snapshot to today: negative where it lies ahead and `shape` allows it."""
    days = days_between(f"snapshot.{path}", today="today", low=int(shape.low or 0), high=MOST_DAYS)

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.put(path, draft.ago(int(number(wanted[name]))))

    return Fact(spec_of(name, shape, meaning, prefer=prefer, reads=(path,)), whole_view, days, write)


def write_quotient(name: str, over: str, under: str) -> Writer:
    """Return the inverse of a quotient."""

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        put_quotient(draft, number(wanted[name]), over=over, under=under)

    return write


def number(value: FactValue) -> int | float:
    """Return a value that is a number; `ValueError` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number is needed")  # noqa: TRY004  callers of an inverse catch one type
    return value


def spec_of(
    name: str,
    shape: Shape,
    meaning: str,
    *,
    reads: tuple[str, ...],
    prefer: Preference = "context",
    step: float | None = None,
) -> FactSpec:
    """Return what a fact of this shape says about itself."""
    return FactSpec(
        name=name,
        type=shape.type,
        meaning=meaning,
        unit=shape.unit,
        low=shape.low,
        high=shape.high,
        preference=prefer,
        step=shape.step if step is None else step,
        words=shape.words,
        reads=reads,
        whole=shape.whole,
    )


def _put(path: str) -> Writer:
    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.put(path, wanted[path])

    return write
