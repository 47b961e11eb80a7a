"""The public data sets of the model's benchmark: which column is what, and which signs an expert would claim.

A sign is claimed where the trade would claim it: use, contract, complaints, silence. Two such claims did not hold and
were given up after seeing the data: `days_to_renewal` of crm5, where 0 is said of monthly contracts too, and
`smartphone_notifications_viewed` of SaaS, which are alerts as much as use.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from nextplay.churn.tables import Sign
from nextplay.churn.training.table import Cell, Table, column_of, numbered

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data"
"""Where the files are, if they are at hand: beside the repository."""
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One file. `goal` is the AUC that cross-validation must reach, `later_goal` the one out of time."""

    name: str
    file: str
    label: str
    left: str
    kind: str
    account: str = ""
    as_of: str = ""
    ignored: tuple[str, ...] = ()
    vouched: tuple[str, ...] = ()
    signs: Mapping[str, Sign] = field(default_factory=dict)
    horizon_days: int = 90
    goal: float | None = None
    later_goal: float | None = None

    def table(self, folder: Path = FOLDER) -> Table:
        """Read the file. Without an account column every row is an account of its own."""
        rows = list(_rows(folder / self.file))
        names = [name for name in rows[0] if name not in {self.label, self.account, self.as_of, *self.ignored}]
        cells: dict[str, list[Cell]] = {name: [row[name] for row in rows] for name in names}
        return Table(
            columns=tuple(column_of(name, cells[name], sign=self.signs.get(name, 0)) for name in names),
            label=np.array([row[self.label] in {self.left, f"{self.left}.0"} for row in rows]),
            accounts=numbered([row[self.account] for row in rows] if self.account else list(range(len(rows)))),
            days=np.array([(date.fromisoformat(row[self.as_of]) - _EPOCH).days for row in rows])
            if self.as_of
            else None,
        )


def at_hand(folder: Path = FOLDER) -> tuple[list[DataSet], list[DataSet]]:
    """Return the data sets whose files are there, and those whose are not."""
    present = [one for one in SETS if (folder / one.file).is_file()]
    return present, [one for one in SETS if one not in present]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


_EVENTS: Final = (
    "create_search", "edit_search", "win_opportunity", "advance_stage", "quote", "create_opportunity", "add_contact",
    "edit_contact", "add_lead", "edit_lead", "email_lead", "call_lead", "create_list", "meeting", "schedule_meeting",
)  # fmt: skip
"""What people of crm5 do for themselves: use."""

SETS: Final = (
    DataSet(
        "telco",
        "telco_customer_churn_ibm.csv",
        "Churn",
        "Yes",
        "made up (IBM's sample), consumers",
        account="customerID",
        signs={
            "tenure": -1, "TotalCharges": -1, "MonthlyCharges": 1, "PaperlessBilling": 1, "SeniorCitizen": 1,
            "Partner": -1, "Dependents": -1,
        },
        goal=0.845,
    ),
    DataSet(
        "SaaS",
        "saas_churn_pysurvival.csv",
        "churned",
        "1",
        "made up (a tutorial's), small firms",
        ignored=("months_active",),
        signs={
            "csat_score": -1, "articles_viewed": -1, "marketing_emails_clicked": -1, "minutes_customer_support": 1,
        },
        goal=0.910,
    ),
    DataSet(
        "retail",
        "online_retail_b2b_snapshots.csv",
        "churned_next_90d",
        "1",
        "real, wholesale customers",
        account="account_id",
        as_of="as_of",
        signs={
            "recency_days": 1, "tenure_days": -1, "orders": -1, "orders_90d": -1, "spend_90d": -1, "spend_30d": -1,
            "orders_prev90": -1, "spend_prev90": -1, "skus_90d": -1, "spend_total": -1, "gap_mean": 1,
            "recency_over_gap": 1,
        },
        goal=0.750,
        later_goal=0.75,
    ),
    DataSet(
        "crm5",
        "churnsim_crm5_snapshots_4dates.csv",
        "churned_next_90d",
        "1",
        "simulated, B2B software",
        account="account_id",
        as_of="as_of",
        vouched=("cancel_meeting_30d",),
        signs={
            "discount": -1, "active_users": -1, "seat_utilisation": -1, "events_30d": -1, "events_trend": -1,
            "events_per_user": -1, "billing_period_months": -1,
            **{f"{event}_30d": -1 for event in _EVENTS},
        },
        goal=0.70,
        later_goal=0.71,
    ),
    DataSet(
        "iranian",
        "iranian_telecom_churn_dedup.csv",
        "Churn",
        "1",
        "real, consumers",
        signs={
            "Complains": 1, "Seconds of Use": -1, "Frequency of use": -1, "Frequency of SMS": -1,
            "Distinct Called Numbers": -1, "Customer Value": -1, "Call Failure": 1, "Subscription Length": -1,
        },
    ),
)  # fmt: skip
"""The files, in the order of the report. The whole panel of crm5 is not used: its four dates are enough."""
