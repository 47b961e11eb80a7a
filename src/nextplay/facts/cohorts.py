"""Shares of a release: how many accounts of a stage fail at a touchpoint, where the sender could not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from nextplay.snapshot import CustomerSnapshot

Cohorts = Mapping[str, Mapping[str, float]]
"""Journey stage → touchpoint → share of its accounts that fail there, 0 to 1."""
NO_COHORTS: Final[Cohorts] = MappingProxyType({})
COHORT_FILE: Final = "cohorts.yaml"
COHORT_FIELD: Final = "touchpoints.cohort_failure_share"


def with_cohort_shares(snapshot: CustomerSnapshot, cohorts: Cohorts) -> tuple[CustomerSnapshot, bool]:
    """Fill in the shares of the stage in rows that carry none, and say whether every share there is came so.

    A share that was sent wins. Where the stage is unknown, or the release has no share for it, nothing is filled in; a
    touchpoint without a row gets none.
    """
    shares = cohorts.get(snapshot.journey_stage or "")
    if not shares or not snapshot.touchpoints:
        return snapshot, False
    rows = tuple(
        replace(row, cohort_failure_share=shares[row.name or ""])
        if row.cohort_failure_share is None and row.name in shares
        else row
        for row in snapshot.touchpoints
    )
    filled = any(new is not row for new, row in zip(rows, snapshot.touchpoints, strict=True))
    sent = any(row.cohort_failure_share is not None for row in snapshot.touchpoints)
    return (replace(snapshot, touchpoints=rows) if filled else snapshot), filled and not sent
