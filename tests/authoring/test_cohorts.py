"""Cohorts counted over a book: whom, when an account fails, and that the file of it compiles to the same shares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from nextplay.authoring.book import Row
from nextplay.authoring.cohorts import Cohort, cohorts_file, count_cohorts
from nextplay.rules.compile import compile_rulebook, content_hash
from nextplay.rules.source import read_rulebook_folder

SMALL_FILES: Final = read_rulebook_folder(Path(__file__).parents[1] / "rules" / "small")
_AS_OF: Final = "2026-03-02T09:00:00Z"


def _rows(*accounts: dict[str, Any]) -> list[Row]:
    given = ({"as_of": _AS_OF, "account_id": f"a-{number}", **one} for number, one in enumerate(accounts))
    return [Row(number, json.dumps(one).encode()) for number, one in enumerate(given, start=1)]


def _account(failed: int | None, interactions: int | None = 10, **fields: object) -> dict[str, Any]:
    place = {"name": "website", "interactions_30d": interactions, "failed_attempts_30d": failed}
    return {"journey_stage": "onboarding", "touchpoints": [place], **fields}


def test_an_account_counts_where_it_was_measured() -> None:
    """Without interactions, or where one of the two numbers is unknown, nobody can tell; the limit itself fails."""
    rows = _rows(_account(2), _account(1), _account(0), _account(0, 0), _account(None), _account(3, None))
    assert count_cohorts(rows).cohorts == (Cohort("onboarding", "website", 3, 1),)
    assert count_cohorts(rows, failing_from=0.1).cohorts == (Cohort("onboarding", "website", 3, 2),)


def test_an_account_counts_once_by_its_newest_snapshot() -> None:
    """Whatever the order of a book with several days; who has no stage is in no cohort."""
    old, new = _account(9, account_id="x", as_of="2026-01-02T00:00:00Z"), _account(0, account_id="x")
    for rows in (_rows(old, new), _rows(new, old)):
        assert count_cohorts(rows).cohorts == (Cohort("onboarding", "website", 1, 0),)
    counted = count_cohorts(_rows(_account(5, journey_stage=None)))
    assert (counted.cohorts, counted.accounts, counted.staged) == ((), 1, 0)


def test_a_small_cohort_has_no_share_and_is_named() -> None:
    """Below the least number nothing is said of it but that it is small."""
    counted = count_cohorts(_rows(_account(5), _account(0)), least_accounts=3)
    assert (counted.enough, counted.few) == ((), (Cohort("onboarding", "website", 2, 1),))
    assert "shares: {}\n" in cohorts_file(counted)
    assert "#   onboarding at website (2)\n" in cohorts_file(counted)


def test_rows_that_cannot_be_used_are_told() -> None:
    """A bad row is no account."""
    counted = count_cohorts([*_rows(_account(5)), Row(2, b"{")])
    assert (counted.rows, counted.accounts, [one.number for one in counted.bad]) == (2, 1, [2])


def test_the_file_is_part_of_the_rulebook() -> None:
    """What was written compiles without a word to the same shares, and belongs to the content hash."""
    counted = count_cohorts(_rows(_account(5), _account(0), _account(0)), least_accounts=2)
    files = {**SMALL_FILES, "cohorts.yaml": cohorts_file(counted).encode()}
    assert compile_rulebook(files).rulebook.cohorts == {"onboarding": {"website": 0.3333}}
    assert compile_rulebook(SMALL_FILES).rulebook.cohorts == {}
    assert content_hash(files) != content_hash(SMALL_FILES)
