"""What a newcomer reads whose machine lacks something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "check_machine.sh"


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the check as `make setup` does, on a machine changed by `environment`."""
    known = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, **environment}
    return subprocess.run(["sh", str(SCRIPT)], capture_output=True, text=True, check=False, env=known)


def test_a_machine_that_has_all_is_not_spoken_to() -> None:
    """Nothing missing, nothing said."""
    done = check()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PYTHON": "python-of-nobody"}, "`python-of-nobody` is not a Python 3.11 or 3.12: install one"),
        ({"CC": "compiler-of-nobody"}, "there is no C compiler `compiler-of-nobody`"),
        ({"CC": "false"}, "`false` does not find stdio.h: install the C library's headers"),
        (
            {"PYTHON_INCLUDE": "/nowhere"},
            "Python.h, which durable-rules is built with, is missing",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(environment: dict[str, str], words: str) -> None:
    """One line names what is missing and what to install, and the check fails."""
    done = check(**environment)

    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
