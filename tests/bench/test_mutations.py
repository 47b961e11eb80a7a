"""The mutation trial makes the mistakes that it tells of, and counts who noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.mutants import KINDS
from bench.mutations import Trial, chosen, main
from tests.cli.console import ROOT


@pytest.fixture(scope="module")
def trial() -> Trial:
    """Read the shipped rulebook once."""
    return Trial(ROOT / "rules", ROOT / "models")


def test_the_shipped_rulebook_offers_every_kind_of_mistake(trial: Trial) -> None:
    """Hundreds of places can be got wrong, in all four ways."""
    found = trial.mutations()
    assert tuple(found) == KINDS
    assert all(len(mutations) >= 50 for mutations in found.values())


def test_a_draw_is_fair_and_repeatable(trial: Trial) -> None:
    """The kinds come in turn, nothing twice, and one seed draws one set."""
    drawn = chosen(trial.mutations(), seed=3, count=40)
    assert [mutation.kind for mutation in drawn[:4]] == list(KINDS)
    assert len({(m.file, m.rule, m.says, m.kind) for m in drawn}) >= 39
    assert [m.says for m in drawn] == [m.says for m in chosen(trial.mutations(), seed=3, count=40)]


def test_a_gap_of_the_wrong_kind_is_noticed(trial: Trial) -> None:
    """To call friction a missed outcome fails check or test."""
    moved = next(m for m in trial.mutations()["evidence moved"] if m.says == "kind cx became cs")
    assert trial.judge(moved).by in {"check", "test"}


def test_the_limit_is_a_gate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The share is printed, and less than `--at-least` ends with 1."""
    monkeypatch.chdir(ROOT)
    assert main(["--count", "2", "--workers", "1", "--at-least", "1.01", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["made"] == 2
    assert report["caught"] + len(report["missed"]) == 2


def test_a_rulebook_whose_tests_fail_is_no_ground_for_a_trial(tmp_path: Path) -> None:
    """Every mistake would count as caught: the trial refuses."""
    for source in (ROOT / "rules").rglob("*.yaml"):
        target = tmp_path / source.relative_to(ROOT / "rules")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (tmp_path / "tests" / "wrong_test.yaml").write_text(
        "- {name: nothing known is not healthy, as_of: 2026-03-02, given: {}, expect: {diagnosis: none}}\n"
    )
    with pytest.raises(ValueError, match="nothing known is not healthy"):
        Trial(tmp_path, ROOT / "models")
