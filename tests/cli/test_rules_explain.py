"""`nextplay rules explain`: the whole account, and one rule of it, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.console import RULEBOOK, Ended, nextplay
from tests.cli.test_decide_command import STALLED, line, masked
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"


def explain(*arguments: str | Path, stdin: str = "") -> Ended:
    """Run `nextplay rules explain` on the small rulebook."""
    return nextplay("rules", "explain", "--rules", RULEBOOK, *arguments, stdin=stdin)


@pytest.mark.parametrize(
    ("golden", "arguments"),
    [
        ("explain_account.txt", ()),
        ("explain_gap.txt", ("--rule", "early_adoption_stalled")),
        ("explain_play.txt", ("--rule", "guided_setup_session")),
        ("explain_signal.txt", ("--rule", "setup_fails")),
    ],
)
def test_an_explanation_reads_as_recorded(golden: str, arguments: tuple[str, ...]) -> None:
    """The account, a gap that stands, a play that came and a signal are told in whole sentences and words."""
    ended = explain("-", *arguments, stdin=line())
    assert (ended.code, ended.stderr) == (0, "")
    matches_golden(masked(ended.stdout), GOLDEN / golden)


def test_json_has_every_node_with_its_truth() -> None:
    """With --format json the tree has truth, value, limit, distance and fields, and changes say whether checked."""
    ended = explain("-", "--rule", "early_adoption_stalled", "--format", "json", stdin=line())
    found = json.loads(ended.stdout)
    assert found["state"] == "stands"
    waiting, leaves = [part["tree"] for part in found["parts"]], []
    while waiting:
        node = waiting.pop()
        assert node["truth"] in (True, False, None)
        waiting += node.get("children", [])
        leaves += [node["compared"]] if "compared" in node else []
    assert any(leaf.get("distance", {}).get("steps") is not None for leaf in leaves)
    assert all(leaf["reads"] for leaf in leaves)
    assert found["searches"][0]["wanted"] == "gone"
    assert found["searches"][0]["flips"][0]["verified"] is True


def test_an_account_of_a_book_is_named(tmp_path: Path) -> None:
    """--account finds the line of a book, the newest of several; without it a book of two is refused with a remedy."""
    book = tmp_path / "book.jsonl"
    older = line(account_id="b", as_of="2026-02-02T09:00:00Z")
    book.write_text(line(account_id="a") + older + line(account_id="b"))
    assert "b on 2026-03-02" in explain(book, "--account", "b").stdout
    refused = explain(book)
    assert (refused.code, refused.stdout) == (2, "")
    assert "must name the account" in refused.stderr
    missing = explain(book, "--account", "c")
    assert missing.code == 2
    assert "no line of the book" in missing.stderr


def test_a_misspelt_rule_is_told_with_what_may_be_meant() -> None:
    """An id that is none ends with a sentence and exit code 2."""
    ended = explain("-", "--rule", "early_adoption_staled", stdin=line())
    assert ended.code == 2
    assert "did you mean `early_adoption_stalled`" in ended.stderr


def test_a_broken_snapshot_is_refused_like_everywhere() -> None:
    """What is wrong with the snapshot is told with its path; nothing is explained."""
    ended = explain("-", stdin=json.dumps(STALLED | {"usage": {"active_users_28d": -1}}))
    assert ended.code == 2
    assert "usage.active_users_28d" in ended.stderr
