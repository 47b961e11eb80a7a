"""Counts of what differs over a book; they add up, so pieces can be counted apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple

from nextplay.authoring.difference.outcome import AccountChange, Money, Outcome
from nextplay.authoring.simulation.tally import HOUR

CHANGES: Final = (
    "accounts-changed", "actions-gained", "actions-lost", "actions-changed",
    "gaps-gained", "gaps-lost", "kinds-changed", "diagnosis-changed",
)  # fmt: skip
"""What is counted in accounts, and may be limited by `--fail-if`."""


class Reach(NamedTuple):
    """The gaps and the plays that changed for an account, and the gaps that those plays answer there."""

    gaps: frozenset[str]
    plays: frozenset[str]
    behind: frozenset[str]


@dataclass(slots=True)
class DifferenceTally:
    """Accounts by what changed for them, and the work of both rulebooks by owner.

    `old_effort` and `new_effort` count thousandths of an hour. `value` and `at_risk` count hundredths of a currency by
    (what, currency), `worthless` the accounts whose value is unknown.
    """

    segment: Counter[str] = field(default_factory=Counter)
    change_segment: Counter[tuple[str, str]] = field(default_factory=Counter)
    diagnosis: Counter[tuple[str, str]] = field(default_factory=Counter)
    gap: Counter[tuple[str, str]] = field(default_factory=Counter)
    play: Counter[tuple[str, str]] = field(default_factory=Counter)
    field_changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    reach: Counter[Reach] = field(default_factory=Counter)
    old_actions: Counter[str] = field(default_factory=Counter)
    new_actions: Counter[str] = field(default_factory=Counter)
    old_effort: Counter[str] = field(default_factory=Counter)
    new_effort: Counter[str] = field(default_factory=Counter)
    value: Counter[tuple[str, str]] = field(default_factory=Counter)
    at_risk: Counter[tuple[str, str]] = field(default_factory=Counter)
    valued: Counter[tuple[str, str]] = field(default_factory=Counter)
    without_value: Counter[str] = field(default_factory=Counter)

    @property
    def accounts(self) -> int:
        """Say how many accounts were decided."""
        return self.segment.total()

    def changed(self, what: str) -> int:
        """Say for how many accounts a kind of change happened."""
        return sum(count for (name, _), count in self.change_segment.items() if name == what)

    def merge(self, other: DifferenceTally) -> None:
        """Add what was counted elsewhere."""
        for entry in fields(self):
            getattr(self, entry.name).update(getattr(other, entry.name))

    def add(self, segment: str, old: Outcome, new: Outcome) -> None:
        """Count one account, changed or not, and its work under both rulebooks."""
        self.segment[segment] += 1
        for outcome, actions, effort in (
            (old, self.old_actions, self.old_effort),
            (new, self.new_actions, self.new_effort),
        ):
            for action in outcome.actions.values():
                actions[action.owner] += 1
                effort[action.owner] += action.effort

    def add_change(self, change: AccountChange) -> None:
        """Count what changed for one account."""
        happened = _happened(change)
        self.change_segment.update([(what, change.segment) for what, so in happened.items() if so])
        if change.diagnosis:
            self.diagnosis[change.diagnosis] += 1
        for what, names in (("gained", change.gaps_gained), ("lost", change.gaps_lost), ("kind", change.kinds)):
            self.gap.update({(gap, what) for gap, _ in names})
        for what, plays in (("gained", change.gained), ("lost", change.lost), ("changed", tuple(change.changed))):
            self.play.update([(play, what) for play in plays])
        self.field_changed.update([(play, name) for play, changes in change.changed.items() for name in changes])
        self.reach[Reach(change.gaps_touched, change.plays_touched, change.behind)] += 1
        for what in ("accounts-changed", "actions-gained", "actions-lost"):
            if happened[what]:
                self._add_money(what, change.money)

    def _add_money(self, what: str, money: Money | None) -> None:
        if money is None:
            self.without_value[what] += 1
            return
        self.valued[what, money.currency] += 1
        self.value[what, money.currency] += money.value
        self.at_risk[what, money.currency] += money.at_risk


def hours(effort: Mapping[str, int]) -> float:
    """Return the hours of all owners together."""
    return round(sum(effort.values()) / HOUR, 2)


def _happened(change: AccountChange) -> dict[str, bool]:
    facts = (
        True, bool(change.gained), bool(change.lost), bool(change.changed),
        bool(change.gaps_gained), bool(change.gaps_lost), bool(change.kinds), change.diagnosis is not None,
    )  # fmt: skip
    return dict(zip(CHANGES, facts, strict=True))
