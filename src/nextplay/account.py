"""What arbitration must know of an account, taken from its facts."""

from __future__ import annotations

from datetime import date
from typing import Final

from nextplay.arbitration import Account
from nextplay.facts import Facts
from nextplay.snapshot import CustomerSnapshot

ACCOUNT_FACTS: Final = frozenset(
    {
        "contract.annual_value",
        "contract.decision_deadline",
        "contract.decision_deadline_assumed",
        "profile.segment",
        "support.open_p1",
    }
)
"""The facts that `account_of` reads."""


def account_of(snapshot: CustomerSnapshot, facts: Facts, *, churn_probability: float | None) -> Account:
    """Gather what the ranking weighs: value, risk, segment, deadline, open P1 and the team."""
    deadline = facts.value("contract.decision_deadline")
    segment = facts.value("profile.segment")
    open_p1 = facts.value("support.open_p1")
    annual_value = facts.value("contract.annual_value")
    return Account(
        account_id=snapshot.account_id,
        as_of=snapshot.as_of,
        segment=segment if isinstance(segment, str) else None,
        annual_value=float(annual_value) if isinstance(annual_value, int | float) else None,
        churn_probability=churn_probability,
        deadline=date.fromisoformat(deadline) if isinstance(deadline, str) else None,
        deadline_assumed=facts.value("contract.decision_deadline_assumed") is True,
        p1_open=isinstance(open_p1, int | float) and open_p1 > 0,
        team=snapshot.team or {},
    )
