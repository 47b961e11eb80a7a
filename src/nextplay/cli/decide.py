"""`nextplay decide`: snapshots in, decisions out, without a server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.text import Text

from nextplay.canonical import decision_document
from nextplay.cli.as_of import instant
from nextplay.cli.book import LINE_SUFFIXES, Book, Entry, read_book
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, counted, say_json, show
from nextplay.cli.places import ModelsMissing, ModelsOption, RulesOption, models_for, rules_that_decide
from nextplay.cli.rendering import decision_view
from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.errors import InputInvalid, ModelInvalid, Violation
from nextplay.release import Release, load_release
from nextplay.snapshot import read_snapshot

app = typer.Typer(add_completion=False)


@app.command()
def decide(  # noqa: PLR0913  each parameter is an option of the command
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="JSON file, JSON lines, or - for stdin.")],
    *,
    output: FormatOption = Format.TEXT,
    locale: Annotated[str, typer.Option(help="Language of the texts, such as en or pt-BR.")] = "en",
    explain: Annotated[bool, typer.Option("--explain", help="Show every comparison behind the answer.")] = False,
    max_actions: Annotated[int | None, typer.Option(min=0, max=20, help="At most so many actions.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse unseen words and fields instead of warning.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="For snapshots that carry no as_of; now, if left out.")
    ] = None,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Decide for one account, or for a whole book of them.

    The book is JSON lines: one account a line in, one decision a line out (with --format json), in the same order.
    A line that cannot be used is reported with its number and does not stop the rest; the exit code is then 2.
    """
    fallback = instant(as_of) or datetime.now(UTC).replace(microsecond=0).isoformat()
    options = Options(
        locale=locale, max_actions=max_actions, explanation="full" if explain else "reasons", strict=strict
    )
    with (
        _opened(snapshot) as stream,
        closing(_release(rules, models)) as release,
    ):
        book = read_book(stream, lines=True if snapshot.suffix in LINE_SUFFIXES else None)
        failed = _decide_all(book, Decider(release), options=options, as_of=fallback, output=output)
    if failed:
        raise typer.Exit(ExitCode.INPUT)


def _release(rules: Path, models: Path | None) -> Release:
    """Load what decides: without a model where none is there or it cannot be used, unless one was asked for by name."""
    files = rules_that_decide(rules)
    try:
        return load_release(files, models_for(rules, models))
    except (ModelInvalid, ModelsMissing) as error:
        if models is not None:
            raise
        complain(f"no churn model can serve, so the rules decide alone: {error}")
        return load_release(files, None)


def _decide_all(book: Book, decider: Decider, *, options: Options, as_of: str, output: Format) -> int:
    """Write one decision, or one error, for each entry; return the number of errors."""
    failed = 0
    for index, entry in enumerate(counted(book.entries, "account")):
        try:
            decision = _decision(entry, decider, options=options, as_of=as_of)
        except InputInvalid as error:
            failed += 1
            _report(entry, error, lines=book.lines, output=output)
            continue
        if output is Format.JSON:
            say_json(decision_document(decision), pretty=not book.lines and sys.stdout.isatty())
        else:
            if index:
                show(Text())
            show(decision_view(decision_document(decision), readings=options.explanation == "full"))
    return failed


def _decision(entry: Entry, decider: Decider, *, options: Options, as_of: str) -> Decision:
    if entry.document is None:
        raise entry.error or InputInvalid([Violation("snapshot", "is empty")])
    document: dict[str, Any] = dict(entry.document)
    if document.get("as_of") is None:
        document["as_of"] = as_of
    return decider.decide(read_snapshot(document, strict=options.strict), options=options)


def _report(entry: Entry, error: InputInvalid, *, lines: bool, output: Format) -> None:
    """Say on stderr what is wrong with an entry, and in JSON leave an error object in its place."""
    place = f"line {entry.line}: " if lines else ""
    for violation in error.violations:
        complain(f"{place}{violation}")
    if output is Format.JSON:
        violations = [{"path": violation.path, "message": violation.message} for violation in error.violations]
        say_json({"error": {"line": entry.line, "violations": violations}})


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with path.open("rb") as stream:
        yield stream
