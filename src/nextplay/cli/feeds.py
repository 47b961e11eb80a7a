"""`nextplay snapshots feeds`: what a mapping can feed, and which rules that decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Final

import typer

from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.feeds.report import FeedingReport, RuleFeed, feeding_report
from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.places import RulesOption, rules_that_decide
from nextplay.rules.compile import compile_rulebook

_SHOWN: Final = 10
_FIELDS: Final = 5
_GAP_WORDS: Final = {
    "found": "can be found and told",
    "asks": "can be found, and are always asked about: nothing tells CX from CS",
    "never": "can only be ruled out",
    "undecided": "stay undecided for every account",
}
_PLAY_WORDS: Final = {
    "found": "can be recommended",
    "never": "never come",
    "undecided": "stay undecided for every account",
}


def feeds(
    *,
    mapping: Annotated[Path, typer.Option(metavar="MAP", help="Mapping file of `snapshots from-csv`.")],
    rules: RulesOption = Path("rules"),
    output: FormatOption = Format.TEXT,
) -> None:
    """Tell which facts a mapping can feed, which rules stay undecided for want of which fields, and what to map next.

    No data are needed: the facts are tried on invented snapshots that hold only what the mapping fills.
    """
    report = feeding_report(read_mapping(mapping), compile_rulebook(rules_that_decide(rules)).rulebook)
    if output is Format.JSON:
        say_json(asdict(report))
        return
    for line in _lines(report):
        say(line)


def _lines(report: FeedingReport) -> Iterator[str]:
    yield f"{plural(len(report.fed), 'fact')} of {len(report.fed) + len(report.wants)} can be fed"
    yield ""
    yield "map these next, the most useful first:"
    for one in report.next_fields[:_SHOWN]:
        yield f"  {' + '.join(one.fields)}: {plural(len(one.gaps), 'gap')}, {plural(len(one.plays), 'play')}"
    yield from _rules(f"of {len(report.gaps)} gaps", _GAP_WORDS, report.gaps)
    yield from _rules(
        f"of {len(report.plays)} plays", _PLAY_WORDS, tuple(replace(play, wants=()) for play in report.plays)
    )
    yield ""
    yield "aggregates of support, usage and relationship may come from rows instead: docs/raw_rows.md"


def _rules(lead: str, words: dict[str, str], rules: tuple[RuleFeed, ...]) -> Iterator[str]:
    """List rules by how they fare; those that fare badly with the fields that they want."""
    yield ""
    yield lead
    for standing, text in words.items():
        own = [rule for rule in rules if rule.standing == standing]
        yield f"  {len(own)} {text}{':' if own else ''}"
        for rule in own:
            yield f"    {rule.id}{_wants(rule)}"


def _wants(rule: RuleFeed) -> str:
    """Name some of the fields that a rule wants; JSON has all."""
    if not rule.wants:
        return ""
    more = len(rule.wants) - _FIELDS
    return f": wants {', '.join(rule.wants[:_FIELDS])}" + (f" and {more} more" if more > 0 else "")
