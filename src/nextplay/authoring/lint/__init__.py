"""Static analysis of a rulebook: what is allowed and probably not meant, each with a customer that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.codes import LINTS, Level, Lint, LintCode, lint_page
from nextplay.authoring.lint.conditions import condition_findings
from nextplay.authoring.lint.finding import Finding, Witness
from nextplay.authoring.lint.graph import graph_findings
from nextplay.authoring.lint.implications import implication_findings
from nextplay.authoring.lint.sampled import sampled_findings
from nextplay.authoring.lint.search import MOST_STEPS
from nextplay.authoring.lint.sides import side_findings
from nextplay.authoring.lint.texts import text_findings
from nextplay.authoring.lint.trials import trial_findings
from nextplay.release import Release
from nextplay.snapshot import CustomerSnapshot

__all__ = ["LINTS", "Finding", "Level", "Lint", "LintCode", "Witness", "lint_page", "lint_rulebook"]

_CHECKS = (condition_findings, implication_findings, graph_findings, text_findings, side_findings, trial_findings)


def lint_rulebook(
    release: Release,
    files: Mapping[str, bytes],
    *,
    with_witnesses: bool = True,
    most_steps: int = MOST_STEPS,
    book: Iterable[CustomerSnapshot] = (),
) -> tuple[Finding, ...]:
    """Return every finding, by place and code. `files` are those that the release was loaded from.

    Witnesses cost more than everything else and may be left out. `most_steps` bounds the search for each question;
    what it leaves open is a finding of its own. Plays that come through for no account of `book` are found too.
    """
    bench = Bench(release, files, with_witnesses=with_witnesses, most_steps=most_steps)
    found = [finding for check in _CHECKS for finding in check(bench)]
    found += sampled_findings(bench, book)
    return tuple(sorted(found, key=_by_place))


def _by_place(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return place.path, place.line, place.column, finding.code, finding.message
