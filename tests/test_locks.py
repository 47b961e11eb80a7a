"""The locked dependencies: complete, hashed, and from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("build", "dev", "service")
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return name → version of a lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return {name: version for name, version, _ in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_index_is_named(lock: str) -> None:
    """A lock says what is installed and never from where, so that any mirror of the public index serves."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")

    assert pins(lock)
    assert all(hashes for _, _, hashes in PIN.findall(text))
    assert not re.search(r"://|^\s*--(?!hash)", text, re.MULTILINE)


def test_what_is_declared_is_locked() -> None:
    """Every dependency of the package is in both locks, those of development in theirs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {name_of(entry) for entry in project["dependencies"]}
    extras = {
        extra: {name_of(entry) for entry in entries} for extra, entries in project["optional-dependencies"].items()
    }

    assert declared | extras["dev"] <= pins("dev").keys()
    assert declared | extras["postgres"] <= pins("service").keys()


def test_the_image_runs_what_was_tested() -> None:
    """What both locks name, both name in the same version; the build tools are those of development too."""
    tested = pins("dev")

    for lock in ("service", "build"):
        differing = {name: version for name, version in pins(lock).items() if tested.get(name, version) != version}
        assert not differing, lock


def name_of(requirement: str) -> str:
    """Return the normalised name of a requirement such as `psycopg[binary]>=3.2`."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")
