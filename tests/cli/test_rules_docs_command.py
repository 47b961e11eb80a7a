"""`nextplay rules docs` as a strategist runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.console import RULEBOOK, nextplay


def test_it_writes_pages_and_says_which_to_open(tmp_path: Path) -> None:
    """The folder stands by itself: an index, a style and a folder for each language."""
    ended = nextplay("rules", "docs", RULEBOOK, "--out", tmp_path)
    assert ended.code == 0
    assert ended.stdout.endswith(f"open {tmp_path / 'index.html'}\n")
    assert {path.name for path in tmp_path.iterdir()} >= {"en", "index.html", "style.css"}


def test_pages_of_rules_that_are_gone_go_too(tmp_path: Path) -> None:
    """Writing again removes the page of a rule that was deleted, and touches no file of others."""
    nextplay("rules", "docs", RULEBOOK, "--out", tmp_path)
    (tmp_path / "en" / "gap-long_gone.html").write_text("old", encoding="utf-8")
    (tmp_path / "notes-of-ours.txt").write_text("kept", encoding="utf-8")
    ended = nextplay("rules", "docs", RULEBOOK, "--out", tmp_path, "--format", "json")
    assert json.loads(ended.stdout)["removed"] == ["en/gap-long_gone.html"]
    assert (tmp_path / "notes-of-ours.txt").exists()


def test_a_language_that_the_rulebook_does_not_speak_is_refused(tmp_path: Path) -> None:
    """The sentence names those that it does speak."""
    ended = nextplay("rules", "docs", RULEBOOK, "--out", tmp_path, "--locale", "fr")
    assert ended.code == 2
    assert "the rulebook does not speak `fr`; it speaks en" in ended.stderr
    assert not list(tmp_path.iterdir())
