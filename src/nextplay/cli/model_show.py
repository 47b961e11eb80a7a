"""`nextplay model show`: what a model says of itself, and what each fact adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from nextplay.churn.adaptation import line_words, matched_words
from nextplay.churn.artefact import Artefact, model_file, verified
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable, WordTable
from nextplay.cli.output import Format, FormatOption, say, say_json
from nextplay.cli.places import ModelsOption, RulesOption, models_for, rules_that_decide
from nextplay.facts import Vocabulary
from nextplay.release import current_model_folder
from nextplay.rules.compile import compile_rulebook

VersionOption = Annotated[
    str | None, typer.Option("--version", metavar="NAME", help="Which model; left out, the one that is served.")
]


def show_model(
    *,
    version: VersionOption = None,
    fact: Annotated[
        str | None, typer.Option("--fact", metavar="NAME", help="The whole table of one fact, not only its span.")
    ] = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Verify a model and show where its numbers come from, and by how much each fact moves the log-odds."""
    folder = model_folder(models_for(rules, models), version)
    file = model_file(folder)
    specs = vocabulary_of(rules).specs
    ChurnModel.load(file, specs)
    artefact = verified(file, specs)
    tables = sorted(artefact.tables, key=lambda table: (-_span(table), table.fact))
    if fact is not None:
        tables = [table for table in tables if table.fact == fact]
        if not tables:
            message = f"the model does not read `{fact}`; without --fact all its facts are listed"
            raise typer.BadParameter(message, param_hint="--fact")
    if output is Format.JSON:
        document: dict[str, Any] = orjson.loads(file.content)
        say_json(document | {"tables": [table.model_dump() for table in tables]} if fact else document)
        return
    for line in [*_head(artefact), *(_table_lines(tables[0]) if fact else _spans(tables))]:
        say(line)


def vocabulary_of(rules: Path) -> Vocabulary:
    """Return the vocabulary of a rulebook, its own attributes and counts among it."""
    book = compile_rulebook(rules_that_decide(rules)).rulebook
    return Vocabulary.of(
        stale_after_days=book.stale_after_days, attributes=book.attributes, counts=book.counts, cohorts=book.cohorts
    )


def model_folder(models: Path, version: str | None) -> Path:
    """Return the folder of a version, or of the one that is served. Raises `ModelInvalid` where there is none."""
    return current_model_folder(models) if version is None else models / "churn" / version


def _head(artefact: Artefact) -> Iterator[str]:
    yield f"{artefact.version}: {artefact.provenance}, risk within {artefact.horizon_days} days"
    yield f"calibrator {artefact.calibrator.kind}, unknown facts {artefact.missing.policy}, {artefact.content_hash}"
    adaptation = artefact.adaptation
    if adaptation is not None:
        yield f"the ranking of {adaptation.from_version}, adapted: log-odds = {line_words(adaptation)}"
        yield f"matched: {matched_words(adaptation)}"
    training = artefact.training
    if training is not None:
        yield f"learned from {training.rows} rows of {training.accounts} accounts, {training.churners} left"
        measures = ", ".join(f"{name} {value:.3f}" for name, value in sorted(training.measures.items()))
        yield f"cross-validated over those rows, each judged by a model that never saw its account: {measures}"
        if adaptation is not None:
            yield "those measures are of the model before it was adapted"
    yield ""


def _spans(tables: list[AnyTable]) -> Iterator[str]:
    yield "log-odds from the best to the worst value of each fact:"
    for table in tables:
        yield f"  {_span(table):5.2f}  {table.fact} ({table.family})"


def _span(table: AnyTable) -> float:
    values = [value for _, value in _entries(table)]
    return max(values) - min(values)


def _entries(table: AnyTable) -> list[tuple[str, float]]:
    match table:
        case NumberTable():
            ends = [f"up to {end:g}" for end in table.thresholds] + ["above"]
            return list(zip(ends, table.values, strict=True))
        case FlagTable():
            return [("false", table.if_false), ("true", table.if_true)]
        case WordTable():
            return list(table.values.items())


def _table_lines(table: AnyTable) -> Iterator[str]:
    yield f"{table.fact} ({table.family}) adds to the log-odds:"
    for name, value in [*_entries(table), ("unknown", table.missing)]:
        yield f"  {value:+6.3f}  {name}"
