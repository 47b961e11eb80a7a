"""Runs the console script as a person's shell does: a process of its own, with its exit code and both streams."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULEBOOK = Path(__file__).parent / "rulebook"
SCRIPT = Path(sys.executable).with_name("nextplay")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("NEXTPLAY_", "COLUMNS"))}
"""Our own environment without what would change a command: settings of ours, and the width of the terminal."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. Every end is checked to be without a traceback and without colour codes."""

    code: int
    stdout: str
    stderr: str


def nextplay(*arguments: str | Path, stdin: str = "", folder: Path = ROOT, **settings: str) -> Ended:
    """Run `nextplay` in a folder, the top of the repository; `settings` become environment variables."""
    done = subprocess.run(
        [SCRIPT, *arguments],
        input=stdin.encode(),
        capture_output=True,
        cwd=folder,
        env=ENVIRONMENT | settings,
        timeout=120,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ended.stderr
    assert "\x1b" not in ended.stdout
    return ended


def decide(*arguments: str | Path, stdin: str = "") -> Ended:
    """Run `nextplay decide` on the small rulebook."""
    return nextplay("decide", "--rules", RULEBOOK, *arguments, stdin=stdin)


def surroundings(folder: Path) -> dict[str, str]:
    """Return an environment in which git, pre-commit and `nextplay` work, and nothing of ours is set."""
    who = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b.c",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b.c",
    }
    path = f"{SCRIPT.parent}{os.pathsep}{ENVIRONMENT['PATH']}"
    apart = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("GIT_")}
    return {**apart, **who, "PATH": path, "PRE_COMMIT_HOME": str(folder / "pre-commit"), "HOME": str(folder)}
