"""Claims about the measure of what remembering costs, and about the trial by kills."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from bench.kills import RULES, Found
from bench.kills import report as told_kills
from bench.memory import compared, questions, report
from bench.servers import serving

from nextplay.service.clock import utc_now
from nextplay.store import Store


def test_both_servers_are_measured(tmp_path: Path) -> None:
    """One short round gives a pace for each server; the one with a store has written what it answered."""
    url = f"sqlite:///{tmp_path / 'nextplay.db'}"
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serving(rules=RULES, inference="python", store=store))
            for name, store in {"on": url, "off": "none"}.items()
        }
        found = compared(servers, calls=2, seconds=0.2, rounds=1)
    assert min(found["per_second"].values()) > 0
    assert found["ratio"] > 0
    assert "goal: a ratio of 70%" in report([found])
    with Store.open(url, clock=utc_now) as store:
        assert sum(1 for _ in store.logged()) >= 2


def test_questions_are_about_many_accounts() -> None:
    """Each request is about an account of its own, so no past is read from a cache."""
    assert len(set(questions())) == len(questions()) == 500


def test_findings_are_counted() -> None:
    """A trial is sound only where nothing is missing, doubled, contradicted or damaged."""
    good = Found(2, 10, 5, 4, 5, 4, (), (), (), ())
    bad = Found(2, 10, 5, 4, 5, 4, ("d-1",), (), (), ())
    assert (good.sound, bad.sound) == (True, False)
    assert "acknowledged and not stored: 1; stored twice: 0" in told_kills({"sqlite": bad})
