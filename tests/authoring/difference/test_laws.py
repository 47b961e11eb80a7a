"""The laws of a difference: none against oneself, the mirror image backwards, the same on any number of processes."""

from __future__ import annotations

import random
from contextlib import ExitStack, closing
from typing import Any

import pytest
from tests.authoring.simulation.test_simulation import SHADOW
from tests.authoring.whole_books import CHANGED, MODELS, SMALL, rows

from nextplay.authoring.book import Row, RowReader
from nextplay.authoring.difference import Comparing, Comparison, RuleFiles, Sides, compare, difference_document
from nextplay.decider import Decider
from nextplay.release import load_release


def compared(old: Any, new: Any, book: list[Row] | None = None, workers: int = 1) -> Comparison:  # noqa: ANN401  rule files
    """Compare two rulebooks over a book."""
    given = Comparing(old, new, MODELS)
    return compare(rows() if book is None else book, given, shown=5, workers=workers)


def document(found: Comparison, old: Any, new: Any) -> dict[str, Any]:  # noqa: ANN401  rule files
    """Return the document of a comparison."""
    with ExitStack() as opened:
        releases = [opened.enter_context(closing(load_release(files, MODELS))) for files in (old, new)]
        return difference_document(found, Sides(RuleFiles("old", old), RuleFiles("new", new), *releases), [])


@pytest.fixture(scope="module")
def forth() -> Comparison:
    """Compare the small rulebook with the changed one."""
    return compared(SMALL, CHANGED)


def test_a_rulebook_does_not_differ_from_itself() -> None:
    """Nothing changes for anybody, no rule changed, and the hours are the same."""
    found = document(compared(SMALL, SMALL), SMALL, SMALL)
    assert (found["accounts"], found["rule_changes"], found["diagnosis"]) == ([], [], [])
    assert all(row["accounts"] == 0 for row in found["totals"])
    assert all(row["difference"] == 0 and row["old_actions"] == row["new_actions"] for row in found["owners"])


def test_backwards_is_the_mirror_image(forth: Comparison) -> None:
    """What one direction gains the other loses, account by account."""
    back = compared(CHANGED, SMALL)
    assert forth.changes
    for one, other in zip(forth.changes, back.changes, strict=True):
        assert (one.number, one.gained, one.lost) == (other.number, other.lost, other.gained)
        assert (one.gaps_gained, one.gaps_lost) == (other.gaps_lost, other.gaps_gained)
        assert {key: (new, old) for key, (old, new) in one.kinds.items()} == other.kinds
        assert one.behind == other.behind
    assert forth.tally.old_effort == back.tally.new_effort
    assert {(new, old): count for (old, new), count in forth.tally.diagnosis.items()} == back.tally.diagnosis


def test_processes_do_not_matter(forth: Comparison) -> None:
    """Two processes find what one does, in the same order."""
    assert compared(SMALL, CHANGED, workers=2) == forth


def test_the_order_of_rows_does_not_matter(forth: Comparison) -> None:
    """A shuffled book has the same counts."""
    shuffled = rows()
    random.Random(2).shuffle(shuffled)  # noqa: S311  no secret
    found = compared(SMALL, CHANGED, shuffled)
    assert found.tally == forth.tally
    assert found.rows.bad_reasons == forth.rows.bad_reasons
    assert {change.account for change, _ in found.most} == {change.account for change, _ in forth.most}


def test_a_shadow_rule_changes_nothing() -> None:
    """A rulebook with rules on trial decides as without them."""
    found = document(compared(SMALL, SHADOW), SMALL, SHADOW)
    assert found["accounts"] == []
    assert [change["says"] for change in found["rule_changes"]] == ["gap trial: added", "play try_it: added"]


def test_changes_are_those_of_online_decisions(forth: Comparison) -> None:
    """Each account's gained and lost actions are the difference of two decisions."""
    by_number = {change.number: change for change in forth.changes}
    reader = RowReader()
    with closing(load_release(SMALL, MODELS)) as old, closing(load_release(CHANGED, MODELS)) as new:
        for row in rows():
            reading = reader.read(row)
            if reading is None:
                continue
            before, after = ({a.play for a in Decider(one).decide(reading).actions} for one in (old, new))
            change = by_number.get(row.number)
            assert set(change.gained if change else ()) == after - before
            assert set(change.lost if change else ()) == before - after


def test_money_is_told_by_currency_and_never_added(forth: Comparison) -> None:
    """Each currency stands by itself; with those of unknown value, the accounts are all that changed."""
    found = document(forth, SMALL, CHANGED)
    for entry in found["money"]:
        total = next(row["accounts"] for row in found["totals"] if row["what"] == entry["what"])
        assert sum(row["accounts"] for row in entry["currencies"]) + entry["accounts_without_value"] == total
        assert all(0 <= row["value_at_risk"] <= row["annual_value"] for row in entry["currencies"])


def test_changes_are_attributed(forth: Comparison) -> None:
    """Each change says how many changed accounts read it; a text touches nobody; together they cover all."""
    found = document(forth, SMALL, CHANGED)
    touched = {change["says"]: change["accounts"] for change in found["rule_changes"]}
    late = "signal support_late: touchpoints.support.response_ratio gt 2 → 0.6"
    assert (
        0
        < touched[late]
        == sum("broken_response_promise" in change.gaps_touched | change.behind for change in forth.changes)
    )
    assert touched["gap no_goal_agreed: texts changed: title"] == 0
    assert 0 < touched["play agree_goal: owner csm → support_lead"] <= len(forth.changes)
    assert sum(touched.values()) >= len(forth.changes)
