"""The feeding report makes no false claims: what it says is tried against the engine itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nextplay.authoring.csv_fields import segments, snapshot_fields
from nextplay.authoring.csv_keyed_mapping import DATE_OF
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.feeds.report import RANK, FeedingReport, feeding_report
from nextplay.authoring.feeds.samples import Feeds
from nextplay.facts import Vocabulary
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.source import read_rulebook_folder, without_tests

ROOT = Path(__file__).parents[2]


@cache
def rulebook() -> Rulebook:
    """Return the shipped rulebook."""
    return compile_rulebook(without_tests(read_rulebook_folder(ROOT / "rules"))).rulebook


def mapping_of(*groups: str) -> CsvMapping:
    """Return a mapping that fills every field of these groups and lists."""
    fields: dict[str, Any] = {"profile.name": "name"}
    files: dict[str, Any] = {}
    for path, field in snapshot_fields().items():
        head = str(segments(path.replace("[]", "[0]"))[0])
        if head not in groups or path in {"account_id", "as_of"} or "*" in path:
            continue
        if "[]." in path:
            file = files.setdefault(head, {"account_id": "a", "rows": head, "fields": {}})
            file["fields"][path.partition("].")[2]] = path
            if head not in DATE_OF:
                file["as_exported"] = True
        else:
            fields[path] = {"column": path} | ({"currency": "EUR"} if field.kind == "money" else {})
    return CsvMapping.model_validate({"account_id": "id", "fields": fields, "files": files})


EVERYTHING = tuple({path.partition(".")[0].removesuffix("[]") for path in snapshot_fields()})


@cache
def report_of(*groups: str) -> FeedingReport:
    """Return the report of a mapping of these groups."""
    return feeding_report(mapping_of(*groups), rulebook())


def test_who_maps_everything_can_feed_everything() -> None:
    """With every field mapped all facts are fed, and every gap can be found and every play can come."""
    report = report_of(*sorted(EVERYTHING))
    assert sorted(report.wants) == []
    assert [gap.id for gap in report.gaps if gap.standing != "found"] == []
    assert [play.id for play in report.plays if play.standing != "found"] == []
    assert report.next_fields == ()


@pytest.mark.parametrize(
    "groups",
    [("profile",), ("contract", "usage"), ("surveys", "support"), ("objectives", "events", "relationship", "billing")],
    ids=" ".join,
)
def test_what_cannot_be_found_is_never_found(groups: tuple[str, ...]) -> None:
    """No snapshot of the fed fields knows a fact that is not fed, decides what stays undecided, or finds the rest."""
    report = report_of(*groups)
    book = rulebook()
    vocabulary = Vocabulary.of(stale_after_days=book.stale_after_days, attributes=book.attributes, counts=book.counts)
    evaluator = Evaluator(book, vocabulary, inference="python")
    plan = vocabulary.plan({*evaluator.fact_names, *report.wants})
    undecided = {gap.id for gap in report.gaps if gap.standing == "undecided"}
    found = {gap.id for gap in report.gaps if RANK[gap.standing] >= RANK["asks"]}
    tried = 0
    for snapshot in Feeds.of(mapping_of(*groups)).snapshots(700):
        facts = plan.read(snapshot)
        assert [name for name in report.wants if name in facts.positions and facts.value(name) is not None] == []
        assessment = evaluator.assess(facts)
        assert {gap.rule.id for gap in assessment.gaps} <= found
        assert undecided <= set(assessment.undecided)
        tried += 1
    assert tried > 300


def test_the_fields_to_map_next_do_what_is_promised() -> None:
    """Mapping the fields at the top of the list lets those gaps fare better that it names."""
    before = report_of("surveys", "support")
    best = before.next_fields[0]
    groups = tuple(sorted({"surveys", "support", *(path.partition(".")[0] for path in best.fields)}))
    after = {gap.id: gap.standing for gap in report_of(*groups).gaps}
    first = {gap.id: gap.standing for gap in before.gaps}
    assert best.gaps
    assert all(RANK[after[name]] > RANK[first[name]] for name in best.gaps)


def names_in(report: FeedingReport) -> Iterator[str]:
    """Name every field that a report asks for."""
    for rule in (*report.gaps, *report.plays):
        yield from rule.wants


def test_only_fields_that_are_not_mapped_are_wanted() -> None:
    """A report never asks for what is mapped already."""
    mapping = read_mapping(ROOT / "examples" / "training" / "mapping.yaml")
    report = feeding_report(mapping, rulebook())
    assert set(names_in(report)).isdisjoint(Feeds.of(mapping).paths)
    assert {"contract.seats", "usage.active_ratio"} <= set(report.fed)
