"""Signals that depend on themselves."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.errors import Fault, RulebookInvalid
from nextplay.rules.compile import compile_rulebook

NAMES = [f"s{index}" for index in range(6)]
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3), min_size=1)


def _cycles(raw: bytes) -> list[list[str]]:
    try:
        faults: tuple[Fault, ...] = compile_rulebook({"signals/all.yaml": raw}).warnings
    except RulebookInvalid as error:
        faults = error.faults
    return [re.findall(r"`(\w+)`", fault.message) for fault in faults if fault.code == "cycle"]


def _written(graph: dict[str, list[str]]) -> bytes:
    lines = []
    for name in NAMES:
        when = f"[{', '.join(graph.get(name) or [])}]" if graph.get(name) else "{fact: support.open_p1, gte: 1}"
        lines.append(f"- {{id: {name}, title: Name, when: {when}, says: Text}}\n")
    return "".join(lines).encode()


def _reaches_itself(start: str, graph: dict[str, list[str]]) -> bool:
    seen: set[str] = set()
    waiting = list(graph.get(start, []))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph.get(name, [])
    return start in seen


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_circles_are_reported_and_nothing_else(graph: dict[str, list[str]]) -> None:
    """Each reported circle is one, no two share a signal, and taking them away leaves no other untold."""
    cycles = _cycles(_written(graph))
    for cycle in cycles:
        assert cycle[0] == cycle[-1]
        assert all(later in graph.get(earlier, []) for earlier, later in pairwise(cycle))
    told = [name for cycle in cycles for name in cycle[1:]]
    assert len(told) == len(set(told))
    left = {name: [other for other in named if other not in told] for name, named in graph.items() if name not in told}
    assert [name for name in left if _reaches_itself(name, left)] == []


def test_a_long_chain_is_no_circle_and_costs_no_stack() -> None:
    """Two thousand signals in a row are only that; closing the ring is one fault that names them all."""
    names = [f"n{index:04}" for index in range(2000)]
    chain = "".join(f"- {{id: {name}, title: T, when: {after}, says: S}}\n" for name, after in pairwise(names))
    last = f"- {{id: {names[-1]}, title: T, when: %s, says: S}}\n"
    assert _cycles((chain + last % "{fact: support.open_p1, gte: 1}").encode()) == []
    assert _cycles((chain + last % names[0]).encode()) == [[*names, names[0]]]
