"""A simulation as a person reads it: one screen that says what is going on, and with `everything` all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nextplay.cli.rendering import KIND_STYLES, plain
from nextplay.cli.tables import Cell, aligned, bar, heading, more, per_cent, words

Document = Mapping[str, Any]
FIRST: Final = 5
"""Rows of each table on the first screen."""
WHY: Final = {
    "no_gap": "no gap stands",
    "no_play": "a gap stands and no play answers it",
    "withheld": "every candidate was withheld",
}


def simulation_view(found: Document, *, everything: bool = False) -> RenderableType:
    """Lay out the document of a simulation."""
    limit = None if everything else FIRST
    parts: list[RenderableType] = [_head(found)]
    if found["book"]["decided"]:
        parts += [
            *_diagnosis(found),
            *_gaps(found["gaps"], limit),
            *_actions(found, limit),
            *_nothing(found["nothing"], limit),
            *_firing(found, limit),
            *_missing(found["missing_facts"], limit),
            *_shadow(found["shadow"]),
        ]
        if everything:
            parts += [*_signals(found["signals"]), *_warnings(found["input_warnings"])]
    parts += _bad(found, limit)
    if not everything:
        parts += [Text(), Text("--all shows every row; --html FILE writes a page with charts", style="dim")]
    return Group(*parts)


def _head(found: Document) -> Text:
    book = found["book"]
    text = Text(f"{book['decided']:,} accounts through ", style="bold")
    text.append(plain(found["rulebook"]["label"]), style="bold")
    if book["bad"]:
        text.append(f"; {book['bad']:,} of {book['rows']:,} rows are bad", style="bold red")
    return text


def _diagnosis(found: Document) -> Iterator[RenderableType]:
    yield from heading("Diagnosis", "accounts by segment")
    segments = list(found["book"]["segments"])
    rows: list[Sequence[Cell]] = [
        (
            Text(row["kind"], style=KIND_STYLES.get(row["kind"], "")),
            bar(row["share"]),
            f"{row['accounts']:,}",
            per_cent(row["share"]),
            *(f"{row['segments'].get(name, 0):,}" for name in segments),
        )
        for row in found["diagnosis"]
    ]
    yield aligned(("", "", "accounts", "share", *map(words, segments)), rows, left=2)


def _gaps(gaps: Sequence[Document], limit: int | None) -> Iterator[RenderableType]:
    standing = [row for row in gaps if row["accounts"]]
    yield from heading("Gaps", f"{len(standing)} of {len(gaps)} stand for somebody")
    rows = [
        (plain(row["gap"]), bar(row["share"]), f"{row['accounts']:,}", per_cent(row["share"]), _kinds(row["kinds"]))
        for row in standing[:limit]
    ]
    yield aligned(("gap", "", "accounts", "share", "kinds"), rows, left=2, text_last=True)
    yield from more(len(standing), limit)


def _kinds(kinds: Mapping[str, int]) -> str:
    return next(iter(kinds)) if len(kinds) == 1 else ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())


def _actions(found: Document, limit: int | None) -> Iterator[RenderableType]:
    actions = found["actions"]
    summary = f"{actions['total']:,} for {actions['accounts']:,} accounts, {actions['hours']:,.1f} hours"
    yield from heading("Actions", summary)
    acting = [row for row in found["plays"] if row["actions"]]
    rows = [
        (
            plain(row["play"]),
            f"{row['actions']:,}",
            per_cent(row["share"]),
            f"{row['hours']:,.1f}",
            ", ".join(plain(owner) for owner in row["owners"]),
        )
        for row in acting[:limit]
    ]
    yield aligned(("play", "actions", "share", "hours", "owner"), rows, text_last=True)
    yield from more(len(acting), limit)
    sides = Table.grid(padding=(0, 4, 0, 0))
    weeks = _work("due in the week of", "week", actions["by_week"], limit)
    sides.add_row(_work("owner", "owner", actions["by_owner"], limit), weeks)
    yield sides


def _work(title: str, key: str, rows: Sequence[Document], limit: int | None) -> RenderableType:
    shown = [(plain(row[key]), f"{row['actions']:,}", f"{row['hours']:,.1f}") for row in rows[:limit]]
    return Group(aligned((title, "actions", "hours"), shown), *more(len(rows), limit))


def _nothing(nothing: Document, limit: int | None) -> Iterator[RenderableType]:
    yield from heading("Nothing", f"{nothing['accounts']:,} accounts ({per_cent(nothing['share'])}) get no action")
    if nothing["why"]:
        yield aligned(("why", "accounts"), [(WHY[why], f"{count:,}") for why, count in nothing["why"].items()])
    if nothing["gates"]:
        rows = [(words(row["gate"]), plain(row["play"]), f"{row['accounts']:,}") for row in nothing["gates"][:limit]]
        yield aligned(("stayed at", "play", "accounts"), rows, left=2)
        yield from more(len(nothing["gates"]), limit)


def _firing(found: Document, limit: int | None) -> Iterator[RenderableType]:
    never, most = found["never"], found["for_most"]
    for title, names in (("Fires for nobody", never), ("Fires for more than half", most)):
        if any(names.values()):
            yield from heading(title, "")
            for kind, rules in names.items():
                if rules:
                    yield Padding(Text(f"{kind}: {_listed(rules, limit)}"), (0, 0, 0, 2))


def _listed(names: Sequence[str], limit: int | None) -> str:
    rest = 0 if limit is None else max(len(names) - limit, 0)
    return ", ".join(map(plain, names[:limit])) + (f" and {rest} more" if rest else "")


def _missing(missing: Sequence[Document], limit: int | None) -> Iterator[RenderableType]:
    if not missing:
        return
    yield from heading("Unknown facts", "by the undetermined gaps and decisions that wait for them")
    rows = [
        (
            plain(row["fact"]),
            f"{row['unsettled']:,}",
            f"{row['decisions']:,}",
            per_cent(row["share"]),
            f"{row['conditions']:,}",
        )
        for row in missing[:limit]
    ]
    yield aligned(("fact", "undetermined", "decisions", "share", "conditions"), rows)
    yield from more(len(missing), limit)


def _shadow(shadow: Mapping[str, Sequence[Document]]) -> Iterator[RenderableType]:
    if not any(shadow.values()):
        return
    yield from heading("On trial", "rules in shadow, and the live ones that stand beside them")
    rows = [
        (
            plain(row.get("gap") or row["play"]),
            f"{row['accounts']:,}",
            per_cent(row["share"]),
            ", ".join(f"{plain(beside['rule'])} {beside['accounts']:,}" for beside in row["beside"][:FIRST]) or "none",
        )
        for rules in shadow.values()
        for row in rules
    ]
    yield aligned(("rule", "accounts", "share", "beside"), rows, text_last=True)


def _signals(signals: Iterable[Document]) -> Iterator[RenderableType]:
    yield from heading("Signals", "how often each is true, false and unknown")
    rows = [
        (plain(row["signal"]), per_cent(row["share"]), f"{row['true']:,}", f"{row['false']:,}", f"{row['unknown']:,}")
        for row in signals
    ]
    yield aligned(("signal", "share", "true", "false", "unknown"), rows)


def _warnings(warnings: Sequence[Document]) -> Iterator[RenderableType]:
    if not warnings:
        return
    yield from heading("Not used", "what was sent and counts as unknown")
    rows = [(f"{row['accounts']:,}", plain(row["path"]), plain(row["message"])) for row in warnings]
    yield aligned(("accounts", "field", "why"), rows, numbers=(0,))


def _bad(found: Document, limit: int | None) -> Iterator[RenderableType]:
    bad = found["bad_rows"]
    if not bad["reasons"]:
        return
    yield from heading("Bad rows", f"{found['book']['bad']:,} could not be used")
    rows = [(f"{row['rows']:,}", plain(row["reason"])) for row in bad["reasons"][:limit]]
    yield aligned(("rows", "reason"), rows, numbers=(0,))
    yield from more(len(bad["reasons"]), limit)
    yield Text(f"  the first: row {bad['first'][0]['row']}: {plain(bad['first'][0]['says'])}")
