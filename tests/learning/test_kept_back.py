"""What a rulebook keeps back is in the decision log, and from there in the report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.learning.gathering import gather_decisions
from nextplay.masking import Masking
from nextplay.question import asked_about
from nextplay.release import load_release
from nextplay.service.entries import Entries
from nextplay.snapshot import read_snapshot
from nextplay.store import Store

TESTS = Path(__file__).parents[1]


def test_the_log_names_what_was_kept_back(tmp_path: Path) -> None:
    """An account without a play by lot is counted as without it, under the gap that would have brought it."""
    case = json.loads((TESTS / "cases" / "kept_back_by_lot.json").read_text())
    decider = Decider(load_release(TESTS / "cases" / "rulebook", None))
    answered = decider.answer(asked_about(read_snapshot(case["snapshot"]), options=Options()))
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    entry = Entries(Masking(())).entry(decider, answered, decided_at=at, took_microseconds=1, request_id="")
    assert entry.held_out == ("call_back",)
    with Store.open(f"sqlite:///{tmp_path}/kept.db", clock=lambda: at) as store:
        store.log([entry])
        (seen,) = gather_decisions(store)
    assert (seen.account, seen.on, seen.held_out) == (("", "kept-back-by-lot"), at.date(), ("call_back",))
    assert dict(seen.plays) == {"talk_about_growth": True, "review_queue": True}
    assert "broken_response_promise" in seen.gaps
