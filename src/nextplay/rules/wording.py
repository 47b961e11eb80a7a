"""Texts with placeholders `{fact.name}`: which facts they name, and how values are written in a locale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from nextplay.decision import FactValue
from nextplay.facts.spec import FactSpec
from nextplay.rules.rulebook import Rulebook, Text, TextList

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
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


def render(text: Text, facts: ReadsFacts, specs: Mapping[str, FactSpec], *, locale: str) -> str:
    """Return the text in `locale` with the values of its placeholders.

    Where the locale is missing, the first required one stands in; numbers are then written as there.
    """
    spoken = locale if locale in text else next(iter(text))
    parts = _parts(text[spoken])
    if len(parts) == 1:
        return parts[0]
    return "".join(
        [
            written_value(facts.value(part), specs[part], locale=spoken) if index % 2 else part
            for index, part in enumerate(parts)
        ]
    )


@lru_cache(maxsize=16_384)
def _parts(template: str) -> tuple[str, ...]:
    """Split a text at its placeholders: plain texts at even places, names of facts at odd ones."""
    return tuple(PLACEHOLDER.split(template))


def written_value(value: FactValue, spec: FactSpec, *, locale: str) -> str:
    """Write one value: shares in per cent, numbers with the marks of the locale, days in ISO 8601."""
    language = locale.partition("-")[0]
    if value is None:
        return _UNKNOWN.get(language, _UNKNOWN["en"])
    if isinstance(value, bool):
        return _FLAGS.get(language, _FLAGS["en"])[value]
    if isinstance(value, tuple):
        return ", ".join(word.replace("_", " ") for word in value)
    if isinstance(value, str):
        return value.replace("_", " ") if spec.type == "word" else value
    marks = _MARKS.get(language, _MARKS["en"])
    if spec.unit == "share":
        return f"{_number(value * 100, 0 if abs(value) >= _TENTH else 1, marks)} %"
    return _number(value, _DECIMALS.get(spec.unit, _DEFAULT_DECIMALS), marks)


_TENTH: Final = 0.1


def _number(value: float, decimals: int, marks: tuple[str, str]) -> str:
    """Round, drop zeros at the end, and put the marks of the locale."""
    if decimals == 0 and -1000 < value < 1000:  # noqa: PLR2004  no mark of thousands
        return str(round(value))
    text = f"{value:,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return text if marks == _PLAIN_MARKS else text.translate(str.maketrans(",.", "".join(marks)))


_PLAIN_MARKS: Final = (",", ".")


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
