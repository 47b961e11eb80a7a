"""Programs that some tests drive and that are no Python packages: skipped without them, but never where CI runs."""

from __future__ import annotations

import os
import shutil

import pytest


def needed(*programs: str) -> str:
    """Return the path of the first program that is here; otherwise skip, or fail where `CI` is set."""
    for program in programs:
        found = shutil.which(program)
        if found:
            return found
    message = f"{' or '.join(programs)} is missing; `bash scripts/prepare_ci.sh` installs what the tests need"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
