"""`make demo`: it works on a machine that has nothing but this repository, and README shows what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.console import ENVIRONMENT, ROOT
from tests.golden import updating

README = ROOT / "README.md"
SHOWN = re.compile(r"(?<=<!-- demo:begin -->\n```text\n).*?(?=```\n<!-- demo:end -->)", re.DOTALL)
SHOWN_ACCOUNT = "kestrel-logistics"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the demonstration in a folder that has only rules, models and examples."""
    folder = tmp_path_factory.mktemp("machine")
    for name in ("rules", "models", "examples"):
        (folder / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "nextplay.cli.demo"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=180, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "starting the server ...\n")
    return done.stdout.decode()


def test_the_demo_shows_every_kind(output: str) -> None:
    """One real account and five invented ones come back over gRPC, one of each kind among them, and one once more."""
    assert len(re.findall(r"^\S+, as of ", output, flags=re.MULTILINE)) == 7
    for kind in ("CX: ", "CS: ", "MIXED: ", "UNDETERMINED: ", "NONE: "):
        assert re.search(rf"^{kind}", output, flags=re.MULTILINE), kind
    for part in ("Churn risk: ", "Gaps\n", "What to do\n", "     who ", "     due ", "Withheld\n", "To ask\n"):
        assert part in output


def test_readme_shows_a_decision_of_the_demo(output: str) -> None:
    """The decision in README is the demo's, but for hashes; --update-golden records it anew."""
    decision = re.search(rf"^{SHOWN_ACCOUNT}, as of .*?(?=\n\ndecision d1-)", output, flags=re.MULTILINE | re.DOTALL)
    assert decision is not None
    text = f"{decision[0]}\n"
    page = README.read_text(encoding="utf-8")
    if updating():
        page = SHOWN.sub(lambda _: text, page)
        README.write_text(page, encoding="utf-8")
    shown = SHOWN.search(page)
    assert shown is not None
    assert shown[0] == text


def test_the_demo_shows_that_it_remembers(output: str) -> None:
    """A day later the action that was taken on is open, and what was done is closed and rests."""
    assert "OPEN" not in output.partition(" a day later")[0]
    later = output.partition(" a day later")[2]
    assert re.search(r"^  1\. .*  OPEN$", later, flags=re.MULTILINE)
    assert "[cooldown]" in later
    assert ": done" in later.partition("Closed\n")[2]


def test_without_the_files_it_ends_with_a_sentence(tmp_path: Path) -> None:
    """In a folder without a rulebook the demo says what the server said, and ends with an error."""
    command = [sys.executable, "-m", "nextplay.cli.demo"]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=180, check=False)
    assert done.returncode == 1
    assert b"the server did not start" in done.stderr
    assert b"Traceback" not in done.stderr
