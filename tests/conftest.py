"""What every test shares."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that writes golden files anew; read the difference before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write expected outputs anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))
