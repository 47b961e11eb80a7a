"""What all tests share: how Hypothesis runs, and the one flag that writes golden files anew."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A busy machine must not fail a law, and CI must not fail today on what it did not try yesterday.
settings.register_profile("nextplay", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("nextplay")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that writes golden files anew; read the difference before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write expected outputs anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))
