"""The sample book: the same everywhere, valid, causal, documented, and as large as one likes."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.golden import recorded

from nextplay.authoring.sample_book import Entry, sample_book
from nextplay.authoring.sample_book.causes import CAUSES, Trouble, draw_troubles
from nextplay.authoring.sample_book.chance import Chance
from nextplay.authoring.sample_book.circumstances import healthy
from nextplay.authoring.sample_book.look_alikes import LOOK_ALIKES
from nextplay.authoring.sample_book.outcomes import COEFFICIENTS, Course, prospects
from nextplay.authoring.sample_book.page import sample_book_page
from nextplay.authoring.sample_book.traits import LAST_DAY, SYSTEMS, draw_traits
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
LAST = LAST_DAY.toordinal()


@pytest.fixture(scope="module")
def book() -> list[Entry]:
    """Invent a book that is large enough to count in."""
    return list(sample_book(seed=20, accounts=3000))


def share_of(book: list[Entry], key: str, value: object) -> float:
    """Return the share of snapshots whose truth has this value."""
    return sum(bool(entry.truth[key] == value) for entry in book) / len(book)


def as_bytes(entries: list[Entry]) -> bytes:
    """Write entries as the command does."""
    return b"".join(orjson.dumps([entry.snapshot, entry.truth]) for entry in entries)


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    """Neither the hash seed nor the process matters."""
    code = (
        "import sys, orjson; from nextplay.authoring.sample_book import sample_book\n"
        "for entry in sample_book(seed=5, accounts=40, months=3):\n"
        "    sys.stdout.buffer.write(orjson.dumps([entry.snapshot, entry.truth]))"
    )
    told = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "99"}, capture_output=True, check=True)
    assert told.stdout == as_bytes(list(sample_book(seed=5, accounts=40, months=3)))
    assert told.stdout != as_bytes(list(sample_book(seed=6, accounts=40, months=3)))


def test_an_account_does_not_depend_on_how_many_there_are() -> None:
    """The first accounts of a large book are a small book."""
    small = list(sample_book(seed=3, accounts=5))
    assert as_bytes(list(islice(sample_book(seed=3, accounts=500), 5))) == as_bytes(small)


def test_the_first_account_is_as_recorded() -> None:
    """Whoever changes the model sees by this account what became different."""
    first = next(sample_book(seed=1, accounts=1))
    text = orjson.dumps({"snapshot": first.snapshot, "truth": first.truth}, option=orjson.OPT_INDENT_2).decode()
    assert f"{text}\n" == recorded(GOLDEN / "sample_book_first.json", f"{text}\n")


def test_every_snapshot_is_valid_without_a_warning() -> None:
    """The strict reader takes every snapshot as it is, and nothing in it is left out."""
    for entry in sample_book(seed=8, accounts=400, months=4):
        assert read_snapshot(entry.snapshot, strict=True).input_warnings == ()


def test_the_truth_stands_beside_its_snapshot_and_not_in_it(book: list[Entry]) -> None:
    """Each truth names the account and instant of its snapshot; no snapshot names a cause that only the truth knows."""
    assert len({entry.truth["id"] for entry in book}) == len(book)
    events = {"champion_left"}
    for entry in book:
        assert (entry.truth["account_id"], entry.truth["as_of"]) == (
            entry.snapshot["account_id"],
            entry.snapshot["as_of"],
        )
        text = orjson.dumps(entry.snapshot).decode()
        assert not any(f'"{cause.name}"' in text for cause in CAUSES if cause.name not in events)


def test_every_cause_and_look_alike_occurs(book: list[Entry]) -> None:
    """Each cause has at least 0.4 % of the accounts and none more than 9 %; each look-alike occurs."""
    found = Counter(told["cause"] for entry in book for told in entry.truth["causes"])
    assert set(found) == {cause.name for cause in CAUSES}
    assert min(found.values()) >= 0.004 * len(book)
    assert max(found.values()) <= 0.09 * len(book)
    assert {entry.truth["look_alike"] for entry in book} - {None} == {entry.name for entry in LOOK_ALIKES}


def test_kinds_are_as_documented(book: list[Entry]) -> None:
    """None, cx, cs and mixed come about as often as drawn; some accounts cannot be told."""
    assert share_of(book, "diagnosis", "none") == pytest.approx(0.42, abs=0.04)
    assert share_of(book, "diagnosis", "cx") == pytest.approx(0.2, abs=0.04)
    assert share_of(book, "diagnosis", "cs") == pytest.approx(0.21, abs=0.04)
    assert 0.04 <= share_of(book, "label", "undetermined") <= 0.14
    assert share_of(book, "observable", value=True) >= 0.8


def test_about_eight_in_a_hundred_leave_within_90_days(book: list[Entry]) -> None:
    """The base rate is near 8 %, by the draws and by the probabilities behind them."""
    left = sum(entry.truth["outcome"]["churned_within_90_days"] for entry in book) / len(book)
    expected = sum(entry.truth["churn_probability"] for entry in book) / len(book)
    assert left == pytest.approx(0.08, abs=0.015)
    assert expected == pytest.approx(0.08, abs=0.008)


def test_the_right_action_never_makes_it_worse(book: list[Entry]) -> None:
    """With the right action nobody leaves or shrinks who would have stayed, and fewer leave in all."""
    lost = kept = 0
    for entry in book:
        without, treated = entry.truth["outcome"], entry.truth["outcome_with_right_action"]
        assert treated["churned_within_90_days"] <= without["churned_within_90_days"]
        assert entry.truth["churn_probability_with_right_action"] <= entry.truth["churn_probability"]
        lost += without["churned_within_90_days"]
        kept += without["churned_within_90_days"] - treated["churned_within_90_days"]
    assert 0.2 <= kept / lost <= 0.8


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.name))
def test_a_worse_cause_makes_a_worse_outcome(cause: Any) -> None:  # noqa: ANN401  a row of the table
    """The more severe a cause, the likelier leaving and contracting, and the less likely growth and the goal."""
    traits = draw_traits(1, 1)
    steps = [prospects(traits, [(Trouble(cause, LAST - 100, 1.0, 1), severity)], LAST) for severity in (0, 0.4, 0.7, 1)]
    for milder, worse in pairwise(steps):
        assert worse.churn > milder.churn
        assert worse.contraction > milder.contraction
        assert worse.expansion < milder.expansion
        assert worse.achievement < milder.achievement or cause.leaves_no_goal


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.name))
def test_every_cause_leaves_marks(cause: Any) -> None:  # noqa: ANN401  a row of the table
    """A cause changes the circumstances of an account that it suits."""
    number = next(number for number in range(1, 500) if suits(cause, number))
    traits = draw_traits(2, number)
    before, after = (healthy(traits, LAST, Chance(2, number)) for _ in range(2))
    after.acting = cause.name
    cause.imprint(after, 0.9, Chance(3, number))
    assert replace(after, acting="") != before


def suits(cause: Any, number: int) -> bool:  # noqa: ANN401  a row of the table
    """Tell whether the cause can befall this account."""
    traits = draw_traits(2, number)
    return bool(cause.ages[0] <= traits.age(LAST) <= cause.ages[1] and cause.suits(traits))


def test_severity_grows_from_the_onset_to_the_peak() -> None:
    """Nothing before the onset, half of the peak half-way, the peak ever after."""
    trouble = Trouble(CAUSES[0], LAST, 0.8, 20)
    assert [trouble.severity(LAST + days) for days in (-5, 0, 10, 20, 400)] == pytest.approx([0, 0, 0.4, 0.8, 0.8])


def test_dates_of_an_account_follow_each_other_until_it_leaves() -> None:
    """Dates are 30 days apart and rise; who left has no later snapshot; causes only ever grow."""
    entries = list(sample_book(seed=4, accounts=300, months=6))
    pairs = [(a.truth, b.truth) for a, b in pairwise(entries) if a.truth["account_id"] == b.truth["account_id"]]
    assert len(pairs) > 1000
    for before, after in pairs:
        assert before["as_of"] < after["as_of"]
        since = {told["cause"]: told["severity"] for told in after["causes"]}
        assert all(since[told["cause"]] >= told["severity"] for told in before["causes"])
    ended = [entry.truth for entry in entries if entry.truth["as_of"][:10] != LAST_DAY.isoformat()]
    last_of = {told["account_id"]: told for told in ended}
    alive = {entry.truth["account_id"] for entry in entries} - {
        entry.truth["account_id"] for entry in entries if entry.truth["as_of"][:10] == LAST_DAY.isoformat()
    }
    assert alive
    assert all(last_of[account]["outcome"]["churned_within_90_days"] for account in alive)


def test_goals_of_one_account_are_blocked_by_different_sides() -> None:
    """There are accounts whose goals wait for us and for the customer at once."""
    blockers = [
        {goal.get("blocked_by") for goal in entry.snapshot.get("objectives", ())}
        for entry in sample_book(seed=1, accounts=1500)
    ]
    assert sum({"vendor", "customer"} <= found for found in blockers) >= 5


def test_whole_systems_and_single_fields_are_missing(book: list[Entry]) -> None:
    """Each system is missing for some and there for most; a field of one that is there is sometimes empty."""
    sections = {"analytics": "usage", "desk": "support", "voice": "surveys", "plan": "objectives", "ledger": "billing"}
    assert set(sections) <= set(SYSTEMS)
    for section in sections.values():
        there = sum(section in entry.snapshot for entry in book) / len(book)
        assert 0.7 <= there <= 0.95
    with_usage = [entry.snapshot["usage"] for entry in book if "usage" in entry.snapshot]
    assert 0.9 <= sum("active_users_28d" in usage for usage in with_usage) / len(with_usage) < 1


def test_the_book_is_never_held_whole() -> None:
    """Two thousand snapshots of several kilobytes each pass through less than 300 kB."""
    for _ in sample_book(seed=1, accounts=200):  # what is made once, such as the table of days, is no growth
        pass
    tracemalloc.start()
    size = sum(len(orjson.dumps(entry.snapshot)) for entry in sample_book(seed=1, accounts=2000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 4_000_000
    assert peak < 300_000


def test_the_page_is_current_and_names_everything() -> None:
    """docs/sample_book.md is what the tables say, with every cause, look-alike and coefficient."""
    page = (ROOT / "docs" / "sample_book.md").read_text(encoding="utf-8")
    assert page == sample_book_page(), "run `python -m nextplay.authoring.sample_book.page > docs/sample_book.md`"
    names = [cause.name for cause in CAUSES] + [entry.name for entry in LOOK_ALIKES]
    names += [name for weights in COEFFICIENTS.values() for name in weights]
    assert all(f"`{name}`" in page for name in names)


def test_causes_that_cannot_be_together_never_are() -> None:
    """No account has two causes of one group, or a cause that needs a goal beside one that leaves none."""
    for number in range(1, 1500):
        found = [trouble.cause for trouble in draw_troubles(draw_traits(9, number), 9, number)]
        groups = [cause.group for cause in found if cause.group]
        assert len(groups) == len(set(groups))
        assert not (any(cause.needs_goal for cause in found) and any(cause.leaves_no_goal for cause in found))


def test_draws_of_the_past_do_not_change_the_future() -> None:
    """What happens in a month belongs to the month, whether or not earlier ones were asked for."""
    traits = draw_traits(1, 2)
    troubles = draw_troubles(traits, 1, 2)
    straight, roundabout = (Course(traits, troubles, seed=1, number=2) for _ in range(2))
    roundabout.leaves(LAST - 90)
    assert straight.future(LAST, treated=False) == roundabout.future(LAST, treated=False)
