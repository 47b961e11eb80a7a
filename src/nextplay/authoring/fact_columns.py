"""Which columns of an export feed a fact: whoever mends the export knows its columns, not our facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_source import Source
from nextplay.errors import InputInvalid, Violation
from nextplay.facts.spec import FactSpec


def with_columns(error: InputInvalid, mapping: CsvMapping | None, specs: Mapping[str, FactSpec]) -> InputInvalid:
    """Return the error with the export's columns beside each fact that a violation names."""
    if mapping is None:
        return error
    return InputInvalid(
        Violation(f"{one.path}{_words(columns_of_fact(mapping, specs[one.path]))}", one.message)
        if one.path in specs
        else one
        for one in error.violations
    )


def columns_of_fact(mapping: CsvMapping, spec: FactSpec) -> tuple[str, ...]:
    """Return the columns that feed what a fact reads, sorted; those of a further file with its name."""
    read = {*spec.reads, spec.name}
    found = set()
    for path, source, file in _sources(mapping):
        plain = re.sub(r"\[\d+\]", "", path)
        if source.column is not None and any(name == plain or name.startswith(f"{plain}.") for name in read):
            found.add(f"`{source.column}`" + (f" of `{file}`" if file else ""))
    return tuple(sorted(found))


def _words(columns: tuple[str, ...]) -> str:
    if not columns:
        return ""
    return f" ({'column' if len(columns) == 1 else 'columns'} {', '.join(columns)})"


def _sources(mapping: CsvMapping) -> Iterator[tuple[str, Source, str]]:
    for path, source in mapping.fields.items():
        yield path, source, ""
    for name, file in mapping.files.items():
        for field, source in file.fields.items():
            yield file.path_of(field), source, name
