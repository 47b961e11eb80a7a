"""What arbitration must know of an account, taken from its facts."""

from __future__ import annotations

from datetime import date
from typing import Final

from nextplay.arbitration import Account
from nextplay.facts import Facts
from nextplay.snapshot import CustomerSnapshot

_NAMES: Final = (
    "contract.annual_value",
    "contract.decision_deadline",
    "contract.decision_deadline_assumed",
    "profile.segment",
    "support.open_p1",
)
ACCOUNT_FACTS: Final = frozenset(_NAMES)
"""The facts that `account_of` reads."""


def account_of(snapshot: CustomerSnapshot, facts: Facts, *, churn_probability: float | None) -> Account:
    """Gather what the ranking weighs: value, risk, segment, deadline, open P1 and the team."""
    annual_value, deadline, assumed, segment, open_p1 = facts.values_of(_NAMES)
    return Account(
        snapshot.account_id,
        snapshot.as_of,
        segment if isinstance(segment, str) else None,
        float(annual_value) if isinstance(annual_value, int | float) else None,
        churn_probability,
        date.fromisoformat(deadline) if isinstance(deadline, str) else None,
        assumed is True,
        isinstance(open_p1, int | float) and open_p1 > 0,
        snapshot.team or {},
    )
