"""The pages in a real browser: no complaint on its console, and the search narrows what is shown."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.cli.console import RULEBOOK, nextplay
from tests.needed import needed

PLAIN = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages of the small rulebook."""
    folder = tmp_path_factory.mktemp("site")
    assert nextplay("rules", "docs", RULEBOOK, "--out", folder).code == 0
    return folder


def shown(page: str) -> str:
    """Return what the browser made of a page, once it is content with it."""
    command = [needed("chromium", "chromium-browser", "google-chrome"), *PLAIN, "--dump-dom", page]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    assert console == []
    return done.stdout.decode()


def test_a_browser_has_nothing_to_complain_of(site: Path) -> None:
    """An index, a gap, a play, a signal and the lists load without a message on the console."""
    rules = [next((site / "en").glob(f"{kind}-*.html")).name for kind in ("gap", "play", "signal")]
    for page in ("index.html", "facts.html", *rules):
        assert "</main>" in shown((site / "en" / page).as_uri())


def test_the_search_narrows_the_index(site: Path) -> None:
    """What does not have the words is hidden; what has them stays, whatever its accents and capitals."""
    index = (site / "en" / "index.html").as_uri()
    rows = r'<li data-words="([^"]*)"( hidden="")?>'
    everything = re.findall(rows, shown(index))
    assert not [words for words, hidden in everything if hidden]
    asked = everything[0][0].split()[0]
    found = re.findall(rows, shown(f"{index}?q={asked.upper()}"))
    assert len(found) == len(everything)
    for words, hidden in found:
        assert bool(hidden) == (asked.lower() not in words.lower())
