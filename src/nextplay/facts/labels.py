"""What facts and the words of enumerations are called where people read: in English and in Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, get_args

from nextplay.facts import labels_en, labels_pt
from nextplay.facts.label_table import Label, LabelTable
from nextplay.snapshot import EventKind, SurveyKind, TouchpointName

TABLES: Final[Mapping[str, LabelTable]] = {"en": labels_en.TABLE, "pt": labels_pt.TABLE}
"""Language → its phrases."""
_LOW_NAMES: Final = "any_low_names_"
_ACTIVE_AT: Final = "any_active_at_"


@lru_cache(maxsize=4096)
def fact_label(name: str, locale: str = "en") -> str:
    """Return what a fact is called; of a flag, what it says when it is true.

    A fact that a rulebook declares itself (attributes, counts) has the words of its name.
    """
    label = _label(name, _table(locale))
    return label if isinstance(label, str) else label[0]


@lru_cache(maxsize=1024)
def fact_denial(name: str, locale: str = "en") -> str | None:
    """Return what a flag says when it is false; `None` where no phrase of its own is laid down for that."""
    label = _label(name, _table(locale))
    return None if isinstance(label, str) else label[1]


@lru_cache(maxsize=1024)
def word_label(word: str, locale: str = "en") -> str:
    """Return a word of an enumeration as people say it: `economic_buyer` becomes `economic buyer`."""
    return _table(locale).words.get(word, word.replace("_", " "))


def _table(locale: str) -> LabelTable:
    return TABLES.get(locale.partition("-")[0].lower(), labels_en.TABLE)


def _label(name: str, table: LabelTable) -> Label:
    label = table.labels.get(name) or table.items.get(name)
    if label is not None:
        return label
    parts = name.split(".")
    family = _FAMILIES.get(parts[0])
    found = family(parts[1:], table) if family else None
    return found if found is not None else parts[-1].replace("_", " ")


def _touchpoint(parts: list[str], table: LabelTable) -> Label | None:
    if len(parts) != 2 or parts[0] not in get_args(TouchpointName):  # noqa: PLR2004  a place and a field
        return None
    return _filled(table.touchpoints.get(parts[1]), at=table.places[parts[0]])


def _survey(parts: list[str], table: LabelTable) -> Label | None:
    if parts[0].startswith(_LOW_NAMES):
        return _filled(table.low_names, driver=_word(parts[0].removeprefix(_LOW_NAMES), table))
    if parts[0] not in get_args(SurveyKind):
        return None
    about = "".join(f" {table.places.get(part, part)}" for part in parts[1:-1])
    return _filled(table.surveys.get(parts[-1]), kind=parts[0].upper(), about=about)


def _event(parts: list[str], table: LabelTable) -> Label | None:
    if parts[0] not in get_args(EventKind):
        return None
    noun = table.happenings[parts[0]]
    return _filled(table.events.get(parts[-1]), one=noun.one, many=noun.many, o="a" if noun.feminine else "o")


def _objective(parts: list[str], table: LabelTable) -> Label | None:
    if not parts[0].startswith(_ACTIVE_AT):
        return None
    return _filled(table.active_at, place=_word(parts[0].removeprefix(_ACTIVE_AT), table))


def _count(parts: list[str], table: LabelTable) -> Label | None:
    return _filled(table.counts.get("".join(parts[1:])), name=parts[0].replace("_", " "))


_FAMILIES: Final = {
    "touchpoints": _touchpoint,
    "surveys": _survey,
    "events": _event,
    "objectives": _objective,
    "counts": _count,
}
"""First part of a name → what finds the phrase of its family."""


def _word(word: str, table: LabelTable) -> str:
    return table.words.get(word, word.replace("_", " "))


def _filled(label: Label | None, **parts: str) -> Label | None:
    if label is None or isinstance(label, str):
        return label and label.format_map(parts)
    return label[0].format_map(parts), label[1].format_map(parts)
