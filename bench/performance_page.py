"""The figures of docs/performance.json as the page docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any, Final

_WIDTH: Final = 120
_HEAD: Final = """# How fast it is

Written by `make bench`; do not edit. Every figure of every round stands in [performance.json](performance.json).

Figures age and machines differ. What carries over are **ratios taken in one run**: whatever is compared here was
measured in turn, round by round, on the same machine, and the page shows medians of at least five rounds. A goal that
was missed says by how much and why; one that this machine cannot judge says so.

{tried}{machine}

## Goals

{goals}
"""
_TRIED: Final = "**This page is of a quick try: too few rounds, no figures to quote.**\n\n"
_MET: Final = {True: "yes", False: "**no**", None: "cannot be told"}


def page(found: Mapping[str, Any]) -> str:
    """Lay all figures out as the page: the machine, every goal, then section by section."""
    sections = list(found["sections"].values())
    latest = max((section["measured"] for section in sections), key=lambda measured: str(measured["date"]))
    head = _HEAD.format(
        tried=_TRIED if any(section["measured"]["quick"] for section in sections) else "",
        machine=_machine(latest),
        goals=_goals(sections),
    )
    return head + "".join(_section(section, latest) for section in sections)


def _machine(measured: Mapping[str, Any]) -> str:
    machine = measured["machine"]
    rows = [
        ("date", measured["date"]),
        ("processor", f"{machine['processor']}, {machine['cores']} cores"),
        ("memory", machine["memory"]),
        ("kernel", machine["kernel"]),
        ("versions", _joined(measured["versions"])),
    ]
    return table(("machine", ""), rows)


def _goals(sections: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (goal["what"], goal["goal"], goal["reached"], _MET[goal["met"]], goal["why"])
        for section in sections
        for goal in section["goals"]
    ]
    return table(("what", "goal", "reached", "met", "why"), rows)


def _section(section: Mapping[str, Any], latest: Mapping[str, Any]) -> str:
    measured = section["measured"]
    note = f"Measured on {measured['date']} in {measured['seconds']} s" + "".join(_difference(measured, latest))
    method = fill(" ".join(section["method"].split()), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"\n## {section['title']}\n\n{method}\n\n{table(section['header'], section['table'])}\n\n{note}.\n"


def _difference(measured: Mapping[str, Any], latest: Mapping[str, Any]) -> Iterator[str]:
    """Say what was another machine, or another version, than the page tells at its head."""
    for of in ("machine", "versions"):
        other = {name: value for name, value in measured[of].items() if latest[of].get(name) != value}
        if other:
            yield f", with {_joined(other)}"


def _joined(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out as a table of Markdown; a `|` in a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
