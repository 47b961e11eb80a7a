"""Conditions compiled to Python functions: the hot path of every decision.

Walking a tree costs several calls for each leaf; the same condition written as one expression costs none.
`writer.py` writes the expressions; what is compiled is made of slots, operators and numbers alone.

A compiled condition reads the *state*: the values of the facts, then the truths of the signals, each at its own slot.
`None` means unknown in both. The meaning is `condition.evaluate`'s, and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from nextplay.facts import ItemKind
from nextplay.rules.condition import Condition, Truth, negation_normal_form, signals_of
from nextplay.rules.writer import Writer

State = Sequence[Any]
"""Fact values and signal truths by slot. Its elements are what the slots say, so no type is checked here."""
Compiled = Callable[[State], Truth]
PROBES_AT_ONCE: Final = 200
"""Probes of one function: Python takes some 100 KiB to compile one, and gives them back only after the function."""


def compile_condition(condition: Condition, fact_slots: Mapping[str, int], signal_slots: Mapping[str, int]) -> Compiled:
    """Compile one condition over a state; raises `KeyError` for a fact or signal that has no slot."""
    writer = Writer(lambda name: f"state[{fact_slots[name]}]", lambda name: f"state[{signal_slots[name]}]")
    source = f"lambda state: {writer.expression(condition)}"
    decide: Compiled = eval(source, writer.constants)  # noqa: S307  the source holds slots and operators only
    return decide


class ItemLists(NamedTuple):
    """Which conditions are asked of every item of a list, and the facts of items that they read, each sorted."""

    kinds: Mapping[str, ItemKind]
    names: Mapping[ItemKind, Sequence[str]]


def compile_item_program(
    fact_names: Sequence[str], lists: ItemLists, conditions: Mapping[str, Condition], order: Sequence[str]
) -> Callable[[State, Mapping[ItemKind, Sequence[State] | None]], list[Any]]:
    """Compile as `compile_program` does where some conditions are asked of every item.

    The function also takes the rows of each list: the values of `lists.names`, item by item, `None` for an unknown
    list. Behind the facts of the account stands, for every fact of an item, whether each item has it known (`True`, or
    else `None`). An item condition's truth is that of the account: true of some item; else unknown where it is of one
    or the list is unknown; else false. The last element holds its truths item by item, by its name.
    """
    facts = {name: f"f{index}" for index, name in enumerate(fact_names)}
    signals = {name: f"s{index}" for index, name in enumerate(conditions)}
    items = [(kind, name, place) for kind, names in lists.names.items() for place, name in enumerate(names)]
    values = {name: f"e{index}" for index, (_, name, _) in enumerate(items)}
    asked: list[ItemKind | None] = [None]

    def truth(name: str) -> str:
        apart = asked[0] is not None and lists.kinds.get(name) == asked[0]
        return f"p{signals[name]}" if apart else signals[name]

    writer = Writer(lambda name: values.get(name) or facts[name], truth)
    writer.constants |= {"account": _of_account, "known": _known_of_all, "zip": zip}
    lines = ["def program(facts, rows):", f"    [{', '.join(facts.values())}] = facts"]
    lines += [f"    r_{kind} = rows[{kind!r}]" for kind in lists.names]
    for name in order:
        kind = asked[0] = lists.kinds.get(name)
        expression = writer.expression(conditions[name])
        if kind is None:
            lines.append(f"    {signals[name]} = {expression}")
            continue
        named = sorted(one for one in signals_of(conditions[name]) if lists.kinds.get(one) == kind)
        row = f"[{', '.join(values[one] for one in lists.names[kind])}]"
        taken, given = ", ".join([row, *map(truth, named)]), ", ".join(f"i{signals[one]}" for one in named)
        source = f"zip(r_{kind}, {given})" if named else f"r_{kind}"
        each = f"i{signals[name]}"
        lines += [
            f"    {each} = None if r_{kind} is None else [{expression} for {taken} in {source}]",
            f"    {signals[name]} = account({each})",
        ]
    heard = [f"known(r_{kind}, {place})" for kind, _, place in items]
    apart = ", ".join(f"{name!r}: i{signals[name]}" for name in conditions if name in lists.kinds)
    lines.append(f"    return [{', '.join(['*facts', *heard, *signals.values()])}, {{{apart}}}]")
    exec("\n".join(lines), writer.constants)  # noqa: S102  the source holds numbered names, checked ids and operators only
    program: Callable[[State, Mapping[ItemKind, Sequence[State] | None]], list[Any]] = writer.constants["program"]
    return program


def _of_account(truths: Sequence[Truth] | None) -> Truth:
    return None if truths is None else True if True in truths else None if None in truths else False


def _known_of_all(rows: Sequence[State] | None, place: int) -> Literal[True] | None:
    return None if rows is None or any(row[place] is None for row in rows) else True


class Probe(NamedTuple):
    """Questions that are asked only where `near` is true, which it cannot be while `fact` is unknown.

    `variants` are signals under names of their own, each after those that it names; `conclusions` conditions over them,
    each with the number that stands for it. None of these can be true where `only_if` is not.
    """

    fact: str
    near: Condition
    variants: Sequence[tuple[str, Condition]]
    conclusions: Sequence[tuple[int, Condition]]
    only_if: Condition | None = None


def _probe_lines(probe: Probe, writer: Writer, variants: dict[str, str]) -> Iterator[str]:
    """Write one probe; `variants` takes the names that its variants go by from here on."""
    asked = "" if probe.only_if is None else f" and {writer.is_true(negation_normal_form(probe.only_if))}"
    yield f"        if {writer.is_true(probe.near)}{asked}:"
    for name, condition in probe.variants:
        written = writer.expression(condition)
        variants[name] = f"v{len(variants)}"
        yield f"            {variants[name]} = {written}"
    for number, condition in probe.conclusions:
        yield f"            if {writer.is_true(negation_normal_form(condition))}: found.append({number})"
    yield "            pass"


def compile_probes(
    probes: Sequence[Probe], fact_slots: Mapping[str, int], signal_slots: Mapping[str, int]
) -> Callable[[State], list[int]]:
    """Compile a function from a state to the numbers of the conclusions that are true.

    An unknown fact passes over all of its probes at once.
    """
    variants: dict[str, str] = {}
    known: list[str | None] = [None]
    writer = Writer(
        lambda name: "value" if name == known[0] else f"state[{fact_slots[name]}]",
        lambda name: variants.get(name) or f"state[{signal_slots[name]}]",
        is_known=lambda name: name == known[0],  # asked within `if value is not None`
    )
    ordered = sorted(probes, key=attrgetter("fact"))
    parts: list[Callable[[State, list[int]], None]] = []
    for first in range(0, len(ordered), PROBES_AT_ONCE):
        lines = ["def select(state, found):"]
        for fact, group in groupby(ordered[first : first + PROBES_AT_ONCE], key=attrgetter("fact")):
            known[0] = fact
            lines += [f"    value = state[{fact_slots[fact]}]", "    if value is not None:"]
            for probe in group:
                variants.clear()
                lines += _probe_lines(probe, writer, variants)
        exec("\n".join(lines), writer.constants)  # noqa: S102  the source holds slots and operators only
        parts.append(writer.constants["select"])

    def select(state: State) -> list[int]:
        found: list[int] = []
        for part in parts:
            part(state, found)
        return found

    return select
