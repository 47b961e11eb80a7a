"""Whether the data agree with the declared signs: a claim that the data contradict is reported, never bent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nextplay.churn.training.measures import auc, auc_error
from nextplay.churn.training.table import Column, Table

_ERRORS: Final = 3.0
"""A contradiction is this many standard errors away from nothing: fifty signs see a false one in a book of fifteen."""
_FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A column that, taken alone, goes against its sign. `area` is the AUC in the declared direction (under 0.5)."""

    column: str
    sign: int
    area: float

    def __str__(self) -> str:
        """Say it in a sentence."""
        claimed = "more" if self.sign > 0 else "less"
        return (
            f"`{self.column}`: higher is declared to mean {claimed} risk, but alone it points the other way "
            f"(AUC {self.area:.3f} in the declared direction); the sign was kept, so it will hardly count"
        )


def contradictions(table: Table) -> tuple[Contradiction, ...]:
    """Test each declared sign against the data, one column at a time, sorted by name.

    Accounts, not rows, are taken as independent. A column may also look contradicted because another one stands behind
    both; so this is a question to a person, not a verdict.
    """
    found = [_contradiction(column, table) for column in table.columns if column.sign]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.column))


def _contradiction(column: Column, table: Table) -> Contradiction | None:
    known = ~np.isnan(column.values)
    label, accounts = table.label[known], table.accounts[known]
    left, stayed = len(np.unique(accounts[label])), len(np.unique(accounts[~label]))
    if min(left, stayed) < _FEWEST:
        return None
    area = auc(column.sign * column.values[known], label)
    against = area + _ERRORS * auc_error(area, left, stayed) < 0.5  # noqa: PLR2004  the AUC of chance
    return Contradiction(column.name, column.sign, area) if against else None
