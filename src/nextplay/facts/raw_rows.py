"""Raw rows → the aggregates that facts read: a snapshot with raw lists is completed before any fact is computed.

An aggregate that was sent wins; where it is another than the rows say, that is told. What rows do not determine stays
unknown. `docs/raw_rows.md` lists every aggregate and is written from the declarations here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from nextplay.facts.raw_aggregate import RawList
from nextplay.facts.raw_interactions import INTERACTIONS
from nextplay.facts.raw_tickets import TICKETS
from nextplay.facts.raw_weeks import WEEKS
from nextplay.snapshot import CustomerSnapshot, InputWarning

RAW_LISTS: Final[tuple[RawList, ...]] = (TICKETS, WEEKS, INTERACTIONS)
_FIELDS: Final = {aggregate.path: attrgetter(aggregate.path) for raw in RAW_LISTS for aggregate in raw.aggregates}
_PEOPLE: Final = {path: attrgetter(path) for path in ("usage.active_users_28d", "usage.median_active_users_90d")}
NOTHING_FILLED: Final[Mapping[str, str]] = MappingProxyType({})


class Completed(NamedTuple):
    """A snapshot with its aggregates, the list that each one filled in came from, and what was sent differently."""

    snapshot: CustomerSnapshot
    filled: Mapping[str, str]
    warnings: tuple[InputWarning, ...]


def has_raw_rows(snapshot: CustomerSnapshot) -> bool:
    """Return whether a raw list is known, be it empty."""
    return snapshot.tickets is not None or snapshot.usage_weekly is not None or snapshot.interactions is not None


def completed(snapshot: CustomerSnapshot) -> Completed:
    """Fill in each aggregate that was not sent and that the rows determine."""
    groups: dict[str, dict[str, Any]] = {}
    filled: dict[str, str] = {}
    warnings = []
    for raw in RAW_LISTS:
        if getattr(snapshot, raw.name) is None:
            continue
        rows = raw.prepare(snapshot)
        for aggregate in raw.aggregates:
            sent, found = _FIELDS[aggregate.path](snapshot), aggregate.compute(rows)
            if found is None or found == sent:
                continue
            group, _, name = aggregate.path.partition(".")
            if sent is None:
                groups.setdefault(group, {})[name] = found
                filled[aggregate.path] = raw.name
            elif aggregate.compared(rows):
                message = f"is another than the rows of `{raw.name}` give; the value that was sent counts"
                warnings.append(InputWarning(aggregate.path, message))
    if snapshot.usage_weekly is not None:  # `usage.active_ratio` divides weeks by weeks where one of these is missing
        filled |= {path: WEEKS.name for path, field in _PEOPLE.items() if field(snapshot) is None}
    changed: dict[str, Any] = {group: replace(getattr(snapshot, group), **values) for group, values in groups.items()}
    whole = replace(snapshot, **changed) if changed else snapshot
    return Completed(whole, filled, tuple(sorted(warnings, key=lambda warning: warning.path)))
