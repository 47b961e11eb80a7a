"""What each fact adds to the log-odds, ready to be drawn: steps, words, the unknown, and how the fact was spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from nextplay.churn.artefact import Artefact, FactReference
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable, WordTable
from nextplay.facts.labels import fact_label, word_label
from nextplay.facts.spec import FactSpec

_UNITS: Final[Mapping[str, str]] = {
    "count": "",
    "hours": "business hours",
    "level": "1 = usual",
    "money": "currency of the contract",
    "points": "points of 0 to 10",
    "ratio": "a multiple",
    "score": "1 to 5",
    "share": "0 to 1",
    "volume": "the product's own unit",
}
"""Units as they stand on an axis, where the unit's own name does not."""
_OWN_UNITS: Final[Mapping[str, str]] = {
    "contract.seat_change_ratio": "1 = as at the start of the term",
    "usage.committed_volume_ratio": "1 = all that was committed",
    "usage.license_utilization": "1 = every seat",
}
"""Units of facts that measure against what was bought, not against what is usual."""
_LONGEST: Final = 46
_STRETCH: Final = 3.0
"""Beyond the 90th per cent an axis goes on for so many times the width from the 10th: one giant squeezes nobody."""


def shapes(artefact: Artefact, specs: Mapping[str, FactSpec]) -> list[dict[str, Any]]:
    """Return one drawing for each fact, the widest span of log-odds first, ties by name."""
    spread = artefact.reference.facts if artefact.reference is not None else {}
    found = [_shape(table, specs[table.fact], spread.get(table.fact)) for table in artefact.tables]
    return sorted(found, key=lambda shape: (-shape["span"], shape["fact"]))


def _shape(table: AnyTable, spec: FactSpec, spread: FactReference | None) -> dict[str, Any]:
    match table:
        case NumberTable():
            drawn, sign = _steps(table, spec, spread), table.sign
        case FlagTable():
            drawn, sign = _flag(table, spread), table.sign
        case WordTable():
            drawn, sign = _words(table, spread), 1 if table.worsening else 0
    values = drawn["values"]
    return drawn | {
        "fact": table.fact,
        "family": table.family,
        "label": fact_label(table.fact),
        "sign": sign,
        "says": _direction(table, sign),
        "missing": table.missing,
        "unknown_share": None if spread is None else spread.missing,
        "span": max(values) - min(values),
    }


def _direction(table: AnyTable, sign: int) -> str:
    if isinstance(table, WordTable):
        return "words ordered from best to worst" if sign else "no order declared"
    if isinstance(table, FlagTable):
        return {1: "true declared to mean more risk", -1: "true declared to mean less risk"}.get(
            sign, "no sign declared"
        )
    return {1: "more declared to mean more risk", -1: "more declared to mean less risk"}.get(sign, "no sign declared")


def _steps(table: NumberTable, spec: FactSpec, spread: FactReference | None) -> dict[str, Any]:
    quantiles = spread.quantiles if spread is not None else []
    low, high = _ends(table, quantiles)
    inside = [end for end in table.thresholds if low < end < high]
    first = sum(end <= low for end in table.thresholds)
    return {
        "kind": "number",
        "axis": _axis(spec),
        "edges": [low, *inside, high],
        "values": table.values[first : first + len(inside) + 1],
        "quantiles": [one for one in quantiles if low <= one <= high],
        "beyond": _told(table.range[1]) if table.range[1] > high else None,
    }


def _axis(spec: FactSpec) -> str:
    """Name the fact with its unit; where both do not fit under a small plot, the unit: the caption has the name."""
    unit = _OWN_UNITS.get(spec.name, _UNITS.get(spec.unit, spec.unit))
    whole = ", ".join(filter(None, (fact_label(spec.name), unit)))
    return whole if len(whole) <= _LONGEST else unit or "how many"


def _told(value: float) -> str:
    """Write a number with three figures, or whole where it has more before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  three figures


def _ends(table: NumberTable, quantiles: Sequence[float]) -> tuple[float, float]:
    """Return where the axis begins and ends: where the values were learned, but not for the sake of a few giants."""
    low, high = table.range
    if not quantiles:
        return low, high
    tenth, ninetieth = quantiles[1], quantiles[-2]
    width = max(ninetieth - tenth, _least(quantiles))
    return max(low, tenth - _STRETCH * width), min(high, ninetieth + _STRETCH * width)


def _least(quantiles: Sequence[float]) -> float:
    """Return the smallest step between tenths, or the whole width where there is none: never nothing."""
    steps = [later - earlier for earlier, later in pairwise(quantiles) if later > earlier]
    return min(steps, default=1.0)


def _flag(table: FlagTable, spread: FactReference | None) -> dict[str, Any]:
    shares = {} if spread is None else spread.shares
    return {
        "kind": "words",
        "words": ["yes", "no"],
        "values": [table.if_true, table.if_false],
        "shares": [shares.get("true"), shares.get("false")],
    }


def _words(table: WordTable, spread: FactReference | None) -> dict[str, Any]:
    words = table.worsening or sorted(table.values, key=lambda word: (table.values[word], word))
    shares = {} if spread is None else spread.shares
    return {
        "kind": "words",
        "words": [word_label(word) for word in words],
        "values": [table.values[word] for word in words],
        "shares": [shares.get(word) for word in words],
    }
