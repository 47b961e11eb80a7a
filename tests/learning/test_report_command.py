"""`nextplay report plays` over the invented past, as a strategist runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.console import Ended, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"


def report(past: Path, *options: str) -> Ended:
    """Report on the invented past after its end."""
    asked = "report", "plays", "--store", f"sqlite:///{past}/past.db", "--as-of", "2026-04-30", "--horizon", "120"
    return nextplay(*asked, *options)


def test_told_to_people_and_to_machines(past: Path) -> None:
    """Both forms are recorded whole."""
    ended = report(past)
    assert (ended.code, ended.stderr) == (0, "")
    matches_golden(ended.stdout, GOLDEN / "plays.txt")
    found = json.loads(report(past, "--format", "json").stdout)
    matches_golden(json.dumps(found, indent=1) + "\n", GOLDEN / "plays.json")


def test_since_and_tenant_narrow_it(past: Path) -> None:
    """Decisions before the day, or of others, are not counted."""
    found = json.loads(report(past, "--since", "2025-11-01", "--format", "json").stdout)
    assert found["since"] == "2025-11-01"
    assert 0 < found["decisions"] < 400
    assert report(past, "--tenant", "nobody").stdout == "no decisions up to 2026-04-30\n"
    assert report(past, "--since", "soon").code == 2
