"""Changes of a rulebook are told in words that its author would use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from tests.authoring.whole_books import SMALL, edited
from tests.cli.console import ROOT

from nextplay.authoring.difference import rule_changes
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.source import read_rulebook_folder

SIGNALS, GAPS, PLAYS, BOOK = "signals/signals.yaml", "gaps/gaps.yaml", "plays/plays.yaml", "rulebook.yaml"
SHIPPED: Final = read_rulebook_folder(ROOT / "rules")
EARLY: Final = "{all: [{fact: contract.days_since_start, lte: 120}, {fact: usage.license_utilization, lt: 0.25}]}"
WORDS: Final = [
    (
        SIGNALS,
        "setup_errors_14d, gte: 3",
        "setup_errors_14d, gte: 5",
        ["signal setup_fails: usage.setup_errors_14d gte 3 → 5"],
    ),
    (
        SIGNALS,
        "setup_errors_14d, gte: 3",
        "setup_errors_14d, gt: 3",
        ["signal setup_fails: usage.setup_errors_14d gte 3 → gt 3"],
    ),
    (
        SIGNALS,
        "{fact: usage.setup_errors_14d, gte: 3}",
        "{all: [{fact: usage.setup_errors_14d, gte: 3}, {fact: usage.setup_attempts_14d, gte: 4}]}",
        ["signal setup_fails: also asks usage.setup_attempts_14d gte 4"],
    ),
    (
        SIGNALS,
        EARLY,
        "{fact: usage.license_utilization, lt: 0.25}",
        ["signal early_use_low: no longer asks contract.days_since_start lte 120"],
    ),
    (
        SIGNALS,
        EARLY,
        EARLY.replace("all", "any"),
        ["signal early_use_low: the same comparisons are combined in another way"],
    ),
    (
        SIGNALS,
        EARLY,
        "{all: [{fact: usage.license_utilization, lt: 0.25}, {fact: contract.days_since_start, lte: 120}]}",
        [],
    ),
    (
        SIGNALS,
        "{fact: usage.setup_errors_14d, gte: 3}",
        "{not: {fact: usage.setup_errors_14d, gte: 3}}",
        ["signal setup_fails: usage.setup_errors_14d gte 3 → not usage.setup_errors_14d gte 3"],
    ),
    (PLAYS, "owner: support_lead", "owner: csm", ["play guided_setup_session: owner support_lead → csm"]),
    (
        PLAYS,
        "owner: support_lead",
        "owner: {by: profile.segment, smb: csm, otherwise: support_lead}",
        ["play guided_setup_session: owner support_lead → by profile.segment: smb csm, otherwise support_lead"],
    ),
    (PLAYS, "effort_hours: 2", "effort_hours: 2.5", ["play guided_setup_session: effort_hours 2 → 2.5"]),
    (PLAYS, "due: {within_days: 3}", "due: {within_days: 1}", ["play guided_setup_session: due.within_days 3 → 1"]),
    (
        PLAYS,
        "effort_hours: 2\n",
        "effort_hours: 2\n  suitability: {not: {signal: support_late}}\n",
        ["play guided_setup_session: suitability added"],
    ),
    (PLAYS, "sit beside them.", "sit with them.", ["play guided_setup_session: texts changed: rationale"]),
    (
        GAPS,
        "severity: {base: 0.6}",
        "severity: {base: 0.6, each: {no_goal: 0.2}}",
        ["gap early_adoption_stalled: severity.each.no_goal none → 0.2"],
    ),
    (
        GAPS,
        "severity: {base: 0.6}",
        "severity: {base: 0.6}\n  status: shadow\n  from: 2026-04-01",
        [
            "gap early_adoption_stalled: status live → shadow",
            "gap early_adoption_stalled: from none → 2026-04-01",
        ],
    ),
    (GAPS, "valid_days: 30", "valid_days: 14", ["gap early_adoption_stalled: ask.valid_days 30 → 14"]),
    (
        GAPS,
        "cs: {when: nobody_tries",
        "cs: {when: no_goal",
        [
            "gap early_adoption_stalled: cs.when: no longer asks nobody_tries",
            "gap early_adoption_stalled: cs.when: also asks no_goal",
        ],
    ),
    (BOOK, "material: 0.4", "material: 0.5", ["diagnosis: material 0.4 → 0.5"]),
    (BOOK, "max_actions: 3", "max_actions: 2", ["arbitration: max_actions 3 → 2"]),
    (
        BOOK,
        "touches: 10, in_days: 14",
        "touches: 8, in_days: 14",
        ["arbitration: contact_policy 10 touches in 14 days → 8 touches in 14 days"],
    ),
    (BOOK, "phone: {en: Phone}", "phone: {en: Call}", ["channels: labels changed phone"]),
]
"""File, what stands there, what comes instead, and the words for it."""


@pytest.mark.parametrize(("file", "before", "after", "words"), WORDS, ids=[str(row[2])[:40] for row in WORDS])
def test_each_change_in_words(file: str, before: str, after: str, words: list[str]) -> None:
    """One edit gives these lines and no other."""
    old = compile_rulebook(SMALL).rulebook
    new = compile_rulebook(edited(SMALL, [(file, before, after)])).rulebook
    assert [str(change) for change in rule_changes(old, new)] == words


def test_a_parameter_is_told_once() -> None:
    """A case of a parameter that many rules read is one change, in the words of the file."""
    old = compile_rulebook(SHIPPED).rulebook
    new = compile_rulebook(edited(SHIPPED, [(BOOK, "smb: 120, otherwise: 75", "smb: 90, otherwise: 75")])).rulebook
    assert [str(change) for change in rule_changes(old, new)] == ["silent_days.smb 120 → 90"]


def test_rules_that_come_and_go() -> None:
    """A rule that is new and one that is gone are told as such."""
    when = "{fact: usage.setup_attempts_14d, eq: 0}"
    text = f"- id: nobody_here\n  title: {{en: Nobody}}\n  when: {when}\n  says: {{en: Nobody.}}\n"
    new = dict(SMALL) | {SIGNALS: SMALL[SIGNALS] + text.encode()}
    old_book, new_book = compile_rulebook(SMALL).rulebook, compile_rulebook(new).rulebook
    assert [str(change) for change in rule_changes(old_book, new_book)] == ["signal nobody_here: added"]
    assert [str(change) for change in rule_changes(new_book, old_book)] == ["signal nobody_here: removed"]


def test_a_rule_that_moves_to_another_file_does_not_change(tmp_path: Path) -> None:
    """Where a rule stands is no part of it."""
    for name, content in SMALL.items():
        path = tmp_path / name.replace("signals.yaml", "other.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\n\n" + content)
    moved = compile_rulebook(read_rulebook_folder(tmp_path)).rulebook
    assert rule_changes(compile_rulebook(SMALL).rulebook, moved) == ()
