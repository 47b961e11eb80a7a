"""The page about learning shows what its commands print today; `--update-golden` writes it anew."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

from tests.cli.console import ROOT, nextplay
from tests.golden import updating

from nextplay.errors import RulebookInvalid
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.source import read_rulebook_folder

PAGE: Final = ROOT / "docs" / "learning.md"
_SHOWN: Final = re.compile(r"```sh\nnextplay ([^\n]+)\n```\n\n```text\n(.*?)```", re.DOTALL)
_RULES: Final = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_the_page_shows_what_is_printed(past: Path) -> None:
    """Each command that is followed by an output prints it, word for word."""
    page = PAGE.read_text(encoding="utf-8")
    found = list(_SHOWN.finditer(page))
    now = page
    for shown in found[::-1]:
        ended = nextplay(*shlex.split(shown[1]), folder=past, NEXTPLAY_RULES=str(ROOT / "rules"))
        assert (ended.code, ended.stderr) == (0, ""), shown[1]
        now = now[: shown.start(2)] + ended.stdout + now[shown.end(2) :]
    if updating():
        PAGE.write_text(now, encoding="utf-8")
        page = now
    assert found
    assert page == now, "docs/learning.md differs; --update-golden writes it anew"


def test_the_rules_of_the_page_compile() -> None:
    """What the page writes under `arbitration` may stand in the shipped rulebook."""
    files = read_rulebook_folder(ROOT / "rules")
    (written,) = _RULES.findall(PAGE.read_text(encoding="utf-8"))
    book = files["rulebook.yaml"].replace(b"\narbitration:\n", f"\n{written}".encode())
    try:
        holdout = compile_rulebook(files | {"rulebook.yaml": book}).rulebook.arbitration.holdout
    except RulebookInvalid as invalid:
        raise AssertionError(str(invalid)) from None
    assert holdout is not None
    assert (holdout.share, holdout.plays, holdout.salt) == (0.05, {"reset_plan_with_sponsor": 0.2}, "2026")
