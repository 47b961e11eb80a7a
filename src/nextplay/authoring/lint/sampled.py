"""Plays that never came through for any account of a book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.stated import reached_by
from nextplay.authoring.lint.trials import passes
from nextplay.snapshot import CustomerSnapshot


def sampled_findings(bench: Bench, book: Iterable[CustomerSnapshot]) -> Iterator[Finding]:
    """Assess every account and report the plays that were offered to none; a book without accounts shows nothing."""
    accounts = 0
    came: set[str] = set()
    for snapshot in book:
        accounts += 1
        facts = bench.release.plan.read(snapshot).with_churn(None, None)
        found = bench.release.evaluator.assess(facts, with_shadow=True)
        candidates = (*found.candidates, *found.shadow.candidates)
        came |= {candidate.play.id for candidate in candidates if passes(candidate)}
    for play in bench.book.plays if accounts else ():
        if play.id in came:
            continue
        target = play.answers[0]
        yield bench.finding(
            bench.places.key("plays", play.id, "id") or play.place,
            "never-in-sample",
            f"play `{play.id}` came through for none of the {accounts} accounts of the book",
            hint="compare what its gap and its gates ask with what your accounts are like",
            shown_by=reached_by(play, target, bench.gaps[target.gap]),
        )
