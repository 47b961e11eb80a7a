"""docs/week.md: its week is played against a server process on each database, and every answer that it shows came.

A `text` block shows what the `sh` block before it printed; what a shell block prints without one is not shown.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from tests.golden import updating

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "week.md"
BLOCK: Final = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH: Final = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
END: Final = "--- end of block ---"


@contextmanager
def served(store: str) -> Iterator[int]:
    """Run `nextplay serve` with the shipped rules and model; yield its port."""
    command: list[str | Path] = [Path(sys.executable).with_name("nextplay"), "serve", "--port", "0"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("NEXTPLAY_")}
    settings = {"NEXTPLAY_STORE": store, "NEXTPLAY_DRAIN_SECONDS": "0"}
    with subprocess.Popen(command, cwd=ROOT, env=own | settings, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            yield next(event["port"] for event in map(json.loads, process.stderr) if event["event"] == "started")
        finally:
            process.kill()


def play(port: int, home: Path) -> list[str]:
    """Run the shell blocks of the page as one shell would; return what each of them printed."""
    blocks = [text for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if language == "sh"]
    script = "".join(f"{block}\necho '{END}'\n" for block in blocks).replace("127.0.0.1:50051", f"127.0.0.1:{port}")
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env={"PATH": PATH, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not re.search(r'"code": [1-9]', done.stdout), "a reaction of a batch was refused"
    return done.stdout.split(f"{END}\n")[:-1]


def with_answers(page: str, printed: list[str]) -> str:
    """Return the page with what came in place of what it shows."""
    came, last = iter(printed), ""

    def shown(block: re.Match[str]) -> str:
        nonlocal last
        if block[1] == "sh":
            last = next(came)
            return block[0]
        # a block may do several things; it shows what its last command looked at, which is never JSON
        looked = re.sub(r"^\{\n.*?^\}\n", "", last, flags=re.MULTILINE | re.DOTALL)
        return f"```text\n{looked}```"

    return BLOCK.sub(shown, page)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh store."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_the_week_is_as_the_page_tells(store: str, tmp_path: Path) -> None:
    """Each answer of the page is what a server process says at that place; `--update-golden` writes the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    with served(store) as port:
        came = with_answers(page, play(port, tmp_path))
    if updating():
        PAGE.write_text(came, encoding="utf-8")
        return
    assert came == page


def test_the_week_has_every_turn() -> None:
    """The answers on the page show an action in each state that a week can bring, and a diagnosis that changes."""
    answers = "".join(text for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if language == "text")
    for line in ("new ", "open ", "escalated "):
        assert re.search(rf"^  {line}", answers, flags=re.MULTILINE), line
    for word in (": cooldown, ", ": suppressed, ", ": done, ", ": gap_gone, ", "as answered: customers"):
        assert word in answers, word
    kinds = re.findall(r"^\d{4}-\d\d-\d\d  ([A-Z]+):", answers, flags=re.MULTILINE)
    assert kinds == ["CX", "CX", "CX", "UNDETERMINED", "CS"]
