"""Cohort shares of a rulebook: what stands in where a snapshot does not say how many others fail at the same place."""

from __future__ import annotations

from nextplay.facts.cohorts import Cohorts
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_cohorts import CohortsForm


def compile_cohorts(form: CohortsForm | None, log: FaultLog) -> Cohorts:
    """Return the shares by stage and touchpoint; a share of fewer accounts than the file itself asks for is a fault."""
    if form is None or form.shares is None:
        return {}
    least = form.least_accounts.value if form.least_accounts else 1
    found: dict[str, dict[str, float]] = {}
    for stage, places in form.shares.value:
        for place, one in places.value:
            if one.accounts is not None and one.accounts.value < least:
                message = f"`{one.accounts.value}` accounts are fewer than `least_accounts`, which is `{least}`"
                log.add(one.accounts.place, "out-of-range", message, hint="leave the share out, or compute it anew")
            elif one.share is not None:
                found.setdefault(stage.value, {})[place.value] = one.share.value
    return found
