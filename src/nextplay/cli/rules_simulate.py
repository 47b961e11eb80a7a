"""`nextplay rules simulate`: what a whole book would get from one rulebook."""

from __future__ import annotations

from pathlib import Path

import typer

from nextplay.authoring.book import open_book
from nextplay.authoring.reports import simulation_page
from nextplay.authoring.simulation import Simulating, simulate, simulation_document
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, say_json, show, write_text
from nextplay.cli.places import ModelsOption, RulesArgument, models_for, rules_that_decide
from nextplay.cli.simulation_view import simulation_view
from nextplay.cli.whole_book import (
    AllOption,
    HtmlOption,
    SnapshotsOption,
    WorkersOption,
    is_short,
    progress_bar,
)
from nextplay.release import load_release


def run_simulation(
    path: RulesArgument = Path("rules"),
    *,
    snapshots: SnapshotsOption,
    output: FormatOption = Format.TEXT,
    html: HtmlOption = None,
    everything: AllOption = False,
    workers: WorkersOption = None,
    as_of: AsOfOption = None,
    models: ModelsOption = None,
) -> None:
    """Send a whole book through the rulebook: what everybody would get, who gets nothing and why, which rules fire.

    Nothing is stored and nobody is told. Rows that cannot be used are counted with their reasons, and the exit
    code is then 2.
    """
    files, folder = rules_that_decide(path), models_for(path, models)
    release = load_release(files, folder)
    try:
        given = Simulating(files, folder, instant(as_of))
        with open_book(snapshots) as book, progress_bar(book.total) as progress:
            found = simulate(book.rows, given, workers=workers, progress=progress)
        document = simulation_document(found, release)
    finally:
        release.close()
    if html is not None:
        write_text(html, simulation_page(document))
    if output is Format.JSON:
        say_json(document)
    else:
        show(simulation_view(document, everything=everything))
    if is_short(document["book"], "decided"):
        raise typer.Exit(ExitCode.INPUT)
