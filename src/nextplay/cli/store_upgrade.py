"""`nextplay store upgrade`: bring the schema to what this version needs."""

from __future__ import annotations

from nextplay.cli.output import Format, FormatOption, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, refuse_none
from nextplay.store import migrating
from nextplay.store.engine import Database


def upgrade(*, store: StoreOption = DEFAULT_URL, output: FormatOption = Format.TEXT) -> None:
    """Make the tables, or bring them to what this version needs; done whole or not at all, and twice does no harm."""
    refuse_none(store)
    before, after = migrating.upgrade(store)
    name = Database(store).name
    if output is Format.JSON:
        say_json({"store": name, "before": before, "after": after})
    elif before == after:
        say(f"the store `{name}` is up to date ({after})")
    else:
        say(f"the store `{name}` went from {before or 'nothing'} to {after}")
