"""The values of each fact of a model from best to worst, and accounts made of them: what laws about risks need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from tests.churn.small_model import facts

from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import FlagTable, NumberTable, WordTable
from nextplay.decision import FactValue

Ladders = Mapping[str, Sequence[FactValue]]


def from_best(table: NumberTable | FlagTable | WordTable) -> list[FactValue]:
    """Return a value of each interval of a table with a sign, from best to worst."""
    match table:
        case NumberTable():
            values: list[FactValue] = [*table.thresholds, table.range[1]]
            return values if table.sign > 0 else values[::-1]
        case FlagTable():
            return [False, True] if table.sign > 0 else [True, False]
        case WordTable():
            return [*table.worsening]


def accounts_on(ladders: Ladders) -> st.SearchStrategy[dict[str, FactValue]]:
    """Draw an account: any value, or none, for each fact."""
    return st.fixed_dictionaries({fact: st.none() | st.sampled_from(ladder) for fact, ladder in ladders.items()})


def probability_by(model: ChurnModel, values: dict[str, FactValue]) -> float:
    """Return the risk of an account of which only `values` are known."""
    return model.score(facts(model.fact_names, values)).probability


def worsening_raises(model: ChurnModel, ladders: Ladders, account: dict[str, FactValue], data: st.DataObject) -> bool:
    """Draw a fact and two of its values, and say whether the worse one gives at least the risk of the better one."""
    fact = data.draw(st.sampled_from(sorted(ladders)))
    rungs = st.lists(st.integers(0, len(ladders[fact]) - 1), min_size=2, max_size=2)
    better, worse = sorted(data.draw(rungs))
    risks = [probability_by(model, account | {fact: ladders[fact][rung]}) for rung in (better, worse)]
    return risks[0] <= risks[1]
