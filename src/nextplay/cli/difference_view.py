"""A difference as a person reads it: how many accounts, by which changes of the rules, at what cost; then whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nextplay.cli.rendering import KIND_STYLES, plain
from nextplay.cli.tables import Cell, aligned, bar, heading, more, per_cent, signed, words

Document = Mapping[str, Any]
FIRST: Final = 6
FIRST_ACCOUNTS: Final = 2
"""Accounts that are laid out side by side on the first screen."""
WHY_LINES: Final = 4
WHAT: Final = {
    "accounts-changed": "any change",
    "actions-gained": "gain an action",
    "actions-lost": "lose an action",
    "actions-changed": "keep an action that changes",
    "gaps-gained": "gain a gap",
    "gaps-lost": "lose a gap",
    "kinds-changed": "a gap of another kind",
    "diagnosis-changed": "another diagnosis",
}
_HASH: Final = 12


def difference_view(found: Document, *, everything: bool = False) -> RenderableType:
    """Lay out the document of a difference."""
    limit = None if everything else FIRST
    parts: list[RenderableType] = [
        *_head(found),
        *_limits(found["limits"]),
        *_rules(found["rule_changes"], limit),
        *_totals(found),
        *_names(found, limit),
        *_owners(found["owners"], limit),
        *_money(found["money"]),
        *_bad(found, limit),
        *_accounts(found["most_changed"], None if everything else FIRST_ACCOUNTS),
    ]
    if not everything:
        parts += [Text(), Text("--all shows every row; --html FILE writes a page with charts", style="dim")]
    return Group(*parts)


def _head(found: Document) -> Iterator[RenderableType]:
    book = found["book"]
    changed = len(found["accounts"])
    yield Text(f"{plain(found['old']['name'])} → {plain(found['new']['name'])}", style="bold")
    told = (
        f"{changed:,} of {book['decided']:,} accounts change"
        if changed
        else f"none of {book['decided']:,} accounts changes"
    )
    if book["bad"]:
        told += f"; {book['bad']:,} of {book['rows']:,} rows are bad"
    yield Text(told)


def _limits(limits: Sequence[Document]) -> Iterator[RenderableType]:
    if not limits:
        return
    yield from heading("Limits", "")
    for entry in limits:
        value = f" ({entry['value']:,g})" if "value" in entry else ""
        style = "bold red" if entry["broken"] else "green"
        yield Text(f"  {entry['limit']}: {'broken' + value if entry['broken'] else 'kept'}", style=style)


def _rules(changes: Sequence[Document], limit: int | None) -> Iterator[RenderableType]:
    yield from heading("Rules", "what changed, and how many changed accounts read it" if changes else "nothing changed")
    if not changes:
        return
    rows = [(_touched(change), plain(change["says"])) for change in changes[: limit and 2 * limit]]
    yield aligned(("accounts", "change"), rows, numbers=(0,))
    yield from more(len(changes), limit and 2 * limit)


def _touched(change: Document) -> str:
    if change["what"] == "texts":
        return ""
    return f"{change['accounts']:,}" if "accounts" in change else "?"


def _totals(found: Document) -> Iterator[RenderableType]:
    rows = [row for row in found["totals"] if row["accounts"]]
    if not rows:
        return
    segments = list(found["book"]["segments"])
    yield from heading("Accounts", "by what happens to them")
    shown: list[Sequence[Cell]] = [
        (
            WHAT[row["what"]],
            bar(row["share"]),
            f"{row['accounts']:,}",
            per_cent(row["share"]),
            *(f"{row['segments'][name]:,}" for name in segments),
        )
        for row in rows
    ]
    yield aligned(("", "", "accounts", "share", *map(words, segments)), shown, left=2)
    if found["diagnosis"]:
        changes = [f"{row['old']} → {row['new']}: {row['accounts']:,}" for row in found["diagnosis"]]
        yield Padding(Columns(changes, padding=(0, 3)), (0, 0, 0, 2))


def _names(found: Document, limit: int | None) -> Iterator[RenderableType]:
    for title, key, whats in (
        ("Actions", "play", ("gained", "lost", "changed")),
        ("Gaps", "gap", ("gained", "lost", "kind")),
    ):
        rows = found[f"{key}s"]
        if rows:
            yield from heading(title, "accounts by play" if key == "play" else "accounts by gap")
            shown = [(plain(row[key]), *(f"{row[what]:,}" for what in whats)) for row in rows[:limit]]
            yield aligned((key, *whats), shown)
            yield from more(len(rows), limit)


def _owners(owners: Sequence[Document], limit: int | None) -> Iterator[RenderableType]:
    changed = [row for row in owners if row["difference"] or row["old_actions"] != row["new_actions"]]
    if not changed:
        return
    old, new = (round(sum(row[f"{side}_hours"] for row in owners), 1) for side in ("old", "new"))
    yield from heading("Work", f"{old:,.1f} hours become {new:,.1f} ({signed(new - old, digits=1)})")
    rows = [
        (
            plain(row["owner"]),
            f"{row['old_hours']:,.1f}",
            f"{row['new_hours']:,.1f}",
            signed(round(row["new_hours"], 1) - round(row["old_hours"], 1), digits=1),
            f"{row['old_actions']:,}",
            f"{row['new_actions']:,}",
        )
        for row in changed[:limit]
    ]
    yield aligned(("owner", "old hours", "new hours", "difference", "old actions", "new actions"), rows)
    yield from more(len(changed), limit)


def _money(money: Sequence[Document]) -> Iterator[RenderableType]:
    rows = [
        (
            WHAT[entry["what"]],
            plain(one["currency"]),
            f"{one['accounts']:,}",
            f"{one['annual_value']:,.0f}",
            f"{one['value_at_risk']:,.0f}",
        )
        for entry in money
        for one in entry["currencies"]
    ]
    if rows:
        yield from heading("Money", "annual value of these accounts, and that value x risk of churn")
        yield aligned(("accounts that", "currency", "accounts", "annual value", "x risk"), rows, left=2)
    without = next(entry["accounts_without_value"] for entry in money if entry["what"] == "accounts-changed")
    if without:
        yield Text(f"  {without:,} more have no known value")


def _bad(found: Document, limit: int | None) -> Iterator[RenderableType]:
    bad = found["bad_rows"]
    if bad["reasons"]:
        yield from heading("Bad rows", f"{found['book']['bad']:,} could not be used")
        rows = [(f"{row['rows']:,}", plain(row["reason"])) for row in bad["reasons"][:limit]]
        yield aligned(("rows", "reason"), rows, numbers=(0,))


def _accounts(accounts: Sequence[Document], limit: int | None) -> Iterator[RenderableType]:
    if not accounts:
        return
    yield from heading("Most changed", "old on the left, new on the right")
    for account in accounts[:limit]:
        yield Text()
        yield Text(f"  {plain(account['account_id'])}  {words(account['segment'])}", style="bold")
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(_side(account["old"], account["new"]), _side(account["new"], account["old"]))
        for why in account["why"]:
            if why["old"] or why["new"]:
                table.add_row(Text(f"why {plain(why['rule'])}", style="underline"), "")
                table.add_row(_lines(why["old"]), _lines(why["new"]))
        yield Padding(table, (0, 0, 0, 4))
    yield from more(len(accounts), limit)


def _lines(lines: Sequence[str]) -> Text:
    return Text("\n".join(plain(line) for line in lines[:WHY_LINES]), style="dim")


def _side(side: Document, other: Document) -> RenderableType:
    """Lay out one side; what the other one does not have is bold."""
    kind = side["diagnosis"]["kind"]
    parts: list[RenderableType] = [Text(kind.upper(), style=KIND_STYLES.get(kind, "bold"))]
    gaps = {(gap["gap"], gap["kind"]) for gap in other["gaps"]}
    plays = {action["play"] for action in other["actions"]}
    for gap in side["gaps"]:
        style = "" if (gap["gap"], gap["kind"]) in gaps else "bold"
        parts.append(Text(f"{plain(gap['title'])} ({gap['kind']})", style=style))
        parts += [Padding(Text(plain(says), style="dim"), (0, 0, 0, 2)) for says in gap["evidence"][:1]]
    parts += [
        Text(
            f"{action['rank']}. {plain(action['title'])}, {plain(action['owner'])}, {action['due']}",
            style="" if action["play"] in plays else "bold",
        )
        for action in side["actions"]
    ]
    return Group(*parts) if side["actions"] else Group(*parts, Text("no action", style="dim"))
