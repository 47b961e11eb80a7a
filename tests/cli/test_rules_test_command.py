"""`nextplay rules test`: coverage, how much of it is asked for, JUnit, and drafts, as a shell has them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.cli.console import ROOT, RULEBOOK, nextplay

from nextplay.cli.junit import junit_xml

PAGE = (ROOT / "docs" / "testing_rules.md").read_text(encoding="utf-8")


def test_coverage_is_told_beside_the_results() -> None:
    """The numbers, then what is lacking with its line; without a limit that is no failure."""
    ended = nextplay("rules", "test", RULEBOOK, "--coverage")
    assert ended.code == 0
    assert ended.stdout.startswith("5 of 5 tests passed\nrules ")
    assert "\n  signals/signals.yaml:12: no customer with " in ended.stdout


def test_too_little_coverage_ends_with_4() -> None:
    """Below the limit the rules and leaves that are lacking are named; at it nothing is."""
    ended = nextplay("rules", "test", RULEBOOK, "--min-coverage", "100,90")
    assert ended.code == 4
    assert "covered, 100 % asked for\n  gap broken_response_promise: never true" in ended.stdout
    assert (
        "covered, 90 % asked for\n  gaps/gaps.yaml:18: gap broken_response_promise: signal support_late" in ended.stdout
    )
    assert nextplay("rules", "test", RULEBOOK, "--min-coverage", "10").code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--min-coverage", "much"), "per cent of rules"),
        (("--suggest", "--rule", "nothing"), "no signal, gap or play is called `nothing`"),
    ],
)
def test_an_option_that_cannot_be_used_is_told(options: tuple[str, ...], told: str) -> None:
    """A sentence on stderr, exit 2."""
    ended = nextplay("rules", "test", RULEBOOK, *options)
    assert (ended.code, ended.stdout) == (2, "")
    assert told in ended.stderr


def test_programs_get_coverage_as_json() -> None:
    """Counts, and every rule with its leaves and the tests that decided them."""
    document = json.loads(nextplay("rules", "test", RULEBOOK, "--coverage", "--format", "json").stdout)
    coverage = document["coverage"]
    assert coverage["rules"]["total"] == len(coverage["by_rule"]) == 15
    leaf = next(rule for rule in coverage["by_rule"] if rule["id"] == "early_use_low")["leaves"][0]
    assert {"asks", "line", "covered", "decided_true_in", "decided_false_in"} < leaf.keys()


def test_the_coverage_of_one_rule() -> None:
    """With `--rule` that rule alone is listed, also where nothing is lacking."""
    listed = nextplay("rules", "test", RULEBOOK, "--coverage", "--rule", "early_use_low").stdout.partition("\n\n")[2]
    head, *lacking = listed.splitlines()
    assert ": signal early_use_low: true in " in head
    assert lacking
    assert nextplay("rules", "test", RULEBOOK, "--coverage", "--rule", "nothing").code == 2


def test_build_servers_get_junit(tmp_path: Path) -> None:
    """Suites count their cases and failures; coverage stands in properties; a failing test says why."""
    rulebook = Path(shutil.copytree(RULEBOOK, tmp_path / "rulebook"))
    (rulebook / "tests" / "more_test.yaml").write_text(
        "- name: not so\n  as_of: 2026-03-02\n  given: {}\n  expect: {diagnosis: cx}\n", encoding="utf-8"
    )
    ended = nextplay(
        "rules", "test", rulebook, "--models", ROOT / "models", "--min-coverage", "100", "--format", "junit"
    )
    assert ended.code == 4
    top = ET.fromstring(ended.stdout)  # noqa: S314  our own output
    assert (top.tag, top.get("tests"), top.get("failures")) == ("testsuites", "7", "2")
    for suite in top:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(case.find("failure") is not None for case in cases))
    named = {found.get("name"): found.get("value") for found in top.iter("property")}
    assert named["coverage.rules.total"] == "15"
    failures = [failure.text or "" for failure in top.iter("failure")]
    assert any("diagnosis: expected cx, got undetermined" in text for text in failures)
    assert any("never true" in text for text in failures)


def test_no_results_are_valid_junit() -> None:
    """A rulebook without tests gives an empty top element with its counts."""
    assert ET.fromstring(junit_xml((), None)).attrib["tests"] == "0"  # noqa: S314  our own output


def test_drafts_are_a_file_that_passes(tmp_path: Path) -> None:
    """What `--suggest` writes to stdout can be put into `tests/` as it is."""
    rulebook = Path(shutil.copytree(RULEBOOK, tmp_path / "rulebook"))
    drafted = nextplay("rules", "test", rulebook, "--models", ROOT / "models", "--suggest")
    assert drafted.code == 0
    assert "drafts; expect only what is meant" in drafted.stderr
    (rulebook / "tests" / "drafted_test.yaml").write_text(drafted.stdout, encoding="utf-8")
    ended = nextplay("rules", "test", rulebook, "--models", ROOT / "models", "--min-coverage", "100,90")
    assert ended.code == 0, ended.stdout
    as_json = nextplay("rules", "test", RULEBOOK, "--suggest", "--format", "json", "--rule", "early_use_low").stdout
    assert json.loads(as_json)["drafts"][0]["rule"] == "early_use_low"


def test_the_commands_of_the_page_run() -> None:
    """Every command of `docs/testing_rules.md` ends well on the small rulebook, or with what the page says."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    commands = [line.split("#")[0].split() for block in blocks for line in block.splitlines() if line.strip()]
    assert len(commands) >= 5
    for command in commands:
        assert command[0] == "nextplay"
        options = command[3 : command.index(">")] if ">" in command else command[3:]
        ended = nextplay(*command[1:3], RULEBOOK, "--models", ROOT / "models", *options)
        assert ended.code in (0, 4), (command, ended.stderr)


def test_the_examples_of_the_page_are_tests_that_pass(tmp_path: Path) -> None:
    """The YAML of `docs/testing_rules.md`, put into one file, passes on the shipped rules."""
    rulebook = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("tests")))
    examples = "\n".join(re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))
    (rulebook / "tests").mkdir()
    (rulebook / "tests" / "page_test.yaml").write_text(examples, encoding="utf-8")
    ended = nextplay("rules", "test", rulebook, "--models", ROOT / "models")
    assert ended.code == 0, ended.stdout
