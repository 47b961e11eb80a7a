"""Claims about the page of speed: what it shows, what it refuses, and what it keeps."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from bench.performance import BENCHMARKS, TOOLS, Benchmark, document, machine, refusals, renewed, versions
from bench.performance_page import page
from bench.section import Goal, Section
from tests.cli.console import ROOT

SECTION = Section(
    name="race",
    title="A race",
    method="Two runners, five rounds.",
    header=("runner", "time"),
    table=(("hare | old", "3 s"), ("tortoise", "2 s")),
    goals=(
        Goal("the tortoise", "<= 2 s", "2 s", met=True),
        Goal("the hare", "<= 2 s", "3 s", met=False, why="it slept"),
        Goal("both at once", "<= 2 s", "-", met=None, why="there is one track"),
    ),
    figures={"rounds": [3, 2]},
)


def measured(*, quick: bool = False) -> dict[str, object]:
    """Return what is told about a measurement."""
    return {"date": "2026-01-02", "seconds": 7, "quick": quick, "machine": machine(), "versions": versions()}


def test_a_section_is_shown_with_its_goals_first() -> None:
    """The page has the machine, then every goal with what was reached and why not, then the section whole."""
    shown = page({"sections": {"race": document(SECTION) | {"measured": measured()}}})
    goals, _, section = shown.partition("## A race")
    assert "| the tortoise | <= 2 s | 2 s | yes |  |" in goals
    assert "| the hare | <= 2 s | 3 s | **no** | it slept |" in goals
    assert "| both at once | <= 2 s | - | cannot be told | there is one track |" in goals
    assert machine()["processor"] in goals
    assert versions()["grpcio"] in goals
    assert "Two runners, five rounds." in section
    assert "| hare \\| old | 3 s |" in section
    assert "Measured on 2026-01-02 in 7 s." in section
    assert "quick try" not in shown


def test_a_section_from_elsewhere_says_so() -> None:
    """A section that was kept from another machine or another version names it; a quick try is marked as one."""
    older = measured(quick=True) | {"date": "2026-01-01", "machine": machine() | {"cores": "64"}}
    kept = document(SECTION) | {"measured": older}
    shown = page({"sections": {"race": kept, "new": document(SECTION) | {"measured": measured()}}})
    assert "Measured on 2026-01-01 in 7 s, with cores 64." in shown
    assert "no figures to quote" in shown


def test_what_is_missing_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tools and packages that are not there are told all at once, each with how to get it."""
    monkeypatch.setitem(TOOLS, "h2load-of-nobody", "install Debian's `hare`")
    tool, package = refusals([Benchmark("race", "race", ("h2load-of-nobody",), ("package_of_nobody", "json"))])
    assert tool == "`race` needs `h2load-of-nobody`: install Debian's `hare`"
    assert "`package_of_nobody`: `make setup` installs it" in package


def test_one_section_is_renewed_and_the_others_stay() -> None:
    """Renewing a section measures it in a process of its own and leaves the other figures as they were."""
    (stages,) = [one for one in BENCHMARKS if one.name == "stages"]
    kept = {one.name: {"kept": one.name} for one in BENCHMARKS}
    found = renewed({"sections": kept}, stages, quick=True)["sections"]
    assert list(found) == [one.name for one in BENCHMARKS]
    assert found.pop("stages")["measured"]["quick"] is True
    kept.pop("stages")
    assert found == kept


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_every_benchmark_can_be_run(benchmark: Benchmark) -> None:
    """Each benchmark of the list is a module that measures a section."""
    assert callable(importlib.import_module(benchmark.module).measure)


def test_the_page_is_what_was_measured() -> None:
    """docs/performance.md is made of docs/performance.json, and holds no quick try."""
    figures: Path = ROOT / "docs" / "performance.json"
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "performance.md").read_text(encoding="utf-8") == page(found)
    assert [name for name, section in found["sections"].items() if section["measured"]["quick"]] == []
