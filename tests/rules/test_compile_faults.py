"""Every fault with its place, message, line and hint: bad files laid over the small rulebook, and the whole report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from nextplay.errors import Fault, RulebookInvalid
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.fault_codes import FaultCode
from nextplay.rules.source import read_rulebook_folder

CASES = Path(__file__).parent / "faults"
ABSENT = ".absent"
EXPECTED = "expected.txt"


def _files(case: Path, small_files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the small rulebook with the files of the case in place of its own; `NAME.absent` takes one away."""
    absent = {path.relative_to(case).as_posix().removesuffix(ABSENT) for path in case.rglob(f"*{ABSENT}")}
    return {path: raw for path, raw in small_files.items() if path not in absent} | read_rulebook_folder(case)


def _report(files: Mapping[str, bytes]) -> str:
    try:
        faults: tuple[Fault, ...] = compile_rulebook(files).warnings
    except RulebookInvalid as error:
        faults = error.faults
    return "".join(f"{'warning: ' if fault.level == 'warning' else ''}{fault}\n" for fault in faults)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_report_is_as_expected(case: str, small_files: dict[str, bytes], *, update_golden: bool) -> None:
    """The report of bad files is exactly the golden one: every fault, once, sorted, with line, caret and hint."""
    report = _report(_files(CASES / case, small_files))
    golden = CASES / case / EXPECTED
    if update_golden:
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")
    assert report, "a case must have a fault"


def test_every_code_has_a_golden_case() -> None:
    """Every code that the compiler can report is shown by some golden file."""
    reports = "".join(path.read_text(encoding="utf-8") for path in sorted(CASES.glob(f"*/{EXPECTED}")))
    shown = set(re.findall(r"^(?:warning: )?\S+:\d+:\d+: ([a-z0-9-]+): ", reports, flags=re.MULTILINE))
    assert shown == set(get_args(FaultCode))


def test_every_code_is_documented() -> None:
    """`docs/faults.md` has a section for every code and for no other, each with what to avoid and what to prefer."""
    page = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### `([a-z0-9-]+)`\n(.*?)(?=^##|\Z)", page, flags=re.MULTILINE | re.DOTALL)
    assert sorted(code for code, _ in sections) == sorted(get_args(FaultCode))
    assert [code for code, text in sections if "avoid" not in text or "prefer" not in text] == []
