"""Texts with the values of facts in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextplay.decision import FactValue
from nextplay.facts import Vocabulary
from nextplay.facts.spec import FactSpec
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.wording import (
    facts_in_texts,
    mended_statement,
    placeholders,
    render,
    statement,
    wording,
    written_value,
)


@dataclass(frozen=True)
class Values:
    """Facts by name."""

    known: Mapping[str, FactValue]

    def value(self, name: str) -> FactValue:
        """Look it up."""
        return self.known[name]


def _number(unit: str) -> FactSpec:
    return FactSpec("fact", "number", "meaning", unit=unit)


@pytest.mark.parametrize(
    ("value", "unit", "english", "portuguese"),
    [
        (0.42, "share", "42 %", "42 %"),
        (1.0, "share", "100 %", "100 %"),
        (0.0, "share", "0 %", "0 %"),
        (0.0375, "share", "3.8 %", "3,8 %"),
        (-0.3, "share", "-30 %", "-30 %"),
        (2.456, "ratio", "2.46", "2,46"),
        (2.5, "ratio", "2.5", "2,5"),
        (3, "ratio", "3", "3"),
        (1234567.4, "money", "1,234,567", "1.234.567"),
        (46, "days", "46", "46"),
        (12.34, "hours", "12.3", "12,3"),
        (0.5, "ease", "0.5", "0,5"),
        (-0.001, "ratio", "0", "0"),
        (1e15, "volume", "1,000,000,000,000,000", "1.000.000.000.000.000"),
        (0.1 + 0.2, "ratio", "0.3", "0,3"),
        (999.4, "money", "999", "999"),
        (999.5, "money", "1,000", "1.000"),
        (-999.5, "money", "-1,000", "-1.000"),
        (9.994, "level", "999 %", "999 %"),
        (9.996, "level", "1,000 %", "1.000 %"),
    ],
)
def test_numbers_are_written_by_unit_and_locale(value: float, unit: str, english: str, portuguese: str) -> None:
    """Shares are per cent; decimals follow the unit, marks the locale; zeros at the end are dropped."""
    assert written_value(value, _number(unit), locale="en") == english
    assert written_value(value, _number(unit), locale="pt-BR") == portuguese


@pytest.mark.parametrize(
    ("value", "spec", "english", "portuguese"),
    [
        (None, _number("days"), "unknown", "desconhecido"),
        (True, FactSpec("fact", "flag", ""), "yes", "sim"),
        (False, FactSpec("fact", "flag", ""), "no", "não"),
        ("mid_market", FactSpec("fact", "word", ""), "mid-market", "médio porte"),
        ("gold_plan", FactSpec("fact", "text", ""), "gold_plan", "gold_plan"),
        (("response_time", "price"), FactSpec("fact", "words", ""), "response time, price", "tempo de resposta, preço"),
        ("2026-03-02", FactSpec("fact", "day", ""), "2026-03-02", "02/03/2026"),
    ],
)
def test_other_values_are_written_as_people_read_them(
    value: FactValue, spec: FactSpec, english: str, portuguese: str
) -> None:
    """Unknown, flags and words come in the language; days are written as it reads them; texts stay as they are."""
    assert written_value(value, spec, locale="en") == english
    assert written_value(value, spec, locale="pt-BR") == portuguese


def test_a_text_is_rendered_in_its_locale_or_in_the_first_one() -> None:
    """The asked locale is used where the text has it; else the first required one, with that one's number marks."""
    specs, facts = {"a.b": _number("ratio")}, Values({"a.b": 1.5})
    both = {"en": "{a.b} times", "pt-BR": "{a.b} vezes"}
    assert render(both, facts, specs, locale="pt-BR") == "1,5 vezes"
    assert render({"en": "{a.b} times"}, facts, specs, locale="pt-BR") == "1.5 times"
    assert wording(both, locale="de") == "{a.b} times"


def test_values_are_not_read_as_placeholders() -> None:
    """A customer's own text in braces stays what it is: nothing is filled in twice."""
    specs = {"profile.name": FactSpec("profile.name", "text", ""), "a.b": _number("count")}
    facts = Values({"profile.name": "{a.b}", "a.b": 3})
    assert render({"en": "{profile.name}: {a.b}"}, facts, specs, locale="en") == "{a.b}: 3"


def test_placeholders_are_named_once_in_their_order() -> None:
    """Only bare fact names in braces are placeholders."""
    assert placeholders("{b.c} and {a} and {b.c} and { d } and {E}") == ("b.c", "a")


def test_facts_of_all_texts_are_found(small_rulebook: Rulebook) -> None:
    """Every fact that any title, sentence, rationale or checklist shows is named, so that it can be planned."""
    found = facts_in_texts(small_rulebook)
    assert {"support.open_p1", "touchpoints.support.response_ratio", "usage.setup_errors_14d"} <= found
    assert "support.tickets_90d" not in found


@pytest.mark.parametrize(
    ("days", "english", "portuguese"),
    [
        (0, "it came today", "veio hoje"),
        (1, "it came 1 day ago", "veio há 1 dia"),
        (20, "it came 20 days ago", "veio há 20 dias"),
        (21, "it came 21 days ago", "veio há 21 dias"),
    ],
)
def test_today_and_one_day_are_said_as_people_say_them(days: int, english: str, portuguese: str) -> None:
    """Authors write days; none ago is today, one is a day, and 20 and 21 are not taken for these."""
    text = {"en": "it came {fact} days ago", "pt-BR": "veio há {fact} dias"}
    facts, specs = Values({"fact": days}), {"fact": _number("days")}
    assert render(text, facts, specs, locale="en") == english
    assert render(text, facts, specs, locale="pt-BR") == portuguese


@pytest.mark.parametrize(
    ("name", "value", "english", "portuguese"),
    [
        ("support.tickets_90d", 7, "7 tickets in 90 days", "7 chamados em 90 dias"),
        ("support.tickets_90d", 1, "tickets in 90 days: 1", "chamados em 90 dias: 1"),
        ("support.tickets_90d", None, "tickets in 90 days: unknown", "chamados em 90 dias: desconhecido"),
        ("usage.license_utilization", 0.15, "license utilization 15 %", "uso das licenças 15 %"),
        ("relationship.champion", "left", "champion left", "champion saiu"),
        ("objectives.any_active", False, "no objective is active", "não há meta ativa"),
        ("objectives.any_active", True, "an objective is active", "há uma meta ativa"),
    ],
)
def test_a_fact_and_its_value_are_one_phrase(name: str, value: FactValue, english: str, portuguese: str) -> None:
    """What is counted follows its number, other values follow their label, and a flag says what is so."""
    spec = Vocabulary.of().specs[name]
    assert statement(spec, locale="en")(value) == english
    assert statement(spec, locale="pt-BR")(value) == portuguese


def test_a_sentence_may_begin_today() -> None:
    """Where the days open the sentence, it begins with a capital."""
    text = {"en": "{fact} days ago they asked.", "pt-BR": "Há {fact} dias o cliente perguntou."}
    facts, specs = Values({"fact": 0}), {"fact": _number("days")}
    assert render(text, facts, specs, locale="en") == "Today they asked."
    assert render(text, facts, specs, locale="pt-BR") == "Hoje o cliente perguntou."


def _mended_by_definition(text: str) -> str:
    """Say what one day and none are in the whole of a text, whatever it was made of."""

    def today(found: re.Match[str]) -> str:
        said = {"0": "today", "h": "hoje", "H": "Hoje"}[found[0][0]]
        return said if found.start() else said.capitalize()

    none = re.sub(r"(?<![\d.,])0 days ago\b|\bhá 0 dias\b", today, text, flags=re.IGNORECASE)
    return re.sub(r"(?<![\d.,])1 (day|dia)s\b", r"1 \1", none)


_PIECES = st.sampled_from(
    ["0", "1", "20", "31", "1.0", ",", " ", " days", " days ago", "days", " dias", "há ", "Há ", "1 days", "0 days ago",
     "{n}", "{n}", "{w}", "{f}"]
)  # fmt: skip


@given(
    said=st.lists(_PIECES, max_size=8).map("".join).filter(bool),
    number=st.sampled_from([0, 1, -1, 0.4, 20, 31, 1000, 12_001, None]),
    word=st.sampled_from(["gold", "há 0", "1 days", "0", "x1", None]),
    flag=st.sampled_from([True, False, None]),
)
def test_days_are_said_alike_wherever_they_come_from(
    *, said: str, number: float | None, word: str | None, flag: bool | None
) -> None:
    """Whether a day is of the text, of a value or of both: what the whole text means is what is said."""
    specs = {"n": _number("days"), "w": FactSpec("w", "text", ""), "f": FactSpec("f", "flag", "")}
    known: dict[str, FactValue] = {"n": number, "w": word, "f": flag}
    for locale in ("en", "pt-BR"):
        values = {name: written_value(known[name], spec, locale=locale) for name, spec in specs.items()}
        plain = said
        for name, value in values.items():
            plain = plain.replace(f"{{{name}}}", value)
        expected = _mended_by_definition(plain) if "{" in said else said
        assert render({locale: said}, Values(known), specs, locale=locale) == expected


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_statements_say_one_day_and_none_as_texts_do(locale: str) -> None:
    """Every fact of the vocabulary, small or large, unknown or spelled, is told as a text with that statement would."""
    for spec in Vocabulary.of().specs.values():
        values: list[FactValue] = [None, 0, 1, 0.02, 0.3, 1.0, 11, 20, 4321.5]
        if spec.type == "flag":
            values = [None, True, False]
        if spec.type not in ("number", "flag"):
            values = [None, "1 days", "0 days ago", "2026-03-02"]
        for value in values:
            plain = statement(spec, locale=locale)(value)
            assert mended_statement(spec, locale=locale)(value) == _mended_by_definition(plain), spec.name
