"""docs/strategist.md: a repository is set up, every change and command of the page is made in order, and it tells true.

What the page's comments mean: `write` and `change` name the file of the block below, `meanwhile` is what somebody else
does, `not run` is left alone, and `output` chooses lines of what the commands above printed: from the first line that
has the quoted text, so many. Between them stands a line of three points.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from tests.cli.console import ROOT, surroundings
from tests.golden import updating

PAGE = ROOT / "docs" / "strategist.md"
BLOCK: Final = re.compile(
    r"^<!-- (?P<meanwhile>meanwhile): (?P<doing>.*?) -->$|"
    r"(?:^<!-- (?P<about>write|change|output|not run)(?:: (?P<what>.*?))? -->\n)?"
    r"^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
CHOICE: Final = re.compile(r'"([^"]+)" (\d+)')
WIDEST: Final = 110
"""Characters of a line that the page shows; it may not be wider itself."""
ENDS: Final = re.compile(r"\s+# ends with (\d+)$")
COUNTED: Final = re.compile(r"(tests? passed|\d warnings?\b|rules  |leaves )")
"""Lines that count the whole rulebook: their numbers change with every rule, and the page need not."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One output of the page: where it stands, what the page has, and what came."""

    start: int
    end: int
    page: str
    came: str


def uncounted(text: str) -> str:
    """Hide the numbers of lines that count the whole rulebook."""
    return "".join(
        re.sub(r"\d+", "N", line) if COUNTED.search(line) else line for line in text.splitlines(keepends=True)
    )


def chosen(output: str, choices: str) -> str:
    """Return the lines that the page shows."""
    lines, found, after = output.splitlines(), list[str](), 0
    for text, count in CHOICE.findall(choices):
        start = next((index for index, line in enumerate(lines) if index >= after and text in line), None)
        assert start is not None, f"no line has {text!r} in:\n{output}"
        skipped = [line for line in lines[after:start] if line.strip()]
        found += [] if not found or start == after else ["..." if skipped else ""]
        after = start + int(count)
        found += lines[start:after]
    return "".join(f"{line.rstrip() if len(line) <= WIDEST else f'{line[: WIDEST - 1]}…'}\n" for line in found)


def commands(block: str) -> Iterator[tuple[str, int]]:
    """Yield each command of a block, with the exit code that it should have."""
    for line in block.replace("\\\n", " ").splitlines():
        code = ENDS.search(line)
        if line.strip():
            yield ENDS.sub("", line), int(code[1]) if code else 0


def change(path: Path, difference: str) -> None:
    """Put the lines with `+` in the place of those with `-`; lines without either stay."""
    lines = difference.splitlines()
    before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} has not exactly once:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


class Walk:
    """A strategist who does what the page says."""

    def __init__(self, folder: Path) -> None:
        """Set up the company's repository and a working copy of it."""
        self.copy, self._environment = folder / "copy", surroundings(folder)
        self._output = ""
        self.shown: list[Shown] = []
        self.copy.mkdir()
        for name in ("rules", "models"):
            shutil.copytree(ROOT / name, self.copy / name)
        origin = folder / "origin.git"
        self.run(f"git init --quiet --bare --initial-branch main {origin}")
        self.run(f"git init --quiet --initial-branch main && git remote add origin {origin}")
        self.run("git add . && git commit --quiet -m start && git push --quiet -u origin main")

    def run(self, command: str, code: int = 0) -> str:
        """Run one command as a shell does, and return what it printed."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.copy,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, f"{command}: {done.stdout}"
        assert "Traceback" not in done.stdout
        return done.stdout

    def follow(self, block: re.Match[str]) -> None:
        """Do what one block of the page says."""
        text, what = block["text"], block["what"]
        if block["meanwhile"]:
            self.run(block["doing"])
        elif block["about"] == "write":
            (self.copy / what).write_text(text, encoding="utf-8")
        elif block["about"] == "change":
            change(self.copy / what, text)
        elif block["about"] == "output":
            came = chosen(self._output, what)
            self.shown.append(Shown(block.start("text"), block.end("text"), text, came))
        elif block["language"] == "sh" and not block["about"]:
            self._output = "".join([self.run(command, code) for command, code in commands(text)])


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Follow the whole page once."""
    walk = Walk(tmp_path_factory.mktemp("strategist"))
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        walk.follow(block)
    return walk


def test_the_page_shows_what_came(walk: Walk) -> None:
    """Every output on the page is what its command printed; `--update-golden` writes the page anew."""
    if updating():
        page = PAGE.read_text(encoding="utf-8")
        for shown in reversed(walk.shown):
            page = page[: shown.start] + shown.came + page[shown.end :]
        PAGE.write_text(page, encoding="utf-8")
        return
    assert [uncounted(shown.page) for shown in walk.shown] == [uncounted(shown.came) for shown in walk.shown]


def test_the_walk_ends_on_trial(walk: Walk) -> None:
    """What was taken back is on trial as before, and the threshold of the short way is what counts."""
    folder = walk.copy / "rules"
    assert "status: shadow" in (folder / "gaps" / "quiet_after_tickets.yaml").read_text(encoding="utf-8")
    assert "smb: 90" in (folder / "rulebook.yaml").read_text(encoding="utf-8")


def test_no_command_is_left_out() -> None:
    """Every shell block is run, but for those that need a network."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("```sh") == len([1 for block in BLOCK.finditer(page) if block["language"] == "sh"])
    assert [block["what"] for block in BLOCK.finditer(page) if block["about"] == "not run"] == ["it needs a network"]
