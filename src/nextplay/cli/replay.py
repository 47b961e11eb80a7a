"""`nextplay replay`: logged decisions decided once more, with the same release or with other rules."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nextplay.authoring.difference import Comparing, RuleFiles, read_rules
from nextplay.authoring.replay import Replaying, replay
from nextplay.cli.as_of import instant
from nextplay.cli.difference_run import Asking, Compared, FailIfOption, MostOption
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, say, say_json
from nextplay.cli.places import ModelsMissing, ModelsOption, RulesOption, models_for, rules_that_decide
from nextplay.cli.replay_view import replay_document, replay_lines
from nextplay.cli.replayed_log import ReplayedLog, latest_questions
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, opened
from nextplay.cli.whole_book import AllOption, HtmlOption, WorkersOption, progress_bar
from nextplay.errors import InputInvalid, ModelInvalid, Violation
from nextplay.release import load_release
from nextplay.store import Store

app = typer.Typer(add_completion=False)


@app.command("replay")
def run_replay(  # noqa: PLR0913  each parameter is an option of the command
    *,
    store: StoreOption = DEFAULT_URL,
    since: Annotated[
        str | None, typer.Option("--since", metavar="INSTANT", help="Only what was decided at or after it; or a day.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many, the newest first.")
    ] = None,
    any_release: Annotated[
        bool, typer.Option("--any-release", help="Decide what other releases decided, too, and compare.")
    ] = False,
    rulebook: Annotated[
        str | None,
        typer.Option("--rulebook", metavar="DIR", help="Compare with these rules instead: a folder or a git revision."),
    ] = None,
    html: HtmlOption = None,
    fail_if: FailIfOption = None,
    everything: AllOption = False,
    shown: MostOption = 10,
    workers: WorkersOption = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Decide once more what is in the store, and say whether the same comes out.

    Without --rulebook, the rules and the model are those that decided: every answer must come out byte for byte. With
    it, the latest question of each account goes through both rulebooks, as with `rules diff`. Ends with 5 where a
    decision differs, with 2 where nothing could be replayed.
    """
    if rulebook is None and (html is not None or fail_if):
        option = "--html" if html is not None else "--fail-if"
        raise InputInvalid([Violation(option, "needs --rulebook: it is about the difference between two")])
    begin = instant(since, "--since")
    moment = None if begin is None else datetime.fromisoformat(begin)
    with opened(store) as there:
        if rulebook is None:
            _replay(there, rules, models, ReplayedLog(moment, limit, any_release), workers=workers, output=output)
            return
        asking = Asking(fail_if or (), output, html, everything, shown, workers)
        before, after = RuleFiles(str(rules), rules_that_decide(rules)), read_rules(rulebook, beside=str(rules))
        given = Comparing(before.files, after.files, models_for(rules, models), questions=True)
        with closing(Compared(given, (before, after), asking)) as compared:
            compared.run(latest_questions(there, since=moment, limit=limit), limit)


def _replay(
    store: Store, rules: Path, models: Path | None, log: ReplayedLog, *, workers: int | None, output: Format
) -> None:
    """Replay the log, show what came of it, and end with the exit code."""
    given, log.release = _given(rules, models)
    total = None if log.since else store.status().decisions
    with progress_bar(log.limit or total) as progress:
        found = replay(log.read(store), given, workers=workers, progress=progress)
    document = replay_document(found, log)
    if output is Format.JSON:
        say_json(document)
    else:
        for line in replay_lines(document):
            say(line)
    if found.differ:
        raise typer.Exit(ExitCode.DIFFERENCES)
    if not found.replayed:
        complain(f"nothing was replayed: the log has {'none of this release' if log.others else 'no such decision'}")
        raise typer.Exit(ExitCode.INPUT)


def _given(rules: Path, models: Path | None) -> tuple[Replaying, str]:
    """Return what replays, and its release: without a model where none can serve, unless one was asked for by name."""
    given = Replaying(rules_that_decide(rules), None)
    try:
        given = replace(given, models=models_for(rules, models))
        release = load_release(given.rules, given.models)
    except (ModelInvalid, ModelsMissing) as error:
        if models is not None:
            raise
        complain(f"no churn model can serve, so the rules decide alone: {error}")
        given = replace(given, models=None)
        release = load_release(given.rules, None)
    with closing(release):
        return given, release.release_id.release
