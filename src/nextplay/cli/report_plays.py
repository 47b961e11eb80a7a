"""`nextplay report plays`: what people did with each play, what came after it, and how often gaps were wrong."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from nextplay.cli.learn import day_of
from nextplay.cli.output import Format, FormatOption, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, now, opened
from nextplay.learning.gathering import gather_decisions
from nextplay.learning.play_report import HORIZON_DAYS, report_plays
from nextplay.learning.report_text import report_document, report_lines


def plays(
    *,
    store: StoreOption = DEFAULT_URL,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Count decisions and reactions from this day on.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Count what came up to this day; else up to today.")
    ] = None,
    horizon: Annotated[
        int, typer.Option("--horizon", min=1, max=3650, metavar="DAYS", help="Outcomes within so many days count.")
    ] = HORIZON_DAYS,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="NAME", help="Only what is about this tenant; else about all.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Tell of each play how often it was shown, accepted and declined, and what became of the accounts afterwards.

    Where a holdout keeps plays back, accounts with and without them are compared.
    """
    day = now().date() if as_of is None else day_of(as_of, "--as-of")
    start = None if since is None else datetime.combine(day_of(since, "--since"), time(), UTC)
    with opened(store) as there:
        told = there.records(since=start, tenant=tenant)
        found = report_plays(gather_decisions(there, since=start, tenant=tenant), told, as_of=day, horizon_days=horizon)
    if output is Format.JSON:
        say_json(report_document(found))
        return
    for line in report_lines(found):
        say(line)
