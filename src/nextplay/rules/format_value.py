"""Values that may be written in more than one way: fixed, by parameter, or by the words of a fact."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from nextplay.rules.fault_log import FaultLog
from nextplay.rules.form import Form, FormOf, need, report_unknown_keys
from nextplay.rules.format_text import TextForm, TextShape
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import (
    Amount,
    FactName,
    JsonSchema,
    ListOf,
    Located,
    MapOf,
    Name,
    NewId,
    Pairs,
    Reference,
    Shape,
    Terms,
    number_hint,
    read_text,
    wrong_type,
)
from nextplay.rules.source import ListNode, MapNode, Node, ScalarNode

V = TypeVar("V")
Constant = Located[str | bool | int | float]


@dataclass(frozen=True, slots=True)
class ConstantShape(Shape[Constant]):
    """A text, a number, or true or false."""

    def read(self, node: Node, log: FaultLog) -> Constant | None:
        """Read any scalar."""
        if isinstance(node, ScalarNode):
            return Located(node.value, node.place)
        wrong_type(node, "a text, a number, or true or false", log)
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe a scalar."""
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class ByFactForm(Generic[V]):
    """One value for each word of the fact `by`, and `otherwise` for the rest and where the fact is unknown."""

    place: Place
    by: Name | None
    cases: Pairs[V]
    otherwise: V | None


@dataclass(frozen=True, slots=True)
class ByFactShape(Shape[ByFactForm[V]], Generic[V]):
    """A value that differs by an enumerated fact."""

    value: Shape[V]

    def read(self, node: Node, log: FaultLog) -> ByFactForm[V] | None:
        """Read `by`, `otherwise` and one entry for each word."""
        if not isinstance(node, MapNode):
            wrong_type(node, "a mapping with `by` and `otherwise`", log)
            return None
        missing = [f"`{key}`" for key in ("by", "otherwise") if node.find(key) is None]
        if missing:
            log.add(node.place, "missing-key", f"{', '.join(missing)} must be given")
        by, otherwise = node.find("by"), node.find("otherwise")
        cases = []
        for entry in node.entries:
            value = None if entry.key in ("by", "otherwise") else self.value.read(entry.value, log)
            if value is not None:
                cases.append((Located(entry.key, entry.place), value))
        return ByFactForm(
            node.place,
            None if by is None else FactName().read(by, log),
            tuple(cases),
            None if otherwise is None else self.value.read(otherwise, log),
        )

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe one alternative for each enumerated fact, so that its words are offered."""
        value = self.value.schema(terms)
        alternatives = []
        by_words: dict[tuple[str, ...], list[str]] = {}
        for name, spec in terms.specs.items():
            if spec.type == "word":
                by_words.setdefault(spec.words, []).append(name)
        for words, names in by_words.items():
            properties = {"by": {"enum": names}, **dict.fromkeys((*words, "otherwise"), value)}
            alternatives.append({"properties": properties, "additionalProperties": False})
        return {"type": "object", "required": ["by", "otherwise"], "anyOf": alternatives}


@dataclass(frozen=True, slots=True)
class ParameterForm:
    """`{param: NAME}`: a parameter of `rulebook.yaml`."""

    place: Place
    name: Name | None


def read_parameter(node: MapNode, log: FaultLog) -> ParameterForm:
    """Read `{param: NAME}`."""
    report_unknown_keys(node, ("param",), log)
    name = node.find("param")
    return ParameterForm(node.place, None if name is None else read_text(name, "the name of a parameter", log))


VariesForm: TypeAlias = ParameterForm | ByFactForm[V] | V


@dataclass(frozen=True, slots=True)
class VariesShape(Shape[VariesForm[V]], Generic[V]):
    """A value of a play: fixed, by parameter, or by the words of a fact."""

    value: Shape[V]

    def read(self, node: Node, log: FaultLog) -> VariesForm[V] | None:
        """Read a value, `{param: NAME}`, or `{by: fact, word: value, otherwise: value}`."""
        if not isinstance(node, MapNode):
            return self.value.read(node, log)
        if node.find("param") is not None:
            return read_parameter(node, log)
        return ByFactShape(self.value).read(node, log)

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe the three spellings."""
        name = Reference("parameter").schema(terms)
        by_parameter = {"properties": {"param": name}, "required": ["param"], "additionalProperties": False}
        by_fact = ByFactShape(self.value).schema(terms)
        return {"anyOf": [self.value.schema(terms), {"type": "object", **by_parameter}, by_fact]}


LevelForm = Name | Located[float]
SHARE: Final = Amount(0, 1)


@dataclass(frozen=True, slots=True)
class LevelShape(Shape[LevelForm]):
    """A severity, or the share of the churn risk that a play removes: a level of `rulebook.yaml`, or a number."""

    def read(self, node: Node, log: FaultLog) -> LevelForm | None:
        """Read a level's name or a number from 0 to 1."""
        hint = number_hint(node)
        if isinstance(node, ScalarNode) and isinstance(node.value, str) and not hint:
            return Located(node.value, node.place)
        if hint or isinstance(node, (ListNode, MapNode)) or isinstance(getattr(node, "value", 0), bool):
            wrong_type(node, "a level or a number from 0 to 1", log, hint=hint)
            return None
        return SHARE.read(node, log)

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe both spellings."""
        return {"anyOf": [Reference("level").schema(terms), SHARE.schema(terms)]}


WordsForm = tuple[tuple[Name, TextForm[Name] | None], ...]


@dataclass(frozen=True, slots=True)
class WordsShape(Shape[WordsForm]):
    """A closed list of words, with labels where they are given."""

    def read(self, node: Node, log: FaultLog) -> WordsForm | None:
        """Read a list of words, or a mapping from word to label."""
        if isinstance(node, MapNode):
            labelled = MapOf(NewId(), TextShape(), at_least=1).read(node, log)
            return None if labelled is None or not labelled.complete else labelled.value
        listed = ListOf(NewId(), at_least=1).read(node, log)
        return None if listed is None or not listed.complete else tuple((word, None) for word in listed.value)

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe both spellings."""
        labelled = MapOf(NewId(), TextShape(), at_least=1).schema(terms)
        return {"anyOf": [ListOf(NewId(), at_least=1).schema(terms), labelled]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorForm(Form):
    """What practice says of a play."""

    accepted: Located[float] | None = need(Amount(0, 1_000_000), "how many customers took it up")
    of: Located[float] | None = need(Amount(0.5, 1_000_000), "out of how many it was proposed to")


PRIOR: Final = FormOf(PriorForm)
