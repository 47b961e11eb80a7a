"""What a serving process loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

SERVING = ("nextplay.cli.app", "nextplay.service.app", "nextplay.churn.model", "nextplay.decider")


@pytest.mark.parametrize("module", SERVING)
def test_serving_never_loads_scikit_learn(module: str) -> None:
    """Whatever a server imports, neither scikit-learn nor SciPy, pickle's cousins or plots come with it."""
    strangers = {"sklearn", "scipy", "joblib", "pandas", "skops", "matplotlib"}
    asked = f"import sys, {module}; print(*sorted({strangers} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""
