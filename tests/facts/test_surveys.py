"""Facts about survey answers: which answer counts, on which scale, and what makes one undecided."""

from __future__ import annotations

from typing import Any

import pytest
from tests.facts.reading import fact

from nextplay.decision import FactValue
from nextplay.facts import Vocabulary


def _answer(kind: str, score: float | None, day: str | None, **more: object) -> dict[str, Any]:
    scale = {"nps": "nps_0_10", "csat": "csat_1_5", "ces": "ces_1_7_agree"}[kind]
    return {"kind": kind, "scale": scale, "score": score, "answered_on": day, **more}


def _nps(name: str, *answers: dict[str, Any]) -> FactValue:
    return fact(f"surveys.nps.{name}", surveys=list(answers))


@pytest.mark.parametrize(
    ("scale", "score", "ease"),
    [("ces_1_7_agree", 1, 0.0), ("ces_1_7_agree", 7, 1.0), ("ces_1_7_agree", 5, 0.666667), ("ces_1_5_effort", 1, 1.0),
     ("ces_1_5_effort", 5, 0.0), ("ces_1_5_effort", 4, 0.25)],
)  # fmt: skip
def test_effort_is_read_as_ease_on_both_scales(scale: str, score: int, ease: float) -> None:
    """On the older scale a high score is bad: both become ease from 0 to 1."""
    answer = {"kind": "ces", "scale": scale, "score": score, "answered_on": "2026-02-20"}
    assert fact("surveys.ces.newest", surveys=[answer]) == ease


def test_the_newest_answer_of_a_respondent_replaces_the_older() -> None:
    """Who was a detractor and is a promoter now counts as a promoter only."""
    answers = (_answer("nps", 2, "2026-01-02", respondent_id="r"), _answer("nps", 10, "2026-02-20", respondent_id="r"))
    assert _nps("worst", *answers) == 10
    assert _nps("count", *answers) == 1
    assert _nps("largest_drop", *answers) == -8


def test_answers_about_different_touchpoints_stand_beside_each_other() -> None:
    """Praise for one touchpoint does not replace what the same person said of another."""
    answers = (
        _answer("nps", 2, "2026-01-02", respondent_id="r", touchpoint="support"),
        _answer("nps", 10, "2026-02-20", respondent_id="r", touchpoint="product"),
    )
    assert _nps("worst", *answers) == 2
    assert _nps("support.newest", *answers) == 2
    assert _nps("product.newest", *answers) == 10
    assert _nps("billing.newest", *answers) is None


def test_who_gives_no_name_replaces_nobody() -> None:
    """Two nameless answers are two people."""
    answers = (_answer("nps", 2, "2026-01-02"), _answer("nps", 10, "2026-02-20"))
    assert _nps("worst", *answers) == 2
    assert _nps("count", *answers) == 2


def test_of_one_day_the_worse_answer_counts() -> None:
    """Ties are taken against ourselves, in every order of the rows."""
    answers = (_answer("nps", 9, "2026-02-20", respondent_id="r"), _answer("nps", 4, "2026-02-20", respondent_id="r"))
    assert _nps("newest", *answers) == _nps("newest", *reversed(answers)) == 4


@pytest.mark.parametrize(("day", "expected"), [("2025-12-02", 3), ("2025-12-01", None)])
def test_a_stale_answer_is_unknown(day: str, expected: float | None) -> None:
    """Ninety days old still counts, ninety-one does not; its age stays known."""
    assert _nps("newest", _answer("nps", 3, day)) == expected
    assert _nps("worst", _answer("nps", 3, day)) == expected
    assert _nps("count", _answer("nps", 3, day)) == (0 if expected is None else 1)
    assert isinstance(_nps("days_since_newest", _answer("nps", 3, day)), int)


def test_a_rulebook_may_let_answers_live_longer() -> None:
    """A half-yearly programme raises the age of its kind and leaves the others alone."""
    vocabulary = Vocabulary.of(stale_after_days={"nps": 200})
    surveys = [_answer("nps", 3, "2025-10-01"), _answer("csat", 1, "2025-10-01")]
    assert fact("surveys.nps.newest", vocabulary, surveys=surveys) == 3
    assert fact("surveys.csat.newest", vocabulary, surveys=surveys) is None


def test_roles_of_the_closed_list_have_facts_of_their_own() -> None:
    """Other roles count for the whole and for their touchpoint only."""
    answers = (
        _answer("nps", 9, "2026-02-20", respondent_role="executive_sponsor"),
        _answer("nps", 3, "2026-02-10", respondent_role="store_manager", touchpoint="delivery"),
    )
    assert _nps("executive_sponsor.worst", *answers) == 9
    assert _nps("worst", *answers) == 3
    assert _nps("delivery.worst", *answers) == 3


def test_a_row_without_score_leaves_open_what_it_could_change() -> None:
    """Older unanswered rows do not touch the newest answer, but they could be the worst."""
    newest = _answer("nps", 9, "2026-02-20")
    assert _nps("newest", newest, _answer("nps", None, "2026-02-10")) == 9
    assert _nps("newest", newest, _answer("nps", None, "2026-02-20")) is None
    assert _nps("worst", newest, _answer("nps", None, "2026-02-10")) is None
    assert _nps("worst", newest, _answer("nps", None, "2025-02-10")) == 9
    assert _nps("count", newest, _answer("nps", 3, None)) is None
    assert _nps("newest", newest, {"answered_on": "2026-01-01"}) is None


def test_the_scale_tells_the_kind_where_it_was_left_out() -> None:
    """A score on 0 to 10 of the NPS is an NPS answer."""
    assert _nps("newest", {"scale": "nps_0_10", "score": 7, "answered_on": "2026-02-20"}) == 7


def test_an_unknown_list_and_an_empty_one_differ() -> None:
    """Without the list nothing is known; an empty list has no answers and no low ones."""
    assert fact("surveys.nps.count") is None
    assert fact("surveys.any_low") is None
    assert fact("surveys.nps.count", surveys=[]) == 0
    assert fact("surveys.any_low", surveys=[]) is False
    assert fact("surveys.nps.newest", surveys=[]) is None
    assert fact("surveys.nps.low_open_days", surveys=[]) == 0


def test_reasons_are_those_of_the_answer_they_belong_to() -> None:
    """`driver` and `drivers` are one thing; the newest and the worst answer keep their own reasons."""
    answers = (
        _answer("nps", 9, "2026-02-20", driver="results", drivers=["price"]),
        _answer("nps", 3, "2026-02-10", driver="effort"),
    )
    assert _nps("newest_drivers", *answers) == ("price", "results")
    assert _nps("worst_drivers", *answers) == ("effort",)
    assert _nps("newest_drivers", _answer("nps", 9, "2026-02-20")) is None


def test_reasons_of_low_answers_are_summed_over_all_kinds() -> None:
    """True as soon as one low answer names it; unknown while a low answer keeps its reason to itself."""
    named = _answer("csat", 2, "2026-02-20", driver="effort")
    silent = _answer("nps", 6, "2026-02-10")
    fine = _answer("ces", 7, "2026-02-10", driver="price")
    assert fact("surveys.any_low_names_effort", surveys=[named, silent]) is True
    assert fact("surveys.any_low_names_price", surveys=[named, silent]) is None
    assert fact("surveys.any_low_names_price", surveys=[named, fine]) is False
    assert fact("surveys.any_low", surveys=[fine, _answer("nps", None, "2026-02-10")]) is None


@pytest.mark.parametrize(
    ("follow_up", "expected"),
    [({"follow_up": "open"}, 10), ({"follow_up": "done"}, 0), ({"followed_up_on": "2026-02-21"}, 0),
     ({"follow_up": "open", "followed_up_on": "2026-02-21"}, 0), ({}, None)],
)  # fmt: skip
def test_a_low_answer_waits_until_somebody_followed_up(follow_up: dict[str, str], expected: int | None) -> None:
    """The wait ends with the follow-up, and is unknown where nobody said whether there was one."""
    assert _nps("low_open_days", _answer("nps", 6, "2026-02-20", **follow_up)) == expected
    assert _nps("low_open_days", _answer("nps", 7, "2026-02-20", **follow_up)) == 0


def test_numbers_over_all_fresh_answers() -> None:
    """Mean, count and share of low answers are over the answers that count now."""
    answers = [_answer("csat", score, "2026-02-20") for score in (1, 2, 5, 4)]
    values = [fact(f"surveys.csat.{name}", surveys=answers) for name in ("mean", "count", "low_count", "low_share")]
    assert values == [3.0, 4, 2, 0.5]


def test_a_role_that_changed_leaves_the_old_role() -> None:
    """The replaced answer of a person does not live on under the role they had."""
    answers = (
        _answer("nps", 2, "2026-01-02", respondent_id="r", respondent_role="end_user"),
        _answer("nps", 9, "2026-02-20", respondent_id="r", respondent_role="champion"),
    )
    assert _nps("end_user.worst", *answers) is None
    assert _nps("champion.worst", *answers) == 9
