"""Counts: windows over the lists of a snapshot that a rulebook declares as facts of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nextplay.facts import LIST_OF, CountSpec, ItemKind
from nextplay.facts.counts import COUNTS
from nextplay.facts.item_fields import AGE_OF
from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.compile_names import Known
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_book import BookForm
from nextplay.rules.format_condition import LeafForm
from nextplay.rules.format_counts import CountForm
from nextplay.rules.source import MapNode

_KIND_OF: Final[Mapping[str, ItemKind]] = {name: kind for kind, name in LIST_OF.items()}


def compile_counts(book: BookForm | None, known: Known, log: FaultLog) -> Mapping[str, CountSpec | None]:
    """Check every declared window; `None` for a faulty one."""
    written = () if book is None or book.counts is None else book.counts.value
    conditions = ConditionCompiler(known, log)
    return {name.value: _count(name.value, form, conditions) for name, form in written}


def declared_counts(book: BookForm | None) -> frozenset[str]:
    """Name every fact `counts.NAME` that is declared, sound or not, and the ages of each."""
    written = () if book is None or book.counts is None else book.counts.value
    names = [f"{COUNTS}{name.value}" for name, _ in written]
    return frozenset(f"{name}{part}" for name in names for part in ("", ".newest_days", ".oldest_days"))


def counts_complete(book: BookForm | None) -> bool:
    """Tell whether every declared name could be read."""
    if book is None:
        return False
    return "counts" not in book.keys if book.counts is None else book.counts.complete


def _count(name: str, form: CountForm, conditions: ConditionCompiler) -> CountSpec | None:
    if form.of is None:
        return None
    kind, sound = _KIND_OF[form.of.value], "where" not in form.keys
    lines: list[tuple[str, str, object]] = []
    if form.where is not None:
        lines = [line for one in form.where.value if (line := _line(one, kind, conditions)) is not None]
        sound = form.where.complete and len(lines) == len(form.where.value)
    if form.within_days is not None and kind not in AGE_OF:
        hint = "a touchpoint sums up the last 30 days by itself"
        conditions.log.add(
            form.key_place("within_days"), "misplaced-key", f"rows of `{form.of.value}` have no age", hint=hint
        )
        return None
    meaning = "" if form.meaning is None else form.meaning.value
    window = None if form.within_days is None else form.within_days.value
    return CountSpec(name, kind, tuple(lines), window, meaning) if sound else None


def _line(form: LeafForm, kind: ItemKind, conditions: ConditionCompiler) -> tuple[str, str, object] | None:
    if isinstance(form.operand, MapNode):
        hint = "compare the count itself with the parameter"
        conditions.log.add(form.operand.place, "wrong-type", "a line of a count takes a constant", hint=hint)
        return None
    leaf = conditions.leaf(form, kind)
    if leaf is None or form.fact is None:
        return None
    return form.fact.value, leaf.operator, leaf.operand
