"""`nextplay decide`: one account or a book of them, for people and for programs."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.console import ENVIRONMENT, ROOT, RULEBOOK, SCRIPT, decide, nextplay
from tests.golden import matches_golden

from nextplay.canonical import decision_document
from nextplay.decider import Decider
from nextplay.release import load_release
from nextplay.snapshot import read_snapshot

GOLDEN = Path(__file__).parent / "golden"
STALLED = {
    "account_id": "harbour-bikes",
    "as_of": "2026-03-02T09:00:00Z",
    "profile": {"segment": "smb"},
    "contract": {
        "started_on": "2026-01-21",
        "seats": 40,
        "renewal_on": "2027-01-21",
        "auto_renew": False,
        "annual_value": {"amount": 12000, "currency_code": "EUR"},
    },
    "usage": {"active_users_28d": 4, "setup_attempts_14d": 9, "setup_errors_14d": 7},
    "objectives": [],
    "team": {"support_lead": "kim"},
}


def masked(text: str) -> str:
    """Take out what another model or another engine changes: the risk with its drivers, and the hashes."""
    text = re.sub(r"Churn risk: .*?\n\n", "Churn risk: ...\n\n", text, flags=re.DOTALL)
    text = re.sub(r"value [0-9.,]+ x", "value ... x", text)
    text = re.sub(r"priority +[0-9.,]+ =", "priority ... =", text)
    return re.sub(r"decision d1-.*", "decision ...\n", text, flags=re.DOTALL)


def line(**changes: object) -> str:
    """Write the stalled account as one line of a book."""
    return json.dumps(STALLED | changes) + "\n"


def test_a_decision_reads_as_recorded() -> None:
    """A CS rep finds diagnosis, gaps, actions, withheld plays and questions in the text, in a pipe of any kind."""
    ended = decide("-", stdin=line())
    assert (ended.code, ended.stderr) == (0, "")
    matches_golden(masked(ended.stdout), GOLDEN / "decide_text.txt")


@pytest.mark.parametrize("damaged", [False, True])
def test_without_a_model_the_rules_decide_alone(tmp_path: Path, *, damaged: bool) -> None:
    """Without a model that can serve the answer is degraded and stderr says why; one that was named must serve."""
    shutil.copytree(RULEBOOK, tmp_path / "rules")
    if damaged:
        shutil.copytree(ROOT / "models", tmp_path / "models")
        (tmp_path / "models" / "churn" / "current").write_text("gone", encoding="utf-8")
    ended = nextplay("decide", "--format", "json", "-", stdin=line(), folder=tmp_path)
    churn = json.loads(ended.stdout)["churn"]
    assert (ended.code, churn["degraded"], churn.get("probability"), churn.get("provenance", "")) == (0, True, None, "")
    assert ended.stderr.startswith("no churn model can serve, so the rules decide alone: ")
    if damaged:
        assert nextplay("decide", "--models", "models", "-", stdin=line(), folder=tmp_path).code == 3


def test_explain_adds_every_comparison() -> None:
    """With --explain the readings behind the evidence and the trace of all signals are there."""
    ended = decide("--explain", "-", stdin=line())
    assert "usage.setup_errors_14d is 7, asked for at least 3" in ended.stdout
    assert "\nTrace\n" in ended.stdout


def test_json_is_the_decision_itself() -> None:
    """With --format json one line comes out, equal to what the decider says."""
    release = load_release(RULEBOOK, ROOT / "models")
    expected = decision_document(Decider(release).decide(read_snapshot(STALLED)))
    release.close()
    ended = decide("--format", "json", "-", stdin=line())
    assert ended.stdout.count("\n") == 1
    assert json.loads(ended.stdout) == json.loads(json.dumps(expected))


def test_a_bad_line_of_a_book_costs_only_itself() -> None:
    """Three lines in, three out, in order: the bad one is an error object, told on stderr with its number; exit 2."""
    book = line(account_id="a") + '{"account_id": "b", "usage": {"active_users_28d": -1}}\n' + line(account_id="c")
    ended = decide("--format", "json", "-", stdin=book)
    first, second, third = map(json.loads, ended.stdout.splitlines())
    assert (first["account_id"], third["account_id"]) == ("a", "c")
    assert second["error"]["line"] == 2
    assert [violation["path"] for violation in second["error"]["violations"]] == ["usage.active_users_28d"]
    assert ended.stderr.startswith("line 2: usage.active_users_28d: ")
    assert ended.code == 2


def test_a_book_in_text_shows_every_account() -> None:
    """In text the decisions follow each other, and a broken line is told on stderr."""
    ended = decide("-", stdin=line(account_id="a") + "{broken\n" + line(account_id="c"))
    assert re.findall(r"^(\w+), as of", ended.stdout, flags=re.MULTILINE) == ["a", "c"]
    assert ended.stderr.startswith("line 2: snapshot: ")
    assert ended.code == 2


def test_the_instant_comes_from_the_snapshot_then_from_the_option() -> None:
    """A snapshot's own `as_of` wins; one without takes --as-of."""
    book = line(account_id="own") + line(account_id="none", as_of=None)
    ended = decide("--format", "json", "--as-of", "2026-04-01", "-", stdin=book)
    assert [json.loads(text)["as_of"] for text in ended.stdout.splitlines()] == [
        "2026-03-02T09:00:00Z",
        "2026-04-01T00:00:00Z",
    ]


def test_strict_refuses_what_else_is_a_warning() -> None:
    """An unseen word is unknown with a warning, and refused with --strict."""
    odd = line(journey_stage="honeymoon")
    assert "journey_stage" in decide("-", stdin=odd).stdout
    ended = decide("--strict", "-", stdin=odd)
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith("journey_stage: ")


def test_fewer_actions_on_request() -> None:
    """--max-actions 0 gives none, and each that would have come is withheld."""
    document = json.loads(decide("--format", "json", "--max-actions", "0", "-", stdin=line()).stdout)
    assert document["actions"] == []
    assert {entry["reason"] for entry in document["withheld"]} == {"cap"}


def test_a_locale_that_is_not_spoken_is_said() -> None:
    """The answer comes in the rulebook's language, with a warning."""
    document = json.loads(decide("--format", "json", "--locale", "fr", "-", stdin=line()).stdout)
    assert document["locale"] == "en"
    assert [warning["path"] for warning in document["input_warnings"]] == ["options.locale"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["decide", "absent.json"], 1, "absent.json: no such file or directory"),
        (["decide", "--as-of", "yesterday", "-"], 2, "must be a day or an RFC 3339 instant"),
        (["decide", "--rules", "absent", "-"], 1, "`absent`: there is no such folder; name it with --rules"),
        (["decide", "--models", "absent", "-"], 1, "`absent`: there is no such folder; name it with --models"),
        (["decide", "--max-actions", "21", "-"], 2, "less than or equal to 20"),
        (["decide", "--models", "examples", "-"], 3, "the churn model cannot be used"),
        (["dezide"], 2, "No such command"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence(arguments: list[str], code: int, sentence: str) -> None:
    """Wrong files, options and commands end with their documented code and a sentence on stderr."""
    ended = nextplay(*arguments)
    assert ended.code == code
    assert sentence in " ".join(ended.stderr.replace("│", " ").split())
    assert ended.stdout == ""


def test_faults_of_the_rulebook_end_the_command(tmp_path: Path) -> None:
    """A rulebook that does not compile is told with its faults, exit 3."""
    (tmp_path / "rulebook.yaml").write_text("id: x\nnonsense: 1\n", encoding="utf-8")
    ended = nextplay("decide", "--rules", tmp_path, "-", stdin=line())
    assert ended.code == 3
    assert "rulebook.yaml:2:1: unknown-key" in ended.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`nextplay decide ... | head -1` ends quietly."""
    book = "".join(line(account_id=f"a{number}") for number in range(300))
    command = f"{SCRIPT} decide --rules {RULEBOOK} --format json - | head -1"
    done = subprocess.run(
        ["bash", "-c", command], input=book.encode(), capture_output=True, cwd=ROOT, env=ENVIRONMENT, check=True
    )
    assert (done.stdout.count(b"\n"), done.stderr) == (1, b"")


def test_colours_on_a_terminal_only() -> None:
    """A terminal gets colours; the other tests see that a pipe gets none."""
    ours, theirs = pty.openpty()
    snapshot = ROOT / "examples" / "snapshots" / "slow_answers.json"
    command: list[str | Path] = [SCRIPT, "decide", "--rules", RULEBOOK, snapshot]
    terminal = ENVIRONMENT | {"TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(command, cwd=ROOT, stdout=theirs, env=terminal):
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:
            pass  # how Linux says that the other side of a terminal has closed
    os.close(ours)
    assert b"\x1b[" in shown
    assert b"tidewater-catering" in shown
