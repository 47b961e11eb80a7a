from __future__ import annotations

import pytest

from nextplay.facts import Vocabulary
from nextplay.facts.label_table import LabelTable
from nextplay.facts.labels import TABLES, fact_denial, fact_label, word_label

VOCABULARY = Vocabulary.of()
SPECS = {**VOCABULARY.specs, **VOCABULARY.item_specs}


@pytest.mark.parametrize(
    ("name", "english", "portuguese"),
    [
        ("usage.license_utilization", "license utilization", "uso das licenças"),
        ("support.tickets_90d", "tickets in 90 days", "chamados em 90 dias"),
        ("surveys.ces.onboarding.newest", "newest CES answer in onboarding", "resposta CES mais nova no onboarding"),
        ("surveys.nps.newest", "newest NPS answer", "resposta NPS mais nova"),
        (
            "surveys.csat.economic_buyer.worst_drivers",
            "reasons in the worst CSAT answer from the economic buyer",
            "motivos da pior resposta CSAT do decisor de compra",
        ),
        ("events.champion_left.days_since", "days since the last departure of a champion",
         "dias desde a última saída de um champion"),
        ("touchpoints.support.response_ratio", "time to answer in support as a multiple of the promise",
         "tempo de resposta no suporte como múltiplo do prometido"),
        ("objectives.any_active_at_billing", "an active objective depends on billing",
         "uma meta ativa depende de faturamento"),
        ("counts.low_csat_60d.newest_days", "days since the newest of: low csat 60d",
         "dias desde o mais novo de: low csat 60d"),
    ],
)  # fmt: skip
def test_a_fact_is_called_as_people_say_it(name: str, english: str, portuguese: str) -> None:
    """A rep reads words in both languages, not identifiers."""
    assert (fact_label(name), fact_label(name, "pt-BR")) == (english, portuguese)


def test_what_a_rulebook_declares_itself_has_the_words_of_its_name() -> None:
    """No table knows the attributes of a company; a language without a table speaks English."""
    assert fact_label("attributes.support_plan", "pt-BR") == "support plan"
    assert fact_label("usage.license_utilization", "fr") == "license utilization"


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_every_fact_has_a_label_of_its_own(locale: str) -> None:
    """No label is just an identifier taken apart, and no two facts share one."""
    labels = {name: fact_label(name, locale) for name in SPECS}
    assert not [label for label in labels.values() if "{" in label or "_" in label or "." in label]
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_flags_and_only_flags_say_what_is_not_so(locale: str) -> None:
    """The two phrases of a flag differ, so that a sentence never needs the word not in front of another."""
    flags = {name for name, spec in SPECS.items() if spec.type == "flag"}
    assert {name for name in SPECS if fact_denial(name, locale) is not None} == flags
    assert all(fact_denial(name, locale) != fact_label(name, locale) for name in flags)


def test_every_word_of_an_enumeration_is_portuguese_there() -> None:
    """A sentence in Portuguese has no English word of ours in it."""
    words = {word for spec in SPECS.values() for word in spec.words}
    assert words <= TABLES["pt"].words.keys()
    assert word_label("economic_buyer") == "economic buyer"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_tables_name_only_what_there_is(table: LabelTable) -> None:
    """A fact that was renamed does not leave its old label behind, and all tables have the same keys."""
    assert table.labels.keys() <= SPECS.keys()
    assert table.items.keys() == VOCABULARY.item_specs.keys()
    assert table.labels.keys() == TABLES["en"].labels.keys()
    assert table.places.keys() == TABLES["en"].places.keys()
