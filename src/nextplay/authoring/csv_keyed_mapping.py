"""A further file of the mapping, joined by account: its rows become items of a list, or one of them gives fields.

files:
  tickets:
    path: Case.csv                     # beside the mapping; or given as --file tickets=FILE
    account_id: AccountId
    rows: tickets                      # each row an item of this list
    complete: true                     # an account without a row has none: known to be empty, not unknown
    fields: {ticket_id: Id, opened_at: CreatedDate, resolved_at: ClosedDate}
  renewal:
    path: Opportunity.csv
    account_id: AccountId
    pick: oldest                       # one row for each account: the earliest by `by`
    by: CloseDate
    dated: CreatedDate                 # rows from after as_of do not count
    where: {Type: [Renewal], IsClosed: ["false"]}
    fields: {contract.renewal_on: CloseDate}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from nextplay.authoring.csv_fields import SnapshotField, field_of, snapshot_fields
from nextplay.authoring.csv_source import (
    ColumnOrSource,
    Location,
    Mistake,
    Signs,
    Source,
    columns_of,
    path_mistakes,
    signs_mistakes,
    source_mistakes,
)
from nextplay.snapshot.scalars import Instant

ListName = Literal[
    "surveys", "touchpoints", "objectives", "events", "history", "tickets", "usage_weekly", "interactions"
]
DATE_OF: Final[Mapping[str, str]] = {
    "surveys": "answered_on",
    "events": "occurred_on",
    "history": "at",
    "tickets": "opened_at",
    "usage_weekly": "week_start",
    "interactions": "occurred_at",
}
"""List → the field of its items that tells when a row became true; the others have none."""
DATED: Final = SnapshotField("dated", "instant", (), TypeAdapter(Instant))
"""What `dated` and `by` are read as: points in time."""
DEMANDED: Final[Mapping[str, tuple[str, ...]]] = {"history": ("kind", "at")}
"""List → fields without which its items mean nothing."""


class KeyedFile(Signs):
    """One further file. With `rows` its rows become items of that list; otherwise one row is picked for each account.

    `dated` tells when a row became known: rows from after `as_of` do not count. It may be left out where the date of
    the list's items is mapped, or where `as_exported` says that rows have no date and hold at every `as_of`.
    """

    account_id: ColumnOrSource
    fields: Annotated[dict[str, ColumnOrSource], Field(min_length=1)]
    path: str | None = None
    rows: ListName | None = None
    pick: Literal["newest", "oldest", "only"] | None = None
    by: ColumnOrSource | None = None
    dated: ColumnOrSource | None = None
    as_exported: bool = False
    complete: bool = False
    where: Annotated[dict[str, tuple[str, ...]], Field(default_factory=dict)]
    ignored: Annotated[dict[str, str], Field(default_factory=dict)]

    @property
    def when(self) -> Source | None:
        """Where the date of a row comes from; `None` for rows without one."""
        return self.dated or (self.fields.get(DATE_OF.get(self.rows, "")) if self.rows else None)

    def path_of(self, field: str) -> str:
        """Return the path in the snapshot (with index 0) of one of `fields`."""
        return field if self.rows is None else f"{self.rows}[0].{field}"

    def sources(self) -> dict[str, Source]:
        """Return every source of the file by its key in the mapping."""
        named = {"account_id": self.account_id, "dated": self.dated, "by": self.by}
        return {name: source for name, source in named.items() if source is not None} | self.fields

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read, those of `where` among them, sorted."""
        return tuple(sorted({*columns_of(self.sources().values()), *self.where}))


def keyed_mistakes(name: str, file: KeyedFile) -> list[Mistake]:
    """Return everything that is wrong with one further file."""
    place: Location = ("files", name)
    mistakes = list(path_mistakes("account_id", file.account_id, (*place, "account_id")))
    if file.account_id.column is None:
        mistakes.append(Mistake((*place, "account_id"), "mapping-source", "`account_id` needs a `column` in each file"))
    for key, source in (("dated", file.dated), ("by", file.by)):
        if source is not None:
            mistakes += source_mistakes(key, DATED, source, (*place, key))
    for field, source in file.fields.items():
        mistakes += _field_mistakes(file, field, source, (*place, "fields", field))
    mistakes += signs_mistakes(file, place)
    for column in sorted(set(file.ignored) & set(file.columns())):
        mistakes.append(Mistake((*place, "ignored", column), "mapping-ignored", f"`{column}` is both read and ignored"))
    return [*mistakes, *_way_mistakes(file, place), *_date_mistakes(file, place)]


def _field_mistakes(file: KeyedFile, field: str, source: Source, place: Location) -> Iterator[Mistake]:
    path = file.path_of(field)
    if file.rows is None and "[" in field:
        yield Mistake(place, "mapping-field", f"`{field}` is an item of a list; name the list under `rows`")
    elif field in {"account_id", "as_of"}:
        yield Mistake(place, "mapping-field", f"`{field}` stands at the top of the mapping, not in `fields` of a file")
    elif file.rows is not None and field_of(path) is None:
        known = sorted(name.partition("].")[2] for name in snapshot_fields() if name.startswith(f"{file.rows}[]."))
        close = get_close_matches(field, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"one of {', '.join(known)}"
        yield Mistake(place, "mapping-field", f"`{field}` is no field of an item of `{file.rows}`", hint)
    else:
        yield from path_mistakes(path, source, place)


def _way_mistakes(file: KeyedFile, place: Location) -> Iterator[Mistake]:
    """Check that the file takes one of the two ways into a snapshot, whole."""
    if file.rows is not None:
        for key in ("pick", "by"):
            if getattr(file, key) is not None:
                message = f"`{key}` is for one row of each account; `rows` takes all of them"
                yield Mistake((*place, key), "mapping-rows", message)
        if all(source.column is None for source in file.fields.values()):
            yield Mistake((*place, "fields"), "mapping-rows", "has no column: every row would give the same item")
        for field in DEMANDED.get(file.rows, ()):
            if field not in file.fields:
                yield Mistake((*place, "fields"), "mapping-rows", f"items of `{file.rows}` need `{field}`")
        return
    if file.complete:
        message = "`complete` is for `rows`: it tells whether a list is known to be empty"
        yield Mistake((*place, "complete"), "mapping-rows", message)
    if file.pick in {"newest", "oldest"} and file.by is None and file.dated is None:
        yield Mistake((*place, "pick"), "mapping-pick", f"`pick: {file.pick}` needs a date under `by` or `dated`")
    if file.by is not None and file.pick not in {"newest", "oldest"}:
        yield Mistake((*place, "by"), "mapping-pick", "`by` is for `pick: newest` and `pick: oldest`")


def _date_mistakes(file: KeyedFile, place: Location) -> Iterator[Mistake]:
    """Check that rows from after `as_of` can be told: they know what nobody knew on that day."""
    when = file.when
    if when is None and not file.as_exported:
        own = DATE_OF.get(file.rows or "", "")
        fields = f"map `{own}`, or " if own else ""
        message = f"nothing tells when a row became known; {fields}name a column under `dated`"
        hint = "where rows have no date, `as_exported: true` lets them hold at every `as_of`"
        yield Mistake(place, "mapping-dated", message, hint)
    if when is not None and file.as_exported:
        message = "the rows have a date; `as_exported` is for rows without one"
        yield Mistake((*place, "as_exported"), "mapping-dated", message)
    if when is not None and (when.column is None or when.read != "value"):
        message = "the date of a row must come from a column that holds dates"
        yield Mistake((*place, "dated" if file.dated else "fields"), "mapping-dated", message)
