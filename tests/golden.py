"""Recorded outputs: compared whole, renewed all at once by `pytest --update-golden`, then read in the diff."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

UPDATE: Final = "NEXTPLAY_TEST_UPDATE_GOLDEN"
"""How `--update-golden` reaches every process of the run; set by `tests/conftest.py` alone."""


def updating() -> bool:
    """Tell whether this run records outputs instead of comparing them."""
    return UPDATE in os.environ


def matches_golden(text: str, path: Path) -> None:
    """Compare `text` with the recorded file, or record it where the flag is set."""
    assert text == recorded(path, text), f"{path.name} differs; --update-golden records it anew"


def recorded(path: Path, text: str) -> str:
    """Return what is recorded in the file; where the flag is set, record `text` first."""
    if updating():
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
