"""How texts are written: one string (the first required locale), or one for each locale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from nextplay.rules.fault_log import FaultLog
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import JsonSchema, Line, ListOf, Located, Name, Shape, Terms, read_text, wrong_type
from nextplay.rules.source import BrokenNode, ListNode, MapNode, Node, ScalarNode

V = TypeVar("V")
LOCALE_PATTERN: Final = "^[a-z]{2,3}(-[A-Z]{2})?$"
_LOCALE: Final = re.compile(LOCALE_PATTERN)
LONGEST_TEXT: Final = 2000


@dataclass(frozen=True, slots=True)
class TextForm(Generic[V]):
    """Wordings by locale. The locale `None` stands for the first required one; a faulty wording is `None`."""

    place: Place
    wordings: tuple[tuple[Name | None, V | None], ...]


_LINE: Final = Line(longest=LONGEST_TEXT)
_LINES: Final = ListOf(_LINE, at_least=1, at_most=30)


@dataclass(frozen=True, slots=True)
class TextShape(Shape[TextForm[Name]]):
    """A text."""

    def read(self, node: Node, log: FaultLog) -> TextForm[Name] | None:
        """Read a string or a mapping of locales."""
        if isinstance(node, MapNode):
            return _by_locale(node, _LINE, log)
        if isinstance(node, (ListNode, BrokenNode)):
            wrong_type(node, "a text", log)
            return None
        return TextForm(node.place, ((None, _LINE.read(node, log)),))

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe both spellings."""
        return _either(_LINE.schema(terms), terms)


@dataclass(frozen=True, slots=True)
class TextListShape(Shape[TextForm[Located[tuple[Name, ...]]]]):
    """Several texts in order, such as a checklist."""

    def read(self, node: Node, log: FaultLog) -> TextForm[Located[tuple[Name, ...]]] | None:
        """Read a list or a mapping of locales."""
        if isinstance(node, MapNode):
            return _by_locale(node, _LINES, log)
        if isinstance(node, (ScalarNode, BrokenNode)):
            wrong_type(node, "a list of texts", log)
            return None
        return TextForm(node.place, ((None, _LINES.read(node, log)),))

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe both spellings."""
        return _either(_LINES.schema(terms), terms)


def _by_locale(node: MapNode, shape: Shape[V], log: FaultLog) -> TextForm[V]:
    read = ((Located(entry.key, entry.place), shape.read(entry.value, log)) for entry in node.entries)
    return TextForm(node.place, tuple(read))


def _either(one: JsonSchema, terms: Terms) -> JsonSchema:
    locales = list(terms.ids.get("locale", ()))
    by_locale: JsonSchema = {"type": "object", "properties": dict.fromkeys(locales, one)}
    by_locale |= {"propertyNames": {"enum": locales} if locales else {"pattern": LOCALE_PATTERN}}
    by_locale |= {"additionalProperties": one, "minProperties": 1}
    return {"anyOf": [one, by_locale]}


@dataclass(frozen=True, slots=True)
class LocaleName(Shape[Name]):
    """A locale such as `en` or `pt-BR`."""

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read a language and, where needed, a region."""
        name = read_text(node, "a locale such as `pt-BR`", log)
        if name is None or _LOCALE.fullmatch(name.value):
            return name
        log.add(name.place, "bad-id", "this is no locale", hint="write it as `en` or `pt-BR`")
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Give the pattern."""
        return {"type": "string", "pattern": LOCALE_PATTERN}
