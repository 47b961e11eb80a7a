"""Texts with placeholders `{fact.name}`: which facts they name, and how values are written in a locale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple, Protocol

from nextplay.decision import FactValue
from nextplay.facts.labels import fact_denial, fact_label, word_label
from nextplay.facts.spec import FactSpec, FactType
from nextplay.rules.rulebook import Rulebook, Text, TextList
from nextplay.sentences import language_of

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
_ONE_DAY: Final = re.compile(r"(?<![\d.,])1 (day|dia)s\b")
_TODAY: Final = re.compile(r"(?<![\d.,])0 days ago\b|\bhá 0 dias\b", re.IGNORECASE)
_SAID_TODAY: Final = {"0": "today", "h": "hoje", "H": "Hoje"}
_IN_NUMBERS: Final = frozenset("0123456789.,")
_MEASURED: Final = ("number", "flag")
"""Types whose values are written as a number or as one word of ours."""
_UNKNOWN: Final = {"en": "unknown", "pt": "desconhecido"}
_FLAGS: Final = {"en": ("no", "yes"), "pt": ("não", "sim")}
_MARKS: Final = {"en": (",", "."), "pt": (".", ",")}
"""Language → the marks between thousands and before decimals."""
_DECIMALS: Final[Mapping[str, int]] = {
    "count": 0, "days": 0, "ease": 2, "hours": 1, "money": 0, "points": 1, "ratio": 2, "score": 1, "volume": 0,
}  # fmt: skip
_DEFAULT_DECIMALS: Final = 2


class ReadsFacts(Protocol):
    """Whatever knows the values of facts; `None` is unknown."""

    def value(self, name: str) -> FactValue:
        """Return the value of a fact."""


def placeholders(text: str) -> tuple[str, ...]:
    """Name the facts in `{...}`, in their order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def wording(text: Text, *, locale: str) -> str:
    """Return the text in `locale`, or else in the first locale that it has: the first required one."""
    return text[locale] if locale in text else next(iter(text.values()))


class Slot(NamedTuple):
    """A place in a text where the value of a fact stands, and how it is written there.

    What is `spelled` is neither a number nor a flag, and may hold any text.
    """

    fact: str
    written: Callable[[FactValue], str]
    spelled: bool


Filling = Callable[[ReadsFacts], str]
"""Puts the values of facts into the slots of one text."""
Template = str | Filling
"""A text of one locale, ready to be filled; a text without placeholders stays what it is."""


def render(text: Text, facts: ReadsFacts, specs: Mapping[str, FactSpec], *, locale: str) -> str:
    """Return the text in `locale` with the values of its placeholders.

    Where the locale is missing, the first required one stands in; numbers are then written as there.
    """
    return fill(template_of(text, specs, locale=locale), facts)


def template_of(text: Text, specs: Mapping[str, FactSpec], *, locale: str) -> Template:
    """Split the text of a locale once, so that filling it in is cheap."""
    spoken = locale if locale in text else next(iter(text))
    parts = PLACEHOLDER.split(text[spoken])
    if len(parts) == 1:
        return parts[0]
    slots = [
        Slot(name, writer(specs[name].type, specs[name].unit, locale=spoken), specs[name].type not in _MEASURED)
        for name in parts[1::2]
    ]
    return filling(parts[::2], slots)


def filling(said: Sequence[str], slots: Sequence[Slot]) -> Filling:
    """Return what writes `said`, of which there is one more than slots, with the slots in between.

    One day is a day, not days, and none ago is today. Most texts have one slot, which needs no list to be joined.
    """
    mends = _may_count_days(said, spelled=any(slot.spelled for slot in slots))
    if len(slots) == 1:
        (before, after), ((fact, written, _),) = said, slots

        def filled_one(facts: ReadsFacts) -> str:
            text = f"{before}{written(facts.value(fact))}{after}"
            return _mended(text) if mends else text

        return filled_one
    first, pairs = said[0], [(slot.fact, slot.written, after) for slot, after in zip(slots, said[1:], strict=True)]

    def filled(facts: ReadsFacts) -> str:
        value = facts.value
        text = first + "".join([f"{written(value(fact))}{after}" for fact, written, after in pairs])
        return _mended(text) if mends else text

    return filled


def _may_count_days(said: Sequence[str], *, spelled: bool) -> bool:
    """Say whether filling `said` can give a text to be mended: seldom, and finding out in every text costs more.

    It is in what is said, or a number stands before days; what is `spelled` may hold anything.
    """
    return spelled or any(map(_counts_days, said)) or any(after.startswith(" d") for after in said[1:])


def fill(template: Template, facts: ReadsFacts) -> str:
    """Put the values of the facts into the slots of a template."""
    return template if isinstance(template, str) else template(facts)


def _mended(text: str) -> str:
    if not _counts_days(text):
        return text
    return _ONE_DAY.sub(r"1 \1", _TODAY.sub(_today, text))


def _counts_days(text: str) -> bool:
    """Say whether a 0 or 1 that ends no longer number stands before a word with d: cheaper than a search."""
    for mark in ("0 d", "1 d"):
        place = text.find(mark)
        while place >= 0:
            if not place or text[place - 1] not in _IN_NUMBERS:
                return True
            place = text.find(mark, place + 1)
    return False


def _today(found: re.Match[str]) -> str:
    said = _SAID_TODAY[found[0][0]]
    return said if found.start() else said.capitalize()


def written_value(value: FactValue, spec: FactSpec, *, locale: str) -> str:
    """Write one value: shares in per cent, numbers with the marks of the locale, days as it reads them."""
    return writer(spec.type, spec.unit, locale=locale)(value)


@cache
def writer(kind: FactType, unit: str, *, locale: str) -> Callable[[FactValue], str]:
    """Return what writes the values of facts of one type and unit in one locale."""
    language = locale.partition("-")[0]
    unknown = _UNKNOWN.get(language, _UNKNOWN["en"])
    no, yes = _FLAGS.get(language, _FLAGS["en"])
    number = _number_writer(unit, language)

    def written(value: FactValue) -> str:
        if type(value) is float or type(value) is int:  # most are, and a flag would be an `int` too
            return number(value)
        if value is None:
            return unknown
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, str):
            return _text(value, kind, locale)
        if isinstance(value, tuple):
            return ", ".join([word_label(word, locale) for word in value])
        return number(value)

    return written


def spoken_day(day: str, locale: str) -> str:
    """Write an ISO 8601 day as the language reads it: day first in Portuguese, else as it is."""
    return "/".join(reversed(day.split("-"))) if language_of(locale) == "pt" else day


def _text(value: str, kind: FactType, locale: str) -> str:
    if kind == "word":
        return word_label(value, locale)
    return spoken_day(value, locale) if kind == "day" else value


@cache
def statement(spec: FactSpec, *, locale: str) -> Callable[[FactValue], str]:
    """Return what tells a fact and its value as one phrase.

    Things that are counted come after their number (`7 tickets in 90 days`), other values after the label (`license
    utilization 15 %`); a flag says what is so or what is not.
    """
    label, denial = fact_label(spec.name, locale), fact_denial(spec.name, locale)
    written = writer(spec.type, spec.unit, locale=locale)
    number = _number_writer(spec.unit, locale.partition("-")[0])
    counted = spec.unit in COUNTED

    def stated(value: FactValue) -> str:
        if type(value) is float or type(value) is int:  # most are
            if counted and value != 1:
                return f"{number(value)} {label}"
            return f"{label}{':' if counted else ''} {number(value)}"
        if value is True or value is False:
            return f"{label}: {written(value)}" if denial is None else label if value else denial
        if value is None or (counted and value == 1):
            return f"{label}: {written(value)}"
        return f"{written(value)} {label}" if counted else f"{label} {written(value)}"

    return stated


@cache
def mended_statement(spec: FactSpec, *, locale: str) -> Callable[[FactValue], str]:
    """Return what tells a fact and its value as `statement` does, with one day and none as `filling` says them."""
    stated = statement(spec, locale=locale)
    labels = (fact_label(spec.name, locale), fact_denial(spec.name, locale) or "")
    if not _may_count_days(("", *(f" {label}" for label in labels)), spelled=spec.type not in _MEASURED):
        return stated
    return lambda value: _mended(stated(value))


COUNTED: Final = frozenset({"count", "days", "hours"})
"""Units whose labels begin with what is counted."""
_IN_PER_CENT: Final = frozenset({"share", "level"})
_TENTH: Final = 0.1
_THOUSAND: Final = 1000
_ENGLISH_MARKS: Final = (",", ".")
_ROUNDED: Final = (",.0f", ",.1f", ",.2f")
"""How a number is formatted to so many decimals."""


def _number_writer(unit: str, language: str) -> Callable[[float], str]:
    """Return what writes numbers of one unit: most are small and whole, which takes no formatting."""
    marks = _MARKS.get(language, _MARKS["en"])
    decimals = _DECIMALS.get(unit, _DEFAULT_DECIMALS)

    def in_per_cent(value: float) -> str:
        hundredfold = value * 100
        if value >= _TENTH and (rounded := round(hundredfold)) < _THOUSAND:
            return f"{rounded} %"
        return f"{_number(hundredfold, 0 if abs(value) >= _TENTH else 1, marks)} %"

    def whole(value: float) -> str:
        rounded = round(value)
        return str(rounded) if -_THOUSAND < rounded < _THOUSAND else _number(value, 0, marks)

    def broken(value: float) -> str:
        return _number(value, decimals, marks)

    return in_per_cent if unit in _IN_PER_CENT else broken if decimals else whole


def _number(value: float, decimals: int, marks: tuple[str, str]) -> str:
    """Round, drop zeros at the end, and put the marks of the locale."""
    if decimals == 0 and -_THOUSAND < round(value) < _THOUSAND:
        return str(round(value))
    text = format(value, _ROUNDED[decimals])
    if decimals:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return text if marks == _ENGLISH_MARKS else text.translate(str.maketrans(",.", "".join(marks)))


def facts_in_texts(rulebook: Rulebook) -> frozenset[str]:
    """Name every fact that some text of the rulebook shows."""
    texts: list[Text | TextList] = [rulebook.diagnosis.question, *rulebook.diagnosis.says.values()]
    for signal in rulebook.signals:
        texts += [signal.title, signal.says]
    for gap in rulebook.gaps:
        texts.append(gap.title)
        if gap.ask is not None:
            texts += [gap.ask.text, *gap.ask.labels.values()]
    for play in rulebook.plays:
        texts += [play.title, play.rationale, play.checklist]
    return frozenset(name for text in texts for name in _names(text.values()))


def _names(wordings: Iterable[str | tuple[str, ...]]) -> Iterable[str]:
    for one in wordings:
        for line in (one,) if isinstance(one, str) else one:
            yield from placeholders(line)
