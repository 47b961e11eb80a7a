"""Conditions as plain sentences: fact labels, values with units, thresholds that differ, links to what is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from markupsafe import Markup

from nextplay.authoring.pages.words import words_of
from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Operator, Parameter, SignalLeaf
from nextplay.rules.rulebook import Rulebook, Text
from nextplay.rules.wording import COUNTED, PLACEHOLDER, wording, written_value
from nextplay.sentences import fact_denial, fact_label, word_label

_OPPOSITES: Final[Mapping[Operator, Operator]] = {
    "eq": "ne",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
    "lt": "gte",
    "lte": "gt",
    "gt": "lte",
    "gte": "lt",
    "is_known": "is_unknown",
    "is_unknown": "is_known",
}
_ONE_STEP: Final[Mapping[tuple[str, float], str]] = {
    ("gte", 1): "counted_any",
    ("gt", 0): "counted_any",
    ("lt", 1): "counted_none",
    ("lte", 0): "counted_none",
    ("eq", 0): "counted_none",
    ("ne", 0): "counted_any",
    ("eq", 1): "counted_one",
}
"""Comparisons of a count with which people say that there is something, nothing or one."""
_ROUND_ONE: Final[Mapping[str, Operator]] = {"gt": "gte", "lte": "lt"}
"""`more than 1` and `at most 1` are said with 2, which takes a plural."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One node of a condition as a page shows it: a phrase, or a heading over further nodes."""

    form: Literal["leaf", "all", "any", "not"]
    phrase: str = ""
    children: tuple[Branch, ...] = ()


class Phrases:
    """Words the rules of one rulebook in one locale; every name becomes a link to its page."""

    def __init__(self, rulebook: Rulebook, specs: Mapping[str, FactSpec], locale: str) -> None:
        """Index the titles."""
        self.locale = locale
        self.words = words_of(locale)
        self.specs = specs
        self._parameters = rulebook.parameters
        self._vocabularies = rulebook.vocabularies
        self._signals = {rule.id: rule for rule in rulebook.signals}
        self._titles: dict[tuple[str, str], Text] = {}
        rules: Iterable[tuple[str, Iterable[Any]]] = (
            ("signal", rulebook.signals),
            ("gap", rulebook.gaps),
            ("play", rulebook.plays),
        )
        for kind, members in rules:
            self._titles |= {(kind, member.id): member.title for member in members}

    def text(self, text: Text) -> Markup:
        """Return a text of the rulebook with its placeholders as chips; where it is not translated, it says so."""
        shown = Markup().join(
            self.chip(part) if index % 2 else Markup.escape(part)
            for index, part in enumerate(PLACEHOLDER.split(wording(text, locale=self.locale)))
        )
        return shown if self.locale in text or not text else self._foreign(shown, next(iter(text)))

    def plain(self, text: Text) -> str:
        """Return a text as bare words, for titles and the search."""
        parts = PLACEHOLDER.split(wording(text, locale=self.locale))
        return "".join(f"[{fact_label(part, self.locale)}]" if index % 2 else part for index, part in enumerate(parts))

    def _foreign(self, shown: Markup, locale: str) -> Markup:
        said = self.words["only_in"].format(locale=locale)
        return Markup('<span lang="{}">{}</span> <small class="foreign">{}</small>').format(locale, shown, said)

    def chip(self, fact: str) -> Markup:
        """Return a placeholder as a chip that names the fact whose value will stand there."""
        label = fact_label(fact, self.locale)
        if fact not in self.specs:
            return Markup('<span class="chip" title="{}">{}</span>').format(fact, label)
        return Markup('<a class="chip" href="facts.html#{}" title="{}">{}</a>').format(fact, fact, label)

    def link(self, kind: str, name: str) -> Markup:
        """Link a signal, gap or play by its title."""
        if (kind, name) not in self._titles:
            return Markup("<code>{}</code>").format(name)
        title = self.plain(self._titles[kind, name])
        return Markup('<a class="to-{}" href="{}-{}.html">{}</a>').format(kind, kind, name, title)

    def word(self, vocabulary: str, word: str) -> str:
        """Return the label of a word of the rulebook's own lists."""
        label = self._vocabularies.get(vocabulary, {}).get(word)
        return self.plain(label) if label else word_label(word, self.locale)

    def tree(self, condition: Condition) -> Branch:
        """Word a condition; a heading over one single node falls away."""
        match condition:
            case FactLeaf():
                return Branch("leaf", self.leaf(condition))
            case SignalLeaf(signal):
                return self._signal(signal)
            case Not(child):
                return self._denied(child)
            case All(children) | AnyOf(children):
                if len(children) == 1:
                    return self.tree(children[0])
                form: Literal["all", "any"] = "all" if isinstance(condition, All) else "any"
                return Branch(form, children=tuple(self.tree(child) for child in children))

    def _signal(self, signal: str) -> Branch:
        """Link a signal, with what it says in one line below."""
        rule = self._signals.get(signal)
        shown = self.link("signal", signal)
        if rule is None:
            return Branch("leaf", shown)
        return Branch("leaf", shown + Markup('<small class="said">{}</small>').format(self.sentence(rule.when)))

    def sentence(self, condition: Condition, *, inner: bool = False) -> Markup:
        """Say a condition in one line, without what counts while a fact is unknown; `inner` puts brackets round it."""
        match condition:
            case FactLeaf():
                return self._comparison(condition)
            case SignalLeaf(signal):
                return self.link("signal", signal)
            case Not(child):
                denied = self._denied(child)
                if denied.form == "leaf":
                    return Markup("{}").format(denied.phrase)
                return Markup('<span class="no">{}</span>{}').format(
                    self.words["not_so"], self.sentence(child, inner=True)
                )
            case All(children) | AnyOf(children):
                joint = self._template("and" if isinstance(condition, All) else "or")
                told = joint.join(self.sentence(child, inner=len(children) > 1) for child in children)
                return Markup("({})").format(told) if inner and len(children) > 1 else told

    def _denied(self, child: Condition) -> Branch:
        if isinstance(child, Not):
            return self.tree(child.child)
        if isinstance(child, FactLeaf) and child.operator in _OPPOSITES and child.when_unknown is None:
            opposite = FactLeaf(child.fact, _OPPOSITES[child.operator], child.operand)
            return Branch("leaf", self.leaf(opposite))
        inner = self.tree(child)
        if inner.form == "leaf":
            return Branch("leaf", Markup('<span class="no">{}</span>{}').format(self.words["not_so"], inner.phrase))
        return Branch("not", children=(inner,))

    def leaf(self, leaf: FactLeaf) -> Markup:
        """Say one comparison: `at least 3 tickets in 90 days`."""
        known = leaf.when_unknown
        tail = "" if known is None else self.words["unknown_true" if known else "unknown_false"]
        return self._comparison(leaf) + tail

    def _comparison(self, leaf: FactLeaf) -> Markup:
        spec = self.specs.get(leaf.fact) or FactSpec(leaf.fact, "text", "")
        operator, operand = leaf.operator, leaf.operand
        if isinstance(operand, bool) and operator in ("eq", "ne"):
            return self._flag(spec, said=operand == (operator == "eq"))
        prefix, label = "value_", self.fact(leaf.fact)
        if operator in ("contains", "contains_any", "is_known", "is_unknown"):
            prefix = ""
        elif spec.unit in COUNTED:
            prefix = "counted_"
            if spec.whole and isinstance(operand, int | float):
                if (operator, operand) in _ONE_STEP:
                    return self._template(_ONE_STEP[operator, operand]).format(label=label)
                if operand == 1 and operator in _ROUND_ONE:
                    operator, operand = _ROUND_ONE[operator], 2
        template = self._template(f"{prefix}{operator}")
        if operator == "between":
            low, high = cast("tuple[float, float]", operand)
            return template.format(label=label, low=self._value(low, spec), high=self._value(high, spec))
        return template.format(label=label, n=self._operand(operand, spec))

    def _template(self, key: str) -> Markup:
        return Markup(self.words[key])  # noqa: S704  our own words; what is filled in is escaped

    def _flag(self, spec: FactSpec, *, said: bool) -> Markup:
        denial = fact_denial(spec.name, self.locale)
        if said:
            return self.fact(spec.name)
        if denial is None:
            return self.fact(spec.name) + f": {self.written(value=False, spec=spec)}"
        return self._fact_link(spec.name, denial)

    def fact(self, name: str) -> Markup:
        """Link a fact by its label."""
        return self._fact_link(name, fact_label(name, self.locale))

    def _fact_link(self, name: str, shown: str) -> Markup:
        if name not in self.specs:
            return Markup("<span>{}</span>").format(shown)
        return Markup('<a class="fact" href="facts.html#{}">{}</a>').format(name, shown)

    def _operand(self, operand: object, spec: FactSpec) -> Markup:
        if isinstance(operand, Parameter):
            return self.parameter(operand, spec)
        if isinstance(operand, tuple):
            return self._template("or").join(self._value(item, spec) for item in operand)
        return self._value(operand, spec)

    def _value(self, value: object, spec: FactSpec) -> Markup:
        return Markup("<b>{}</b>").format(self.written(value, spec))

    def written(self, value: object, spec: FactSpec) -> str:
        """Write one value as the locale does; the words of an enumeration are told as words."""
        shown = cast("FactValue", value)
        if isinstance(value, str) and spec.type == "words":
            return word_label(value, self.locale)
        return written_value(shown, spec, locale=self.locale)

    def parameter(self, parameter: Parameter, spec: FactSpec) -> Markup:
        """Say a threshold that differs by an enumerated fact, in short; the link tells all of it."""
        values = self.cases(parameter, lambda value: self.written(value, spec))
        if parameter.name not in self._parameters:
            return Markup('<span class="param">{}</span>').format(values)
        return Markup('<a class="param" href="parameters.html#{}">{}</a>').format(parameter.name, values)

    def cases(self, parameter: Parameter, written: Callable[[FactValue], str], mark: str = "") -> str:
        """List the cases of a parameter; those that are as otherwise are not told apart."""
        told = [
            f"{word_label(word, self.locale)}{mark} {written(value)}"
            for word, value in parameter.cases.items()
            if value != parameter.otherwise
        ]
        last = written(parameter.otherwise)
        return " · ".join([*told, self.words["otherwise"].format(value=last, mark=mark)]) if told else last
