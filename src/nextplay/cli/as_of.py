"""`--as-of`, the instant of snapshots that carry none, and how every option that is an instant is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="For snapshots that carry no as_of.")
]


def instant(text: str | None, option: str = "--as-of") -> str | None:
    """Return what an option names as an instant; a day is its first second in UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = "must be a day or an RFC 3339 instant, such as 2026-03-02 or 2026-03-02T09:00:00Z"
        raise typer.BadParameter(message, param_hint=option) from None
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).isoformat()
