"""The mapping file: how the columns of an export become the fields of a snapshot, and what makes no sense there.

account_id: {column: CustomerNo}
as_of: {column: Exported, date_format: "%d.%m.%Y"}
fields:
  contract.seats: Licences                              # a bare name is a column
  contract.annual_value: {column: MRR, factor: 12, currency: EUR}
  usage.last_active_on: {column: DaysSilent, read: days_ago}
  profile.segment: {column: Size, words: {L: enterprise, M: mid_market, S: smb}}
  surveys[0].score: {column: NPS}
  surveys[0].kind: {constant: nps}
ignored: {Churned: a label, never an input}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from nextplay.authoring.csv_fields import segments
from nextplay.authoring.csv_keyed_mapping import KeyedFile, keyed_mistakes
from nextplay.authoring.csv_source import (
    ColumnOrSource,
    Mistake,
    Signs,
    Source,
    columns_of,
    path_mistakes,
    signs_mistakes,
)


class CsvMapping(Signs):
    """The whole mapping file. `ignored` says of every other column why it is left out.

    `path` is where the accounts lie and `files` what is joined to them by account. Signs of the top hold for each of
    `files` that has none of its own.
    """

    account_id: ColumnOrSource
    as_of: ColumnOrSource | None = None
    fields: Annotated[dict[str, ColumnOrSource], Field(min_length=1)]
    ignored: Annotated[dict[str, str], Field(default_factory=dict)]
    path: str | None = None
    files: Annotated[dict[str, KeyedFile], Field(default_factory=dict)]

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, written: object) -> object:
        """Give the files the signs of the top, as far as they have none of their own."""
        if not isinstance(written, Mapping) or not isinstance(written.get("files"), Mapping):
            return written
        signs = {name: written[name] for name in Signs.model_fields if name in written and name != "format"}
        files = {name: signs | file if isinstance(file, dict) else file for name, file in written["files"].items()}
        return {**written, "files": files}

    def beside(self, folder: Path) -> CsvMapping:
        """Return the mapping with every path relative to `folder`."""
        files = {
            name: file.model_copy(update={"path": str(folder / file.path)}) if file.path else file
            for name, file in self.files.items()
        }
        return self.model_copy(update={"path": str(folder / self.path) if self.path else None, "files": files})

    def with_files(self, paths: Mapping[str, Path]) -> CsvMapping:
        """Return the mapping with other paths for some of its further files."""
        files = {
            name: file.model_copy(update={"path": str(paths[name])}) if name in paths else file
            for name, file in self.files.items()
        }
        return self.model_copy(update={"files": files})

    def sources(self) -> dict[str, Source]:
        """Return every field of the file with its source, `account_id` and `as_of` among them."""
        first = {"account_id": self.account_id} | ({"as_of": self.as_of} if self.as_of else {})
        return first | self.fields

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read, sorted."""
        return columns_of(self.sources().values())


def mapping_mistakes(mapping: CsvMapping) -> list[Mistake]:
    """Return everything that is wrong with the fields, columns and values of a mapping."""
    top = {"account_id", "as_of"}
    places = {name: (name,) if name in top else ("fields", name) for name in mapping.sources()}
    mistakes = [
        mistake for name, source in mapping.sources().items() for mistake in path_mistakes(name, source, places[name])
    ]
    mistakes += _file_mistakes(mapping)
    for name, file in mapping.files.items():
        mistakes += keyed_mistakes(name, file)
    return [*mistakes, *_twice_mistakes(mapping)]


def _file_mistakes(mapping: CsvMapping) -> Iterator[Mistake]:
    """Check what spans several lines: encoding, separators, columns both read and ignored, gaps between indices."""
    yield from signs_mistakes(mapping)
    for name in sorted(set(mapping.ignored) & set(mapping.columns())):
        yield Mistake(("ignored", name), "mapping-ignored", f"`{name}` is both read and ignored")
    for name in ("account_id", "as_of"):
        if name in mapping.fields:
            yield Mistake(("fields", name), "mapping-field", f"`{name}` stands at the top, beside `fields`")
    yield from _index_mistakes(mapping)


def _twice_mistakes(mapping: CsvMapping) -> Iterator[Mistake]:
    """Check that nothing comes from two places; several files may feed one list."""
    taken = dict.fromkeys(mapping.fields, "`fields` of the accounts")
    lists = {str(segments(path)[0]) for path in mapping.fields if path.partition("[")[1]}
    for name, file in mapping.files.items():
        if file.rows in lists:
            message = f"`{file.rows}` has items in `fields` of the accounts too; keep one of the two"
            yield Mistake(("files", name, "rows"), "mapping-twice", message)
        if file.rows is not None:
            continue
        for path in file.fields:
            if path in taken:
                message = f"`{path}` stands in {taken[path]} too; keep one of the two"
                yield Mistake(("files", name, "fields", path), "mapping-twice", message)
            taken.setdefault(path, f"the file `{name}`")


def _index_mistakes(mapping: CsvMapping) -> Iterator[Mistake]:
    """Check that indices have no gaps and each item a column: an item of constants alone would be invented."""
    items: dict[tuple[str, int], list[str]] = {}
    for path in mapping.fields:
        head = segments(path)
        if len(head) > 1 and isinstance(head[1], int):
            items.setdefault((str(head[0]), head[1]), []).append(path)
    for (name, index), paths in items.items():
        if index and (name, index - 1) not in items:
            message = f"`{name}[{index}]` stands without `{name}[{index - 1}]`; count from 0"
            yield Mistake(("fields", paths[0]), "mapping-index", message)
        if all(mapping.fields[path].column is None for path in paths):
            message = f"`{name}[{index}]` has no column: every account would get the same invented item"
            yield Mistake(("fields", paths[0]), "mapping-index", message)
