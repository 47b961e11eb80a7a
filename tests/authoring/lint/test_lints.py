"""Every lint by one case that has it and one that has not, the whole report of the first recorded."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from tests.cli.console import ROOT, RULEBOOK
from tests.golden import matches_golden

from nextplay.authoring.cases import run_rule_tests
from nextplay.authoring.lint import LINTS, Finding, LintCode, lint_page, lint_rulebook
from nextplay.authoring.lint.search import MOST_STEPS
from nextplay.authoring.sample_book import sample_book
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import read_snapshot

CASES = Path(__file__).parent / "cases"
FEW_STEPS = 20
"""For `not-decided`: a real condition that is too large would take as long."""


@cache
def findings(code: LintCode, which: str) -> tuple[Finding, ...]:
    """Lint the small rulebook with the files of a case added to it; what the case did not add is left out."""
    added = read_rulebook_folder(CASES / code / which)
    files = read_rulebook_folder(RULEBOOK) | added
    release = load_release(files, None)
    try:
        most_steps = FEW_STEPS if code == "not-decided" else MOST_STEPS
        book = [read_snapshot(entry.snapshot).snapshot for entry in sample_book(seed=1, accounts=40)]
        found = lint_rulebook(release, files, most_steps=most_steps, book=book if code == "never-in-sample" else ())
    finally:
        release.close()
    return tuple(finding for finding in found if finding.code == code and finding.place.path in added)


@pytest.mark.parametrize("code", LINTS)
def test_what_to_avoid_is_found(code: LintCode) -> None:
    """What a lint is about is found, with place, caret, hint and witness as recorded."""
    report = "".join(
        f"{finding}\n{finding.witness.yaml if finding.witness else 'witness: possible'}\n\n"
        for finding in findings(code, "avoid")
    )
    assert report
    matches_golden(report, CASES / code / "expected.txt")


@pytest.mark.parametrize("code", LINTS)
def test_what_to_prefer_is_not_found(code: LintCode) -> None:
    """What the page recommends instead is left alone."""
    assert [str(finding) for finding in findings(code, "prefer")] == []


@pytest.mark.parametrize("code", LINTS)
def test_witnesses_are_rule_tests_that_pass(code: LintCode) -> None:
    """Each witness, pasted into the tests of its rulebook as it is printed, compiles and passes."""
    witnesses = [finding.witness for finding in findings(code, "avoid") if finding.witness is not None]
    if code != "not-decided":
        assert witnesses
    pasted = "\n".join(dict.fromkeys(witness.yaml for witness in witnesses)).encode()
    files = read_rulebook_folder(RULEBOOK) | read_rulebook_folder(CASES / code / "avoid")
    release = load_release(files | ({"tests/pasted_test.yaml": pasted} if pasted else {}), None)
    try:
        assert [str(result) for result in run_rule_tests(release, "tests/pasted_test") if not result.passed] == []
    finally:
        release.close()


def test_a_play_on_trial_answers_no_live_gap() -> None:
    """A live gap whose only play is in shadow is unanswered; one that is in shadow itself is not."""
    files = read_rulebook_folder(RULEBOOK) | read_rulebook_folder(CASES / "unanswered-gap" / "prefer")
    play = files["plays/extra.yaml"].replace(b"- id: repair_it", b"- id: repair_it\n  status: shadow")
    gap = b"- id: lonely\n  status: shadow"
    told = {}
    for name, gaps in (("live", files["gaps/extra.yaml"]), ("shadow", files["gaps/extra.yaml"])):
        lonely = gaps[gaps.index(b"- id: lonely") :]
        written = lonely.replace(b"- id: lonely", gap) if name == "shadow" else lonely
        answered = play.replace(play[play.index(b"[{gap: unclear") : play.index(b"{gap: lonely}")], b"[")
        tried = files | {"plays/extra.yaml": answered, "gaps/extra.yaml": written}
        release = load_release(tried, None)
        told[name] = [one.code for one in lint_rulebook(release, tried, with_witnesses=False)]
        release.close()
    assert ("unanswered-gap" in told["live"], "unanswered-gap" in told["shadow"]) == (True, False)


def test_the_shipped_rulebook_has_no_logical_slips() -> None:
    """Of the shipped rulebook only tests may be missing: whatever else the linter warns of has been mended."""
    files = read_rulebook_folder(ROOT / "rules")
    release = load_release(files, None)
    try:
        found = lint_rulebook(release, files, with_witnesses=False)
    finally:
        release.close()
    assert [str(one) for one in found if one.level == "warning" and not one.code.startswith("untested-")] == []


def test_declarations_and_cases_are_complete() -> None:
    """Every code is declared, in order, and has a case to avoid and one to prefer."""
    assert list(LINTS) == sorted(get_args(LintCode))
    assert sorted(path.name for path in CASES.iterdir()) == sorted(LINTS)


def test_the_page_is_the_declarations() -> None:
    """`docs/lint.md` is what the declarations say: each code with what to avoid, what to prefer and why."""
    page = lint_page()
    matches_golden(page, ROOT / "docs" / "lint.md")
    assert re.findall(r"^## `([a-z-]+)`$", page, flags=re.MULTILINE) == list(LINTS)
