"""The invented past of the examples, written once."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `past.db`, as the page about learning makes it."""
    folder = tmp_path_factory.mktemp("past")
    runpy.run_path(str(ROOT / "examples" / "learning" / "past.py"))["main"](f"sqlite:///{folder}/past.db")
    return folder
