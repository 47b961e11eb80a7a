"""`nextplay rules explain`: why, why not, how near, and what would change it, for one account."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from nextplay.authoring.explain import Asked, Explainer, KindNotPossible, RuleNotFound, explanation_document, unread_of
from nextplay.cli.book import LINE_SUFFIXES, Entry, read_book
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, say_json, show
from nextplay.cli.page_view import page_view
from nextplay.cli.places import ModelsOption, RulesOption, models_for, rules_that_decide
from nextplay.errors import InputInvalid, Violation
from nextplay.release import load_release
from nextplay.snapshot import CustomerSnapshot, read_snapshot

_ACCOUNT: Final = "--account"


def explain(
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="JSON file, JSON lines, or - for stdin.")],
    *,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Explain this signal, gap or play; left out, the whole account.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Which account of a book; a book of one needs no name.")
    ] = None,
    to: Annotated[
        Asked | None, typer.Option(help="With --rule: what would make a contested gap so; none: what would end it.")
    ] = None,
    locale: Annotated[str, typer.Option(help="Language of the texts, such as en or pt-BR.")] = "en",
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Explain the decision about one account, or why one rule came or did not come, and what would change it."""
    found, unread = _account_of(snapshot, account)
    with closing(load_release(rules_that_decide(rules), models_for(rules, models))) as release:
        explainer = Explainer(release, found, locale=locale, unread=unread)
        if rule is None:
            if output is Format.JSON:
                say_json(explanation_document(explainer.account()))
            else:
                show(page_view(explainer.account_page()))
            return
        try:
            explanation = explainer.rule(rule, to=to)
        except (RuleNotFound, KindNotPossible) as error:
            complain(str(error))
            raise typer.Exit(ExitCode.INPUT) from None
        if output is Format.JSON:
            say_json(explanation_document(explanation))
        else:
            show(page_view(explainer.page_of(explanation)))


def snapshot_of(path: Path, account: str | None) -> CustomerSnapshot:
    """Read the one account that is asked about. Ends with a sentence where there is none, or more than one."""
    return _account_of(path, account)[0]


def _account_of(path: Path, account: str | None) -> tuple[CustomerSnapshot, dict[str, object]]:
    """Read the one account, and what was sent of it and counts as unknown."""
    if str(path) == "-":
        return _chosen(sys.stdin.buffer.readlines(), account, lines_only=None)
    with path.open("rb") as stream:
        return _chosen(stream.readlines(), account, lines_only=True if path.suffix in LINE_SUFFIXES else None)


def _chosen(
    lines: Iterable[bytes], account: str | None, *, lines_only: bool | None
) -> tuple[CustomerSnapshot, dict[str, object]]:
    entries = list(read_book(lines, lines=lines_only).entries)
    if account is not None:
        entries = [entry for entry in entries if entry.document and entry.document.get("account_id") == account]
        if not entries:
            raise InputInvalid(
                [Violation(_ACCOUNT, "no line of the book has this account; send an `account_id` of it")]
            )
    elif len(entries) > 1:
        message = "must name the account to explain: this is a book of several"
        raise InputInvalid([Violation(_ACCOUNT, message)])
    return _read(entries[-1])


def _read(entry: Entry) -> tuple[CustomerSnapshot, dict[str, object]]:
    """Read the last line of an account: where a book follows accounts over time, that is its newest state."""
    if entry.document is None:
        raise entry.error or InputInvalid([Violation("snapshot", "is empty")])
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    given = {name: value for name, value in entry.document.items() if name != "as_of" or value is not None}
    reading = read_snapshot({"as_of": now, **given})
    for warning in reading.input_warnings:
        complain(f"not used: {warning.path}: {warning.message}")
    return reading.snapshot, unread_of(entry.document, reading.input_warnings)
