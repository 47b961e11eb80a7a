"""From nested columns straight to snapshots: what reading a row as a document gives, without the document.

Each column is checked in one call, by the very types of `snapshot.account`, and put into its slot of all records in
another. Whatever is out of the ordinary (a value that is refused, an unseen word, a column that no snapshot has, a type
that JSON would spell in its own way) leaves its row to the documents, which have the words for it: nothing is refused
here, and a row that is taken is as `read_snapshot` reads it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from itertools import compress, islice, repeat
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints

import polars as pl
from pydantic import TypeAdapter, ValidationError

from nextplay.snapshot import MAX_ROWS, CustomerSnapshot, Day, Instant, SnapshotReading, plain_reading
from nextplay.snapshot.scalars import Today

_YEARS: Final = (1970, 9999)
"""Years of typed days and instants that are taken here, both included: those that Python has, and reckons upwards."""
_ENTRY: Final = {"key", "value"}
_PLAIN: Final = (
    pl.String, pl.Boolean, pl.Float64, pl.Categorical, pl.Enum, pl.Null, pl.List(pl.String), pl.List(pl.Null),
)  # fmt: skip
"""Types whose values are the same in Python and JSON, beside the integers. Looked up by `==`: they hash otherwise."""
_DAYS: Final = (pl.Date, pl.Datetime)


class Places(NamedTuple):
    """The places of a column, each of which belongs to a row of the table; `unfit` gathers rows for the documents."""

    rows: Sequence[int]
    unfit: set[int]

    def refuse(self, places: Iterable[int]) -> None:
        """Leave the rows of these places to the documents."""
        self.unfit.update(map(self.rows.__getitem__, places))

    def refuse_where(self, mask: pl.Series) -> None:
        """Leave the rows where a mask is true to the documents."""
        if mask.any():
            self.refuse(mask.arg_true().to_list())


Check = Callable[[list[Any]], list[Any]]
Reader = Callable[[pl.Series, Places], Iterable[Any]]
"""Reads a column: a value for each place. What stands at a place of an unfit row is of no account."""


class Slot(NamedTuple):
    """One field of a record: what puts values into it, what reads its column, and what stands for unknown."""

    put: Callable[[Any, Any], None]
    read: Reader
    is_required: bool
    unknown: Any


def readings(frame: pl.DataFrame, *, as_of: str | None) -> list[SnapshotReading | None]:
    """Return the reading of each row, or `None` where its document has to be read.

    `frame` is as `frame_of` spells it; `as_of` is the instant of rows that carry none.
    """
    columns = {column.name: column for column in frame.get_columns()}
    if as_of is not None:
        columns["as_of"] = _filled(columns.get("as_of"), as_of, frame.height)
    places = Places(range(frame.height), set())
    found = _records(CustomerSnapshot, columns, places)
    return [None if row in places.unfit else plain_reading(snapshot) for row, snapshot in enumerate(found)]


def _filled(column: pl.Series | None, value: str, height: int) -> pl.Series:
    if column is None or column.dtype == pl.Null:
        return pl.repeat(value, height, dtype=pl.String, eager=True)
    return column.fill_null(value) if column.dtype == pl.String else column


def _records(kind: Any, columns: Mapping[str, pl.Series], places: Places) -> list[Any]:  # noqa: ANN401
    """Make a record for each place; a slot is filled for all of them in one go."""
    slots = _slots(kind)
    for name in columns.keys() - slots.keys():  # in a group an unknown field is refused even where it is null
        places.refuse_where(columns[name].is_not_null() | (kind is not CustomerSnapshot))
    found = list(map(object.__new__, repeat(kind, len(places.rows))))
    for name, (put, read, is_required, unknown) in slots.items():
        column = columns.get(name)
        if column is None or column.dtype == pl.Null:
            places.refuse(range(len(found)) if is_required else ())
            values: Iterable[Any] = repeat(unknown)
        else:
            if is_required:
                places.refuse_where(column.is_null())
            values = read(column, places)
        deque(map(put, found, values), maxlen=0)
    return found


@cache
def _slots(kind: Any) -> Mapping[str, Slot]:  # noqa: ANN401  a class of records
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in fields(kind):
        unknown = None if field.default_factory is MISSING else field.default_factory()
        is_required = field.default is MISSING and field.default_factory is MISSING
        put = getattr(kind, field.name).__set__
        found[field.name] = Slot(put, _reader(hints[field.name], unknown), is_required, unknown)
    return found


def _reader(hint: Any, unknown: Any) -> Reader:  # noqa: ANN401  types and values of any field
    """Return what reads the column of a field; `unknown` is what stands for a group that is not there."""
    inner: Any = get_args(hint)[0] if type(None) in get_args(hint) else hint
    bare: Any = get_args(inner)[0] if get_origin(inner) is Annotated else inner
    inside = get_args(bare)
    if isinstance(bare, type) and is_dataclass(bare):
        return partial(_groups, bare, unknown)
    if get_origin(bare) is tuple and is_dataclass(inside[0]):
        return partial(_lists, inside[0])
    cells: Any = list[inner | None]
    check: Check = TypeAdapter(cells).validate_python
    if get_origin(bare) is dict:
        return partial(_mappings, check)
    return partial(_days if inner in {Day, Instant, Today} else _scalars, check)


def _scalars(check: Check, column: pl.Series, places: Places) -> Iterable[Any]:
    return _checked(check, _cells(column, places), places)


def _days(check: Check, column: pl.Series, places: Places) -> Iterable[Any]:
    """Read days or instants: a book has few of them, many times, so each spelling is read once."""
    if column.dtype in _DAYS:
        fit = column.dt.year().is_between(*_YEARS)
        places.refuse_where(~fit)
        column = pl.select(pl.when(fit).then(column)).to_series()
    elif column.dtype != pl.String:
        places.refuse_where(column.is_not_null())
        return repeat(None)
    spellings, cells = column.unique().to_list(), column.to_list()
    unfit: set[int] = set()
    found = _checked(check, spellings, Places(range(len(spellings)), unfit))
    if unfit:
        wrong = {spellings[place] for place in unfit}
        places.refuse([place for place, cell in enumerate(cells) if cell in wrong])
    return map(dict(zip(spellings, found, strict=True)).__getitem__, cells)


def _groups(kind: Any, unknown: Any, column: pl.Series, places: Places) -> Iterable[Any]:  # noqa: ANN401
    """Read structs; only those that are there are looked into."""
    if column.dtype != pl.Struct:
        places.refuse_where(column.is_not_null())
        return repeat(unknown)
    if not column.null_count():
        return _records(kind, _fields(column), places)
    there = column.is_not_null()
    rows = list(compress(places.rows, there))
    found = iter(_records(kind, _fields(column.filter(there)), Places(rows, places.unfit)))
    return [next(found) if is_there else unknown for is_there in there]


def _lists(kind: Any, column: pl.Series, places: Places) -> Iterable[Any]:  # noqa: ANN401
    """Read lists of structs: the entries of all rows together, then each its own."""
    if not _holds_structs(column.dtype):
        places.refuse_where(column.is_not_null())
        return repeat(None)
    lengths, entries, within = _entries(column, places)
    places.refuse([place for place, length in enumerate(lengths) if length is not None and length > MAX_ROWS])
    within.refuse_where(entries.is_null())
    found = iter(_records(kind, _fields(entries), within))
    return [None if length is None else tuple(islice(found, length)) for length in lengths]


def _mappings(check: Check, column: pl.Series, places: Places) -> Iterable[Any]:
    """Read free keys, from a struct or from lists of `key` and `value`; what is null is not there."""
    if column.dtype == pl.Struct:
        cells = {name: _cells(field, places) for name, field in _fields(column).items()}
        rows = zip(*cells.values(), strict=True) if cells else repeat(())
        found = [
            {name: value for name, value in zip(cells, row, strict=True) if value is not None} if is_there else None
            for is_there, row in zip(column.is_not_null(), rows, strict=False)
        ]
        return _checked(check, found, places)
    kind: Any = column.dtype
    if _holds_structs(kind) and {field.name for field in kind.inner.fields} == _ENTRY:
        return _checked(check, _from_entries(column, places), places)
    places.refuse_where(column.is_not_null())
    return repeat(None)


def _from_entries(column: pl.Series, places: Places) -> list[dict[str, Any] | None]:
    lengths, entries, within = _entries(column, places)
    keys, values = (_cells(_fields(entries)[name], within) for name in ("key", "value"))
    pairs = zip(keys, values, strict=True)
    whole = [None if length is None else list(islice(pairs, length)) for length in lengths]
    found = [None if pairs is None else dict(pairs) for pairs in whole]
    # a key that stands twice, or is none, is for the documents to refuse
    places.refuse([at for at, one in enumerate(found) if one is not None and (len(one) != lengths[at] or None in one)])
    return [None if one is None else {key: cell for key, cell in one.items() if cell is not None} for one in found]


def _entries(column: pl.Series, places: Places) -> tuple[list[int | None], pl.Series, Places]:
    """Return how many entries each list has (none where it is null), all entries, and whose they are."""
    lengths = column.list.len()
    entries = column.filter((lengths > 0).fill_null(value=False)).explode()
    counts = lengths.to_list()
    rows = [row for row, count in zip(places.rows, counts, strict=True) for _ in range(count or 0)]
    return counts, entries, Places(rows, places.unfit)


def _cells(column: pl.Series, places: Places) -> list[Any]:
    """Return what Python has for the cells of a column, where that is what JSON has for them."""
    kind = column.dtype
    if kind in _PLAIN or kind.is_integer():
        return column.to_list()
    places.refuse_where(column.is_not_null())
    return [None] * len(column)


def _checked(check: Check, cells: list[Any], places: Places) -> list[Any]:
    """Return the cells as the type of their field has them; those that it refuses are unfit."""
    try:
        return check(cells)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    wrong = {int(problem["loc"][0]) for problem in problems}
    places.refuse(wrong)
    return check([None if place in wrong else cell for place, cell in enumerate(cells)])


def _fields(column: pl.Series) -> dict[str, pl.Series]:
    return {field.name: field for field in column.struct.unnest().get_columns()}


def _holds_structs(kind: Any) -> bool:  # noqa: ANN401  polars hands out types in two shapes
    return isinstance(kind, pl.List) and kind.inner == pl.Struct
