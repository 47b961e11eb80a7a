"""Signals and gaps: the keys that go together, and signals that go in circles."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from typing import Final, Literal, cast

from nextplay.decision import Side
from nextplay.facts import ItemKind
from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.compile_items import check_lists, is_about_items, list_of_gap, signals_in
from nextplay.rules.compile_life import compile_life
from nextplay.rules.compile_names import Known, check_known
from nextplay.rules.compile_texts import compile_text
from nextplay.rules.compile_varies import level_of
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format import AskForm, GapForm, SeverityForm, SideForm, SignalForm
from nextplay.rules.rulebook import Ask, GapRule, Place, Severity, SideRule, SignalRule
from nextplay.rules.shape import Name

_PLAIN_KEYS: Final = ("kind", "when")
_CONTESTED_KEYS: Final = ("reading", "cx", "cs", "ask")


def compile_signal(form: SignalForm, conditions: ConditionCompiler) -> SignalRule | None:
    """Check one signal; `None` where it is faulty."""
    known, log = conditions.known, conditions.log
    if form.for_each is None and "for_each" in form.keys:
        return None  # what the rest is about cannot be told
    each = None if form.for_each is None else cast("ItemKind", form.for_each.value)
    title = compile_text(form.title, known, log, each=each)
    when = conditions.compile(form.when, each=each)
    says = compile_text(form.says, known, log, each=each)
    if each is not None:
        check_lists(form.id, form.when, each, conditions)
        if when is not None and not is_about_items(when, each, known.lists):
            message = f"nothing in `when` is about one {each}"
            hint = "compare an `item` field, or remove `for_each`"
            log.add(form.key_place("for_each"), "no-item", message, hint=hint)
    if form.id is None or title is None or when is None or says is None:
        return None
    same_fact = None if form.same_fact is None else form.same_fact.value
    return SignalRule(form.id.value, title, when, says, form.place, for_each=each, same_fact=same_fact)


def is_contested(form: GapForm) -> bool:
    """Tell the two sorts of gap apart by the keys that were written."""
    if "reading" in form.keys:
        return True
    return not any(key in form.keys for key in _PLAIN_KEYS) and any(key in form.keys for key in _CONTESTED_KEYS)


def compile_gap(form: GapForm, conditions: ConditionCompiler) -> GapRule | None:
    """Check one gap; `None` where it is faulty."""
    contested = is_contested(form)
    _check_keys(form, conditions.log, contested=contested)
    each = list_of_gap(form, conditions)
    title = compile_text(form.title, conditions.known, conditions.log, each=each)
    unless = conditions.compile(form.unless)
    severity = _severity(form.severity, conditions)
    when, reading = conditions.compile(form.when), conditions.compile(form.reading)
    root_cause = check_known(form.root_cause, conditions.known.root_causes, "root-cause", conditions.log)
    cx, cs, ask = _side(form.cx, conditions), _side(form.cs, conditions), _ask(form.ask, conditions, each)
    absorbs, life = _absorbs(form, conditions.known, conditions.log), compile_life(form, conditions.log)
    if form.id is None or title is None or severity is None:
        return None
    touchpoint = None if form.touchpoint is None else form.touchpoint.value
    kind = None if form.kind is None else cast('Literal["cx", "cs", "opportunity"]', form.kind.value)
    rule = GapRule(
        form.id.value, title, severity, form.place, kind, when, root_cause, touchpoint, reading, cx, cs, ask, unless,
        for_each=each, absorbs=absorbs, life=life,
    )  # fmt: skip
    return rule if (cx and cs and ask and reading) or (kind and when) else None


def _check_keys(form: GapForm, log: FaultLog, *, contested: bool) -> None:
    needed: tuple[str, ...] = _CONTESTED_KEYS
    if not contested:
        needed = (*_PLAIN_KEYS, "root_cause") if form.kind is None or form.kind.value != "opportunity" else _PLAIN_KEYS
        for key in _CONTESTED_KEYS:
            if key in form.keys:
                hint = "a contested gap has `reading`, `cx`, `cs` and `ask`, and no `kind`"
                log.add(form.keys[key], "misplaced-key", f"`{key}` may not stand in a plain gap", hint=hint)
    else:
        if "kind" in form.keys:
            hint = "remove `kind`: the evidence of `cx` and `cs` decides it"
            log.add(form.keys["kind"], "kind-with-reading", "a gap with a `reading` has no `kind`", hint=hint)
        for key in ("when", "root_cause"):
            if key in form.keys:
                message = f"`{key}` may not stand beside `reading`"
                log.add(form.keys[key], "misplaced-key", message, hint=f"write `{key}` under `cx` and under `cs`")
    missing = ", ".join(f"`{key}`" for key in needed if key not in form.keys)
    if missing:
        sort = "contested" if contested else "plain"
        log.add(form.place, "missing-key", f"{missing} must be given in a {sort} gap")


def _severity(form: SeverityForm | None, conditions: ConditionCompiler) -> Severity | None:
    if form is None:
        return None
    each = []
    for name, weight in () if form.each is None else form.each.value:
        signal = check_known(name, conditions.known.signals, "signal", conditions.log)
        if signal is not None:
            each.append((signal, weight.value))
    base = level_of(form.base, conditions.known.severity_levels, conditions.log)
    return None if base is None else Severity(base, tuple(each))


def _absorbs(form: GapForm, known: Known, log: FaultLog) -> tuple[str, ...]:
    parts: list[str] = []
    for name in () if form.absorbs is None else form.absorbs.value:
        part = check_known(name, known.gaps, "gap", log)
        if part in parts:
            log.add(name.place, "duplicate-entry", f"gap `{part}` stands in this list twice")
        elif part is not None:
            parts.append(part)
    return tuple(parts)


def _side(form: SideForm | None, conditions: ConditionCompiler) -> SideRule | None:
    if form is None:
        return None
    when = conditions.compile(form.when)
    root_cause = check_known(form.root_cause, conditions.known.root_causes, "root-cause", conditions.log)
    if when is None or root_cause is None:
        return None
    return SideRule(when, root_cause, None if form.touchpoint is None else form.touchpoint.value)


def _ask(form: AskForm | None, conditions: ConditionCompiler, each: ItemKind | None) -> Ask | None:
    if form is None:
        return None
    known, log = conditions.known, conditions.log
    text = compile_text(form.text, known, log, each=each)
    written = () if form.options is None else form.options.value
    options = {answer.value: cast("Side", side.value) for answer, side in written}
    labels = {}
    for answer, label in () if form.labels is None else form.labels.value:
        if form.options is not None and form.options.complete:
            _check_answer(answer, options, log)
        labels[answer.value] = compile_text(label, known, log) or {}
    if text is None or form.options is None or form.valid_days is None:
        return None
    return Ask(text, options, labels, form.valid_days.value)


def _check_answer(answer: Name, options: Mapping[str, Side], log: FaultLog) -> None:
    if answer.value not in options:
        message = f"`{answer.value}` is none of the `options`"
        log.add_unknown(answer.place, "unknown-word", message, name=answer.value, known=options)


def report_cycles(forms: list[SignalForm], log: FaultLog) -> None:
    """Report signals that depend on themselves: one fault for each circle, at the reference that closes it."""
    edges: dict[str, dict[str, Place]] = {}
    for form in forms:
        if form.id is not None:
            named = edges.setdefault(form.id.value, {})
            for name in signals_in(form.when):
                named.setdefault(name.value, name.place)
    _report_circles(edges, "signals may not depend on themselves", log)


def report_absorbing_circles(forms: list[GapForm], log: FaultLog) -> None:
    """Report gaps that absorb themselves, by way of others or directly."""
    edges: dict[str, dict[str, Place]] = {}
    for form in forms:
        if form.id is not None:
            parts = edges.setdefault(form.id.value, {})
            for name in () if form.absorbs is None else form.absorbs.value:
                parts.setdefault(name.value, name.place)
    _report_circles(edges, "gaps may not absorb themselves", log)


def _report_circles(edges: Mapping[str, Mapping[str, Place]], what: str, log: FaultLog) -> None:
    remaining = _in_circles(edges)
    for start in sorted(remaining):
        circle = _shortest_circle(start, edges, remaining) if start in remaining else ()
        if circle:
            closing = edges[circle[-1]][start]
            shown = " → ".join(f"`{name}`" for name in (*circle, start))
            log.add(closing, "cycle", f"{what}: {shown}", hint="remove one of these references")
            remaining -= set(circle)


def _in_circles(edges: Mapping[str, Collection[str]]) -> set[str]:
    """Return the names in circles, and those on a way from one circle to another."""
    users = _turned(edges)
    leading = _stripped(users, edges)
    return _stripped(edges, {name: users[name] for name in leading})


def _turned(edges: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Return who uses each name."""
    users: dict[str, set[str]] = {name: set() for name in edges}
    for name, named in edges.items():
        for other in named:
            if other in users:
                users[other].add(name)
    return users


def _stripped(users: Mapping[str, Collection[str]], edges: Mapping[str, Collection[str]]) -> set[str]:
    """Strip from `edges`, again and again, what points at nothing that is left; `users` are the edges turned round."""
    open_names = {name: sum(other in edges for other in named) for name, named in edges.items()}
    done = deque(name for name, count in open_names.items() if count == 0)
    remaining = set(edges)
    while done:
        name = done.popleft()
        remaining.discard(name)
        for user in users[name]:
            if user in open_names:
                open_names[user] -= 1
                if open_names[user] == 0:
                    done.append(user)
    return remaining


def _shortest_circle(start: str, edges: Mapping[str, Mapping[str, Place]], within: set[str]) -> tuple[str, ...]:
    """Return the shortest way from `start` back to itself, names in order of writing; empty where there is none."""
    came_from: dict[str, str] = {}
    queue = deque([start])
    while queue:
        name = queue.popleft()
        for other in edges[name]:
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if other in within and other not in came_from:
                came_from[other] = name
                queue.append(other)
    return ()
