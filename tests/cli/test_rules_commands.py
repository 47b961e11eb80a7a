"""`nextplay rules`: what a strategist sees of mistakes, of failing tests, and in the editor."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

import pytest
from tests.cli.console import ROOT, RULEBOOK, nextplay
from tests.golden import matches_golden
from typer.testing import CliRunner

from nextplay.cli.app import app

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    """Copy the small rulebook to where a test may spoil it."""
    return Path(shutil.copytree(RULEBOOK, tmp_path / "rulebook"))


def spoil(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in the file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_rulebook_is_counted() -> None:
    """No fault: exit 0, how much was checked, and what the linter thinks of it, file by file."""
    ended = nextplay("rules", "check", RULEBOOK)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("== gaps/gaps.yaml\n\ngaps/gaps.yaml:13:7: untested-true: warning: in no test ")
    assert ended.stdout.endswith("\nno faults, 5 warnings in 6 signals, 4 gaps, 5 plays, 5 tests\n")


def test_warnings_count_where_they_are_asked_to() -> None:
    """With --strict a warning is reason enough to fail: exit 3."""
    assert nextplay("rules", "check", "--strict", RULEBOOK).code == 3


def test_findings_come_with_a_customer() -> None:
    """With --witness each finding is followed by a rule test that shows it; in JSON it always is."""
    ended = nextplay("rules", "check", "--witness", RULEBOOK)
    matches_golden(ended.stdout, GOLDEN / "rules_check_lint.txt")
    document = json.loads(nextplay("rules", "check", "--format", "json", RULEBOOK).stdout)
    assert (document["faults"], len(document["findings"])) == ([], 5)
    first = document["findings"][0]
    assert set(first) == {"path", "line", "column", "code", "level", "message", "hint", "excerpt", "witness"}
    assert set(first["witness"]) == {"name", "as_of", "given", "gaps", "yaml"}
    assert textwrap.indent(first["witness"]["yaml"], "    ") in ended.stdout


def test_a_book_shows_which_plays_nobody_gets(rulebook: Path, tmp_path: Path) -> None:
    """With --sample or --snapshots, plays that come through for no account are notes; bad rows are named on stderr."""
    spoil(
        rulebook / "plays" / "plays.yaml",
        "  gain: 0.1",
        "  gain: 0.1\n  eligibility: {fact: contract.seats, gt: 1000000}",
    )
    told = json.loads(nextplay("rules", "check", "--format", "json", "--sample", "30", rulebook).stdout)["findings"]
    assert "talk_about_seats" in str([one["message"] for one in told if one["code"] == "never-in-sample"])
    plain = json.loads(nextplay("rules", "check", "--format", "json", rulebook).stdout)["findings"]
    assert [one for one in told if one["code"] != "never-in-sample"] == plain
    book = tmp_path / "book.jsonl"
    book.write_text('{"account_id": "a", "as_of": "2026-03-02T09:00:00Z"}\nno account\n', encoding="utf-8")
    ended = nextplay("rules", "check", "--snapshots", book, rulebook)
    assert (ended.code, ended.stdout.count("never-in-sample: info")) == (0, 5)
    assert f"row 2 of {book} was passed over: " in ended.stderr


def test_the_linter_waits_until_faults_are_mended(rulebook: Path) -> None:
    """A rulebook with faults is no rulebook yet: only they are told."""
    spoil(rulebook / "plays" / "plays.yaml", "owner: csm", "owner: nobody_we_know")
    document = json.loads(nextplay("rules", "check", "--format", "json", rulebook).stdout)
    assert (bool(document["faults"]), document["findings"]) == (True, [])


def test_every_fault_is_told_with_its_place(rulebook: Path) -> None:
    """Faults of several files come in one run, each with line, caret and hint; exit 3."""
    spoil(rulebook / "signals" / "signals.yaml", "usage.setup_errors_14d, gte", "usage.setup_erors_14d, gte")
    spoil(rulebook / "gaps" / "gaps.yaml", "reading: early_use_low", "reading: early_use_lo")
    ended = nextplay("rules", "check", rulebook)
    assert ended.code == 3
    matches_golden(ended.stdout, GOLDEN / "rules_check.txt")


def test_faults_as_json(rulebook: Path) -> None:
    """A program gets each fault with its parts."""
    spoil(rulebook / "plays" / "plays.yaml", "owner: csm", "owner: nobody_we_know")
    ended = nextplay("rules", "check", "--format", "json", rulebook)
    assert ended.code == 3
    faults = json.loads(ended.stdout)["faults"]
    assert faults
    assert {"path", "line", "column", "code", "level", "message", "hint", "excerpt"} == set(faults[0])
    assert {fault["path"] for fault in faults} == {"plays/plays.yaml"}


def test_tests_that_pass() -> None:
    """All tests pass: exit 0 and their number."""
    ended = nextplay("rules", "test", RULEBOOK)
    assert (ended.code, ended.stdout) == (0, "5 of 5 tests passed\n")


def test_tests_that_fail_say_what_decided(rulebook: Path) -> None:
    """A changed threshold breaks a test; the report names both sides and the reading that decided; exit 4."""
    spoil(rulebook / "signals" / "signals.yaml", "setup_errors_14d, gte: 3", "setup_errors_14d, gte: 8")
    ended = nextplay("rules", "test", rulebook)
    assert ended.code == 4
    matches_golden(ended.stdout, GOLDEN / "rules_test.txt")


def test_results_as_json_of_chosen_tests() -> None:
    """A program gets each test with its place; --only chooses by name or file."""
    ended = nextplay("rules", "test", "--only", "nobody tried", "--format", "json", RULEBOOK)
    found = json.loads(ended.stdout)
    assert found["failed"] == 0
    (result,) = found["tests"]
    assert (result["path"], result["passed"], result["mismatches"]) == ("tests/adoption_test.yaml", True, [])


def test_faults_before_tests_as_json(rulebook: Path) -> None:
    """No test can run on a faulty rulebook: a program gets the faults on stdout, as from `rules check`; exit 3."""
    spoil(rulebook / "plays" / "plays.yaml", "owner: csm", "owner: nobody_we_know")
    ended = nextplay("rules", "test", "--format", "json", rulebook)
    checked = nextplay("rules", "check", "--format", "json", rulebook)
    found = json.loads(ended.stdout)
    assert (ended.code, ended.stderr) == (3, "")
    assert (found["tests"], found["failed"]) == ([], 0)
    assert found["faults"]
    assert found["faults"] == json.loads(checked.stdout)["faults"]


def test_models_are_looked_for_beside_the_rulebook_first(rulebook: Path) -> None:
    """A rulebook elsewhere is tested with the models beside it: here a folder without a model, which is told."""
    (rulebook.parent / "models").mkdir()
    ended = nextplay("rules", "test", rulebook)
    assert ended.code == 3
    assert str(rulebook.parent / "models" / "churn" / "current") in ended.stderr


def test_models_beside_the_rulebook_serve_from_any_folder(
    rulebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a folder without models, `rules test` takes those beside the rulebook; without any, it says what to do."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    without = CliRunner().invoke(app, ["rules", "test", str(rulebook)])
    assert without.exit_code == 1
    assert "name it with --models" in str(without.exception)
    (rulebook.parent / "models").symlink_to(ROOT / "models")
    assert CliRunner().invoke(app, ["rules", "test", str(rulebook)]).output == "5 of 5 tests passed\n"


def test_choosing_no_test_is_an_error() -> None:
    """A choice that fits no test must not look like success; exit 2."""
    ended = nextplay("rules", "test", "--only", "no such test", RULEBOOK)
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == "no test has `no such test` in its file or name\n"


def test_schemas_offer_the_names_of_the_rulebook(tmp_path: Path) -> None:
    """Seven schema files come out, and they know the rulebook's own words."""
    ended = nextplay("rules", "schema", "--out", tmp_path, "--format", "json", RULEBOOK)
    files = [Path(name) for name in json.loads(ended.stdout)["files"]]
    assert {path.name for path in files} == {
        f"{name}.json" for name in ("cohorts", "gaps", "plays", "propensities", "rulebook", "signals", "tests")
    }
    assert "early_adoption_stalled" in (tmp_path / "plays.json").read_text(encoding="utf-8")


def test_schemas_come_out_while_the_rulebook_has_faults(rulebook: Path, tmp_path: Path) -> None:
    """An editor needs its schema most while there are mistakes: it then offers facts and keys."""
    spoil(rulebook / "gaps" / "gaps.yaml", "kind: cx", "kind: xc")
    ended = nextplay("rules", "schema", "--out", tmp_path / "schema", rulebook)
    assert ended.code == 0
    assert ended.stderr == "the rulebook has 1 fault: its own names are not offered\n"
    assert json.loads((tmp_path / "schema" / "gaps.json").read_text(encoding="utf-8"))["$schema"]


@pytest.mark.parametrize(
    "command",
    [
        ("check", "absent"),
        ("test", "absent"),
        ("schema", "absent"),
        ("docs", "absent", "--out", "pages"),
        ("simulate", "absent", "--snapshots", "book.jsonl"),
        ("explain", "--rules", "absent", "snapshot.json"),
    ],
    ids=lambda command: command[0],
)
def test_a_folder_that_is_not_there(command: tuple[str, ...]) -> None:
    """Whatever is to be read and is not there is told in the same way; exit 1."""
    ended = nextplay("rules", *command)
    remedy = "name it with --rules" if "--rules" in command else "name it as the argument"
    told = f"`absent`: there is no such folder; {remedy}, or go to the folder that it stands in\n"
    assert (ended.code, ended.stdout, ended.stderr) == (1, "", told)


@pytest.mark.parametrize("command", ["check", "test", "schema"])
def test_a_rulebook_is_a_folder(command: str) -> None:
    """Neither stdin nor a file can be a rulebook; exit 2."""
    ended = nextplay("rules", command, "-")
    said = "`-`: cannot be read from stdin: name a folder; a rulebook is a whole folder\n"
    assert (ended.code, ended.stdout, ended.stderr) == (2, "", said)
    ended = nextplay("rules", command, "README.md")
    assert (ended.code, ended.stderr) == (2, "`README.md`: is a file; name the folder that it stands in\n")


@pytest.mark.parametrize("command", ["check", "test", "schema"])
def test_a_folder_that_is_no_rulebook(command: str, tmp_path: Path) -> None:
    """An empty folder lacks `rulebook.yaml`, and nothing is written into it; exit 3."""
    ended = nextplay("rules", command, tmp_path)
    assert ended.code == 3
    assert "missing-file" in ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "target"),
    [
        (("rules", "docs", RULEBOOK, "--out", "/proc/pages"), "/proc/pages"),
        (("rules", "schema", RULEBOOK, "--out", "/proc/schema"), "/proc/schema"),
        (("snapshots", "generate", "--accounts", "1", "--output", "/proc/book.jsonl"), "/proc/book.jsonl"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_output_that_cannot_be_written(command: tuple[str | Path, ...], target: str) -> None:
    """It is said that it was to be written, and why that could not be done; exit 1."""
    ended = nextplay(*command)
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"cannot write `{target}`: ")


def test_help_names_every_tool() -> None:
    """The first sentence of the help says what there is to do."""
    first = nextplay("rules", "--help").stdout
    assert "Check, test, explain, simulate, diff and document a rulebook" in " ".join(first.split())
