"""The page about explanations shows what the command prints today.

An example is a command in a block of `sh` and, in the next block of `text`, some sections of what it prints, each from
its heading to the next blank line. `--update-golden` writes them anew.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from tests.cli.console import ROOT, nextplay
from tests.golden import updating

PAGE: Final = ROOT / "docs" / "explaining.md"
_COMMAND: Final = re.compile(r"```sh\nnextplay (rules explain [^\n]+)\n```")
_SHOWN: Final = re.compile(r"```text\n(.*?)\n```", re.DOTALL)


def printed(command: str) -> dict[str, str]:
    """Run a command of the page, and return its sections by their headings."""
    arguments = [str(ROOT / part) if part.startswith("examples/") else part for part in shlex.split(command)]
    ended = nextplay(*arguments, "--rules", ROOT / "rules")
    assert (ended.code, ended.stderr) == (0, ""), command
    sections = re.split(r"\n\s*\n", re.sub(r"[^\S\n]+$", "", ended.stdout, flags=re.MULTILINE).strip("\n"))
    return {section.partition("\n")[0]: section for section in sections}


def as_printed(page: str) -> tuple[str, int]:
    """Return the page with every section as it is printed now, and how many there are."""
    count = 0
    for shown in list(_SHOWN.finditer(page))[::-1]:
        command = [found for found in _COMMAND.finditer(page) if found.end() < shown.start()][-1][1]
        sections = printed(command)
        headings = [block.partition("\n")[0] for block in shown[1].split("\n\n")]
        missing = [heading for heading in headings if heading not in sections]
        assert not missing, (command, missing, list(sections))
        count += len(headings)
        page = page[: shown.start(1)] + "\n\n".join(sections[heading] for heading in headings) + page[shown.end(1) :]
    return page, count


def test_the_page_shows_what_is_printed() -> None:
    """Every example of the page is word for word what its command prints."""
    page = PAGE.read_text(encoding="utf-8")
    now, count = as_printed(page)
    if updating():
        PAGE.write_text(now, encoding="utf-8")
        page = now
    assert count > 1
    assert page == now, "docs/explaining.md differs; --update-golden writes it anew"
