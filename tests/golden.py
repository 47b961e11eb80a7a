"""Recorded outputs: compared whole, renewed all at once by `NEXTPLAY_UPDATE_GOLDEN=1 pytest`, then read in the diff."""

from __future__ import annotations

import os
from pathlib import Path


def matches_golden(text: str, path: Path) -> None:
    """Compare `text` with the recorded file, or record it where the flag is set."""
    assert text == recorded(path, text), f"{path.name} differs; NEXTPLAY_UPDATE_GOLDEN=1 records it anew"


def recorded(path: Path, text: str) -> str:
    """Return what is recorded in the file; where the flag is set, record `text` first."""
    if os.environ.get("NEXTPLAY_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
