"""`rules simulate` and `rules diff` as a strategist runs them: text, JSON, pages, exit codes and errors."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.authoring.whole_books import CHANGED, rows
from tests.cli.console import ROOT, RULEBOOK, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"
MODELS = ROOT / "models"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of 120 rows, twelve of them bad."""
    path = tmp_path_factory.mktemp("book") / "book.jsonl"
    path.write_bytes(b"\n".join(row.text for row in rows()))
    return path


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the changed rulebook."""
    folder = tmp_path_factory.mktemp("changed")
    for name, content in CHANGED.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


class Page(HTMLParser):
    """What a page is made of: tags that were opened and not closed, what it loads from elsewhere, and its text."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "rect", "line", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note a tag, and whatever it loads."""
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text, without the style sheet."""
        if self.open[-1:] != ["style"]:
            self.words += data


def is_complete(text: str) -> Page:
    """Check that a page is whole, loads nothing and runs nothing, and return it."""
    page = Page(text)
    assert page.open == []
    assert page.loaded == []
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import", text)
    return page


def test_simulate_as_text(book: Path) -> None:
    """The first screen: diagnosis, gaps, actions, who gets nothing, silent rules, unknown facts, bad rows; exit 2."""
    ended = nextplay("rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", book)
    assert (ended.code, ended.stderr) == (2, "12 of 120 rows could not be used: they were not decided\n")
    matches_golden(ended.stdout, GOLDEN / "rules_simulate.txt")


def test_diff_as_text(book: Path, changed: Path) -> None:
    """Rules, accounts, actions, gaps, work, money, and the most changed accounts side by side; exit 5."""
    ended = nextplay("rules", "diff", RULEBOOK, changed, "--models", MODELS, "--snapshots", book)
    assert (ended.code, ended.stderr) == (5, "12 of 120 rows could not be used: they were not compared\n")
    said = ended.stdout.replace(str(changed), "CHANGED").replace(str(RULEBOOK), "RULEBOOK")
    matches_golden(said, GOLDEN / "rules_diff.txt")


def test_all_rows(book: Path, changed: Path) -> None:
    """With --all no table is cut short."""
    simulated = nextplay("rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", book, "--all").stdout
    compared = nextplay("rules", "diff", RULEBOOK, changed, "--models", MODELS, "--snapshots", book, "--all").stdout
    for said in (simulated, compared):
        assert not re.search(r"\d more$", said, re.MULTILINE)
    assert "Signals" in simulated


def test_the_page_of_a_simulation(book: Path, tmp_path: Path) -> None:
    """The page stands alone, has a table for each chart, and says what the JSON says."""
    page = tmp_path / "page.html"
    ended = nextplay(
        "rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", book, "--html", page, "--format", "json"
    )
    found, shown = json.loads(ended.stdout), is_complete(page.read_text(encoding="utf-8"))
    assert shown.tags.count("svg") == 1
    for row in found["gaps"]:
        assert (row["gap"] in shown.words) is True
    assert f"{found['actions']['total']:,}" in shown.words


def test_the_page_of_a_difference(book: Path, changed: Path, tmp_path: Path) -> None:
    """The page stands alone and tells every change of the rules and every account that is explained."""
    page = tmp_path / "page.html"
    ended = nextplay(
        "rules", "diff", RULEBOOK, changed, "--models", MODELS, "--snapshots", book, "--html", page, "--format", "json",
        "--fail-if", "accounts-changed>90%",
    )  # fmt: skip
    found, shown = json.loads(ended.stdout), is_complete(page.read_text(encoding="utf-8"))
    assert ended.code == 2
    assert all(change["says"] in shown.words for change in found["rule_changes"])
    assert all(account["account_id"] in shown.words for account in found["most_changed"])
    assert "kept" in shown.words


def test_pages_of_nothing(tmp_path: Path) -> None:
    """An empty book gives pages that say so."""
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    for command in (("simulate", RULEBOOK), ("diff", RULEBOOK, RULEBOOK)):
        page = tmp_path / "page.html"
        ended = nextplay("rules", *command, "--models", MODELS, "--snapshots", empty, "--html", page)
        assert ended.code == 2
        assert "No account could be decided" in is_complete(page.read_text(encoding="utf-8")).words


def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    """What a book contains is shown as text, on the page and on the terminal."""
    evil = tmp_path / "evil.jsonl"
    snapshot = {"account_id": "<script>x</script>", "as_of": "2026-03-02T00:00:00Z", "usage": {"setup_attempts_14d": 0},
                "contract": {"started_on": "2026-02-01", "seats": 40}, "objectives": []}  # fmt: skip
    evil.write_text(json.dumps(snapshot), encoding="utf-8")
    other = tmp_path / "other"
    for name, content in CHANGED.items():
        path = other / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    ended = nextplay(
        "rules", "diff", RULEBOOK, other, "--models", MODELS, "--snapshots", evil, "--html", tmp_path / "page.html"
    )
    assert ended.code == 5
    assert "<script>" in is_complete((tmp_path / "page.html").read_text(encoding="utf-8")).words


@pytest.mark.parametrize(
    ("limit", "code"), [("accounts-changed>0", 5), ("accounts-changed>99%", 0), ("gap.no_goal_agreed>0", 0)]
)
def test_a_merge_gate(book: Path, changed: Path, tmp_path: Path, limit: str, code: int) -> None:
    """With limits only a broken one ends with 5, and is named; rows that could not be used end with 2 else."""
    sound = tmp_path / "sound.jsonl"
    bad = {row["row"] for row in json.loads(nextplay(
        "rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", book, "--format", "json"
    ).stdout)["bad_rows"]["first"]}  # fmt: skip
    lines = book.read_bytes().split(b"\n")
    sound.write_bytes(b"\n".join(line for number, line in enumerate(lines, 1) if number not in bad))
    said = f"limit broken: {limit}\n" if code else ""
    asked = ("rules", "diff", RULEBOOK, changed, "--models", MODELS, "--fail-if", limit)
    ended = nextplay(*asked, "--snapshots", sound)
    assert (ended.code, ended.stderr) == (code, said)
    ended = nextplay(*asked, "--snapshots", book)
    assert (ended.code, ended.stderr) == (
        code or 2, f"{said}12 of 120 rows could not be used: they were not compared\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "the book is empty"), ("no snapshot\n{}\n", "none of 2 rows could be used")],
    ids=["empty", "all bad"],
)
@pytest.mark.parametrize("limits", [(), ("--fail-if", "accounts-changed>0"), ("--fail-if", "accounts-changed>=0")])
def test_a_book_of_which_nothing_could_be_used(
    changed: Path, tmp_path: Path, content: str, why: str, limits: tuple[str, ...]
) -> None:
    """No gate passes, and no difference is told, where no account was decided; exit 2."""
    book = tmp_path / "book.jsonl"
    book.write_text(content, encoding="utf-8")
    ended = nextplay("rules", "diff", RULEBOOK, changed, "--models", MODELS, "--snapshots", book, *limits)
    assert ended.code == 2
    assert ended.stderr.endswith(f"no accounts: nothing was compared, because {why}\n")
    ended = nextplay("rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", book)
    assert (ended.code, ended.stderr) == (2, f"no accounts: nothing was decided, because {why}\n")


def test_a_page_that_cannot_be_written(book: Path, tmp_path: Path) -> None:
    """A page into a folder that is not there is refused before the book is gone through; exit 1."""
    page = tmp_path / "absent" / "page.html"
    asked = ("--models", MODELS, "--snapshots", book, "--html", page)
    for command in (("simulate", RULEBOOK), ("diff", RULEBOOK, RULEBOOK)):
        ended = nextplay("rules", *command, *asked)
        assert (ended.code, ended.stdout) == (1, "")
        assert ended.stderr == f"cannot write `{page}`: folder `{page.parent}` is not there; make it first\n"


def test_mistakes_are_told_before_the_book_is_read(book: Path) -> None:
    """A limit on nothing ends with 2, a side that is nothing with 1; both say what may stand there."""
    ended = nextplay(
        "rules", "diff", RULEBOOK, RULEBOOK, "--models", MODELS, "--snapshots", book, "--fail-if", "customers>1"
    )
    assert (ended.code, ended.stdout) == (2, "")
    assert "a limit is on one of accounts-changed" in ended.stderr
    ended = nextplay("rules", "diff", "nowhere", RULEBOOK, "--models", MODELS, "--snapshots", book)
    assert ended.code == 1
    assert "`nowhere`: is neither a folder nor a revision" in ended.stderr


def test_faults_name_their_side(book: Path, tmp_path: Path) -> None:
    """Where one of the rulebooks has faults, it is said which."""
    (tmp_path / "rulebook.yaml").write_text("id: broken\n", encoding="utf-8")
    ended = nextplay("rules", "diff", tmp_path, RULEBOOK, "--models", MODELS, "--snapshots", book)
    assert ended.code == 3
    assert ended.stderr.startswith(f"in `{tmp_path}`:\n")


def test_a_book_that_is_not_there() -> None:
    """A missing file is a sentence."""
    ended = nextplay("rules", "simulate", RULEBOOK, "--models", MODELS, "--snapshots", "absent.jsonl")
    assert (ended.code, ended.stderr) == (1, "absent.jsonl: no such file or directory\n")


def test_hours_agree_as_they_are_shown(book: Path, changed: Path) -> None:
    """Old hours and the difference make the new hours, to the digit that is shown."""
    said = nextplay("rules", "diff", RULEBOOK, changed, "--models", MODELS, "--snapshots", book, "--all").stdout
    found = re.search(r"([\d,.]+) hours become ([\d,.]+) \(([-+\d,.]+)\)", said)
    assert found
    old, new, difference = (float(number.replace(",", "")) for number in found.groups())
    assert round(old + difference, 1) == new
