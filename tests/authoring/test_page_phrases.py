"""Conditions in words: a sentence that somebody would say, in both languages."""

from __future__ import annotations

import re

import pytest
from tests.cli.console import RULEBOOK

from nextplay.authoring.pages.examples import turns
from nextplay.authoring.pages.phrases import Phrases
from nextplay.facts import Vocabulary
from nextplay.release import load_release
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter
from nextplay.rules.source import read_rulebook_folder

SPECS = Vocabulary.of().specs
BOOK = load_release(read_rulebook_folder(RULEBOOK), None).rulebook
TICKETS = "support.tickets_90d"
BY_SEGMENT = Parameter("silence", "profile.segment", {"enterprise": 45, "smb": 75}, 75)


def said(condition: Condition, locale: str) -> str:
    """Return a condition in one line, without its links."""
    return re.sub("<[^>]+>", "", Phrases(BOOK, SPECS, locale).sentence(condition))


@pytest.mark.parametrize(
    ("condition", "english", "portuguese"),
    [
        (FactLeaf(TICKETS, "gte", 3), "at least 3 tickets in 90 days", "pelo menos 3 chamados em 90 dias"),
        (FactLeaf(TICKETS, "gt", 3), "more than 3 tickets in 90 days", "mais de 3 chamados em 90 dias"),
        (FactLeaf(TICKETS, "gt", 1), "at least 2 tickets in 90 days", "pelo menos 2 chamados em 90 dias"),
        (FactLeaf(TICKETS, "gte", 1), "there are tickets in 90 days", "há chamados em 90 dias"),
        (FactLeaf(TICKETS, "eq", 0), "no tickets in 90 days", "chamados em 90 dias: zero"),
        (FactLeaf(TICKETS, "between", (2, 5)), "2 to 5 tickets in 90 days", "de 2 a 5 chamados em 90 dias"),
        (
            FactLeaf("usage.license_utilization", "lt", 0.25),
            "license utilization is below 25 %",
            "uso das licenças abaixo de 25 %",
        ),
        (
            Not(FactLeaf("usage.license_utilization", "lt", 0.25)),
            "license utilization is at least 25 %",
            "uso das licenças de pelo menos 25 %",
        ),
        (FactLeaf("objectives.any_active", "eq", operand=False), "no objective is active", "não há meta ativa"),
        (Not(FactLeaf("objectives.any_active", "eq", operand=False)), "an objective is active", "há uma meta ativa"),
        (
            FactLeaf("relationship.champion", "in", ("left", "never")),
            "champion is left or never",
            "champion: saiu ou nunca houve",
        ),
        (
            FactLeaf("relationship.days_since_two_way_contact", "gt", BY_SEGMENT),
            "more than enterprise 45 · otherwise 75 days since both sides last spoke",
            "mais de grande empresa 45 · senão 75 dias desde a última conversa entre os dois lados",
        ),
        (
            All((FactLeaf(TICKETS, "gte", 3), AnyOf((FactLeaf(TICKETS, "lt", 9), FactLeaf(TICKETS, "is_unknown"))))),
            "at least 3 tickets in 90 days and (fewer than 9 tickets in 90 days or not known: tickets in 90 days)",
            "pelo menos 3 chamados em 90 dias e (menos de 9 chamados em 90 dias ou não se sabe: chamados em 90 dias)",
        ),
    ],
)
def test_a_condition_is_a_sentence(condition: Condition, english: str, portuguese: str) -> None:
    """What is counted follows its number, denials are said plainly, and cases as otherwise are not told twice."""
    assert said(condition, "en") == english
    assert said(condition, "pt-BR") == portuguese


def test_a_threshold_turns_between_neighbours() -> None:
    """The two nearest values are a whole step apart, and a hundredth for shares."""
    (tickets,) = turns(FactLeaf(TICKETS, "gt", 3), SPECS)
    assert (tickets.holds, tickets.fails) == (4, 3)
    (share,) = turns(FactLeaf("usage.license_utilization", "lt", 0.25), SPECS)
    assert (share.holds, share.fails) == (0.24, 0.25)
    assert [(turn.when, turn.holds) for turn in turns(FactLeaf(TICKETS, "gte", BY_SEGMENT), SPECS)] == [
        ("enterprise", 45),
        ("otherwise", 75),
    ]


def test_what_a_rulebook_writes_never_becomes_markup() -> None:
    """A title with angle brackets is shown as it was typed."""
    shown = Phrases(BOOK, SPECS, "en").text({"en": "less < more & <b>{support.tickets_90d}</b>"})
    assert "less &lt; more &amp; &lt;b&gt;<a " in shown


def test_a_text_without_translation_says_so() -> None:
    """Where the asked language is missing, the text of the first one stands there, marked as such."""
    shown = Phrases(BOOK, SPECS, "pt-BR").text({"en": "Only English"})
    assert '<span lang="en">Only English</span>' in shown
    assert "só em en" in shown
