"""Rule files that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from nextplay.rules.compile import compile_rulebook
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.source import read_rulebook_folder

SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="session")
def small_files() -> dict[str, bytes]:
    """Return the files of a small rulebook without faults that uses every part of the language."""
    return read_rulebook_folder(SMALL)


@pytest.fixture(scope="session")
def small_rulebook(small_files: dict[str, bytes]) -> Rulebook:
    """Return the small rulebook, compiled."""
    return compile_rulebook(small_files).rulebook
