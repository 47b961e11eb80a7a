"""The page stands alone: the same bytes each time, nothing from outside, nothing cut off, in a real browser too."""

from __future__ import annotations

import html
import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.ft2font import FT2Font
from tests.authoring.model_report.small_subject import subject
from tests.needed import needed

from nextplay.authoring.model_report.document import document_of
from nextplay.authoring.model_report.drawing import PALETTE
from nextplay.authoring.model_report.page import laid_out, model_page

WIDTHS = (390, 1280)
MEASURE = """
<script>
addEventListener("load", () => {{
  const told = [{widths}].map(width => {{
    const frame = document.getElementById("w" + width), page = frame.contentDocument;
    const inside = [...page.querySelectorAll("main *")].filter(one => !one.closest(".scroll"));
    const beyond = inside.filter(one => one.getBoundingClientRect().right > width + 0.5).length;
    return width + ":" + page.documentElement.scrollWidth + ":" + beyond + ":" + page.querySelectorAll("svg").length;
  }});
  document.title = told.join(" ");
}});
</script>
"""


@pytest.fixture(name="page", scope="module")
def made() -> str:
    """Make the page once."""
    return model_page(subject())


def test_the_same_subject_gives_the_same_bytes(page: str) -> None:
    """Whatever the machine's own settings of matplotlib are, and however often it is made."""
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9}):
        assert model_page(subject()) == page


def test_nothing_comes_from_outside(page: str) -> None:
    """No script, link, import or address: only places within the page are referred to."""
    assert not re.search(r"<script|<link|<img|<object|<iframe|@import|\bsrc=|https?:|\bon\w+=", page)
    assert all(
        place.startswith("#")
        for place in re.findall(r'href="([^"]*)"|url\(([^)]*)\)', page)
        for place in place
        if place
    )
    assert "default-src 'none'" in page


def test_every_place_is_there_once(page: str) -> None:
    """Each figure keeps its identifiers apart, and what is referred to is there."""
    names = Counter(re.findall(r' id="([^"]+)"', page))
    referred = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', page))
    assert max(names.values()) == 1
    assert referred <= set(names)


def test_colours_are_the_pages_own(page: str) -> None:
    """No stand-in and no fixed colour is left in a figure, so that it can be read in the dark."""
    figures = "".join(re.findall(r"<svg class=\"figure\".*?</svg>", page, re.DOTALL))
    assert not [stand_in for stand_in in PALETTE.values() if stand_in in page]
    assert set(re.findall(r"#[0-9a-fA-F]{6}\b", figures)) <= {"#000000"}
    assert "#000000" not in re.sub(r"<clipPath.*?</clipPath>", "", figures)


def test_no_glyph_is_missing(page: str) -> None:
    """A plain font has every character of the page."""
    known = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")).get_charmap()
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))
    assert not {one for one in text if not one.isspace() and ord(one) not in known}


def test_it_is_about_ranking_and_risk_and_never_about_accuracy(page: str) -> None:
    """Where the model comes from stands first; accuracy is named once, to say that it is not shown."""
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL))
    assert text.index("Learned from invented accounts") < text.index("Verdict")
    assert re.findall(r"\w*ccuracy\w*[^.:]*", text) == ["Accuracy is not shown"]
    assert "signs that go along with leaving, not causes" in text
    assert "12: no label" in text
    assert "usage.live" in text


def test_a_page_says_what_it_cannot_show() -> None:
    """One month, no days, no warning and few rows have their sentence, and no plot is drawn of nothing."""
    found = document_of(subject())
    [first, _] = found["periods"]
    assert "All rows are of 2024-10: whether it holds" in laid_out(found | {"periods": [first]})
    assert "The rows have no day" in laid_out(found | {"periods": []})
    assert "<h3>Warnings</h3>" not in laid_out(found | {"gap_sentences": []})
    assert "<dt>Adapted</dt>" not in laid_out(found)
    assert "<dd>from expert-1: a line</dd>" in laid_out(found | {"adaptation": "from expert-1: a line"})
    assert "only 49 left" in laid_out(found | {"warnings": ["only 49 left"]})


def test_a_browser_cuts_nothing_off_and_asks_for_nothing(page: str, tmp_path: Path) -> None:
    """On a telephone and on a desk no figure or line reaches beyond the page, and the console stays silent."""
    frames = "".join(
        f'<iframe id="w{width}" style="border:0;width:{width}px;height:900px" srcdoc="{html.escape(page)}"></iframe>'
        for width in WIDTHS
    )
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(f"<!doctype html><title>?</title>{frames}{MEASURE.format(widths=', '.join(map(str, WIDTHS)))}")
    plain = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--hide-scrollbars")
    command = [needed("chromium", "chromium-browser", "google-chrome"), *plain, "--dump-dom", wrapper.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    assert console == []
    told = re.search(r"<title>(.*?)</title>", done.stdout.decode())
    assert told is not None
    drawn = page.count("<svg class=")
    assert told[1].split() == [f"{width}:{width}:0:{drawn}" for width in WIDTHS]


def test_probabilities_that_are_all_the_same_can_be_drawn() -> None:
    """A model that says the rate to everybody has a page, too."""
    found = subject()
    flat = np.full(len(found.judged.label), 0.3)
    judged = replace(found.judged, probability=dict(found.judged.probability) | {"this model": flat})
    assert "It cannot be shown to tell" in model_page(replace(found, judged=judged))
