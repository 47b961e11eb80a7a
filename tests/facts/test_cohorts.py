"""Cohort shares of a release: they stand in where a snapshot carries none, and never replace one."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tests.facts.reading import facts_of

from nextplay.facts import Vocabulary

VOCABULARY: Final = Vocabulary.of(cohorts={"onboarding": {"website": 0.3, "product": 0.1}})
NAMES: Final = [
    "touchpoints.product.cohort_failure_share",
    "touchpoints.website.cohort_failure_share",
    "touchpoints.worst_cohort_failure_share",
]


def _shares(stage: str | None, *rows: dict[str, Any]) -> tuple[object, ...]:
    fields = {"touchpoints": list(rows), **({} if stage is None else {"journey_stage": stage})}
    return facts_of(NAMES, fields, VOCABULARY).values


def test_a_share_of_the_release_stands_in() -> None:
    """A row without a share has that of its stage and touchpoint, and the worst of all counts it."""
    assert _shares("onboarding", {"name": "website"}, {"name": "product"}) == (0.1, 0.3, 0.3)


def test_a_share_that_was_sent_wins() -> None:
    """Also where it is the smaller one."""
    assert _shares("onboarding", {"name": "website", "cohort_failure_share": 0.05}) == (None, 0.05, 0.05)


@pytest.mark.parametrize("stage", [None, "growth"])
def test_without_a_cohort_it_stays_unknown(stage: str | None) -> None:
    """An unknown stage, or one that the release has nothing of, gives no share."""
    assert _shares(stage, {"name": "website"}) == (None, None, None)


def test_a_touchpoint_without_a_row_gets_none() -> None:
    """What an account never touched is nothing that it shares with others."""
    assert _shares("onboarding", {"name": "support"}, {}) == (None, None, None)
    assert facts_of(NAMES, {"journey_stage": "onboarding"}, VOCABULARY).values == (None, None, None)


def test_items_and_sources_tell_the_same() -> None:
    """A touchpoint as an item has the share too; where no row carries its own, the file of the release is named."""
    rows = [{"name": "website"}]
    facts = facts_of(
        [NAMES[1], "touchpoint.cohort_failure_share"], {"journey_stage": "onboarding", "touchpoints": rows}, VOCABULARY
    )
    items = facts.items["touchpoint"]
    assert items is not None
    assert [item.values["touchpoint.cohort_failure_share"] for item in items] == [0.3]
    assert facts.sources(VOCABULARY.specs[NAMES[1]]) == ("touchpoints.cohort_failure_share", "cohorts.yaml")


def test_raw_rows_and_shares_come_together() -> None:
    """One snapshot may need both."""
    fields = {"journey_stage": "onboarding", "touchpoints": [{"name": "website"}], "tickets": []}
    facts = facts_of(["support.open_tickets", NAMES[1]], fields, VOCABULARY)
    assert facts.values == (0, 0.3)
