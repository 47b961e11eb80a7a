"""The pages of a rulebook: every link leads somewhere, both languages say the same, and a browser is content."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

import pytest

from nextplay.authoring.pages import rulebook_pages
from nextplay.authoring.pages.uses import conditions_of_gap
from nextplay.authoring.pages.words import WORDS
from nextplay.release import Release, load_release
from nextplay.rules.condition import signals_of
from nextplay.rules.source import read_rulebook_folder

ROOT = Path(__file__).parents[2]
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class _Page(HTMLParser):
    """Reads a page and refuses what is not well-formed: a tag that is closed out of order, an id that stands twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), (tag, attrs)
        if "id" in given:
            assert given["id"] not in self.ids
            self.ids.add(str(given["id"]))
        self.links += [str(given[name]) for name in ("href", "src") if name in given]
        if tag not in VOID:
            assert not (tag in ("ul", "ol", "div", "p", "h2") and "p" in self.open), (tag, self.open)
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" not in self.open:
            self.words.append(data)


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the shipped rulebook."""
    loaded = load_release(read_rulebook_folder(ROOT / "rules"), None)
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def files(release: Release) -> dict[str, bytes]:
    """Return its pages, in both languages whether or not it speaks them yet."""
    return rulebook_pages(release, ("en", "pt-BR"))


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, _Page]:
    """Read the pages as a browser does."""
    return {name: _Page(text.decode()) for name, text in files.items() if name.endswith(".html")}


def test_every_link_leads_to_a_page_and_to_a_place_on_it(files: dict[str, bytes], pages: dict[str, _Page]) -> None:
    """No link of any page is dead, and none leaves the folder."""
    for name, page in pages.items():
        for link in page.links:
            if link == "data:,":
                continue
            parts = urlsplit(link)
            assert not parts.scheme
            assert not parts.netloc
            target = (Path("/", name).parent / parts.path).resolve().as_posix()[1:] if parts.path else name
            assert target in files, (name, link)
            assert not parts.fragment or parts.fragment in pages[target].ids, (name, link)


def test_every_rule_has_its_page_in_every_language(files: dict[str, bytes], release: Release) -> None:
    """Gaps, plays and signals can be linked from elsewhere by their ids."""
    book = release.rulebook
    kinds = (("gap", book.gaps), ("play", book.plays), ("signal", book.signals))
    wanted = {f"{kind}-{rule.id}.html" for kind, rules in kinds for rule in rules}
    for locale in ("en", "pt-BR"):
        assert wanted <= {name.removeprefix(f"{locale}/") for name in files}


def test_signals_gaps_and_plays_are_linked_both_ways(pages: dict[str, _Page], release: Release) -> None:
    """Whatever a gap names knows the gap: its plays and its signals link back to it, and it links to them."""
    book = release.rulebook
    pairs = [(f"gap-{target.gap}", f"play-{play.id}") for play in book.plays for target in play.answers]
    for gap in book.gaps:
        named = {signal for _, condition in conditions_of_gap(gap) for signal in signals_of(condition)}
        named |= {signal for signal, _ in gap.severity.each}
        pairs += [(f"gap-{gap.id}", f"signal-{signal}") for signal in sorted(named)]
    for one, other in pairs:
        assert f"{other}.html" in pages[f"en/{one}.html"].links, (one, other)
        assert f"{one}.html" in pages[f"en/{other}.html"].links, (other, one)


def test_no_page_shows_a_placeholder_or_a_fact_by_its_identifier(pages: dict[str, _Page], release: Release) -> None:
    """Placeholders are chips with labels; identifiers of facts stand on the page of facts alone."""
    for name, page in pages.items():
        text = " ".join(page.words)
        assert "{" not in text, name
        if Path(name).stem != "facts":
            assert not [fact for fact in release.vocabulary.specs if "." in fact and fact in text], name


def test_the_same_rulebook_gives_the_same_bytes(files: dict[str, bytes], release: Release) -> None:
    """Pages can be committed and compared: nothing in them depends on when or where they were made."""
    assert rulebook_pages(release, ("en", "pt-BR")) == files


def test_pages_tell_the_evidence_of_each_side_in_words(files: dict[str, bytes]) -> None:
    """A head of customer success reads thresholds with units, in each language."""
    english = files["en/signal-contact_silent.html"].decode()
    portuguese = files["pt-BR/signal-contact_silent.html"].decode()
    assert "days since both sides last spoke" in english
    assert "enterprise 45 · SMB 120 · otherwise 75" in english
    assert "grande empresa 45 · pequena empresa 120 · senão 75" in portuguese
    assert "mais de " in portuguese


def test_what_few_rulebooks_use_is_shown_where_it_is_set() -> None:
    """Rules on trial, rules of some days, items of a list, windows and absorbed parts have their words and links."""
    files = dict(read_rulebook_folder(ROOT / "tests" / "cases" / "rulebook"))
    files["signals/more.yaml"] = MORE_SIGNALS.encode()
    files["gaps/more.yaml"] = MORE_GAPS.encode()
    loaded = load_release(files, None)
    try:
        written = rulebook_pages(loaded, ("en", "pt-BR"))
    finally:
        loaded.close()
    for name, text in written.items():
        if name.endswith(".html"):
            _Page(text.decode())
    gap, signal = written["en/gap-goal_on_trial.html"].decode(), written["en/signal-goal_late_on_trial.html"].decode()
    for told in ("On trial", "Counts from 2026-01-01", "Known before as old_goal", "Judged for each objective apart"):
        assert told in gap, told
    assert "more than <b>30</b>" in signal
    assert "title of the goal" in signal
    assert "título da meta" in written["pt-BR/signal-goal_late_on_trial.html"].decode()


MORE_SIGNALS = """\
- id: goal_late_on_trial
  for_each: objective
  title: {en: Goal late, pt-BR: Meta atrasada}
  when: {item: days_overdue, gt: 30}
  says: {en: "{item.title} is late", pt-BR: "{item.title} atrasada"}
"""
MORE_GAPS = """\
- id: goal_on_trial
  title: {en: A goal is late, pt-BR: Uma meta atrasada}
  kind: cs
  when: [goal_late_on_trial]
  root_cause: response_time
  severity: {base: 0.5}
  status: shadow
  from: 2026-01-01
  was: [old_goal]
"""


def test_both_languages_have_the_same_words() -> None:
    """No page meets a word that its language does not have, and each fills the same places."""
    english, portuguese = WORDS["en"], WORDS["pt"]
    assert english.keys() == portuguese.keys()
    for key, template in english.items():
        named, other = (
            {field for _, field, _, _ in Formatter().parse(text) if field} for text in (template, portuguese[key])
        )
        assert named == other, key
