"""What all tests share: how Hypothesis runs, and the one flag that writes golden files anew."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from tests.golden import UPDATE, updating

# A busy machine must not fail a law, and CI must not fail today on what it did not try yesterday.
settings.register_profile("nextplay", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("nextplay")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that writes golden files anew; read the difference before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write expected outputs anew")


def pytest_configure(config: pytest.Config) -> None:
    """Pass the flag on to whatever compares recorded outputs."""
    if config.getoption("--update-golden"):
        os.environ[UPDATE] = "1"


@pytest.fixture
def update_golden() -> bool:
    """Tell whether golden files are to be written instead of compared."""
    return updating()
