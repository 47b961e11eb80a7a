"""What one rulebook says of one account, as far as two are compared, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

from nextplay.authoring.simulation.tally import HOUR, UNKNOWN_SEGMENT
from nextplay.presentation import Findings

_CENTS: Final = 100
GapKey = tuple[str, str]
"""A gap and the key of its item, empty where it belongs to the account."""


class ActionTaken(NamedTuple):
    """One action, as far as it is compared; its effort in thousandths of an hour and its gaps are not."""

    owner: str
    due: str
    rank: int
    channel: str
    effort: int
    gaps: tuple[str, ...]


class Money(NamedTuple):
    """Annual value, and annual value x churn probability, both in hundredths of the currency."""

    currency: str
    value: int
    at_risk: int


class Outcome(NamedTuple):
    """What came of one account: gaps by key with their kind, actions by play."""

    diagnosis: str
    gaps: Mapping[GapKey, str]
    actions: Mapping[str, ActionTaken]


def outcome_of(found: Findings) -> Outcome:
    """Take from the findings what is compared."""
    assessment = found.assessment
    lead = f", {assessment.lead} first" if assessment.diagnosis == "mixed" else ""
    return Outcome(
        diagnosis=f"{assessment.diagnosis}{lead}",
        gaps={outcome.key: outcome.kind for outcome in assessment.gaps},
        actions={
            ranked.candidate.play.id: ActionTaken(
                ranked.owner_role,
                ranked.due_on.isoformat(),
                ranked.rank,
                ranked.channel,
                round(ranked.effort_hours * HOUR),
                tuple(sorted({outcome.rule.id for outcome in ranked.candidate.gaps})),
            )
            for ranked in found.arbitration.actions
        },
    )


def money_of(found: Findings) -> Money | None:
    """Return what the account is worth a year and how much of it is at risk; nothing where the value is unknown."""
    annual = found.snapshot.contract.annual_value
    if annual is None or annual.amount is None or annual.currency_code is None:
        return None
    risk = found.score.probability if found.score else 0.0
    value = round(float(annual.amount) * _CENTS)
    return Money(annual.currency_code, value, round(value * risk))


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What differs for one account, old to new. `number` is its row in the book.

    `changed` holds for each play that stays an action what differs: field → (old, new). `kinds` likewise for gaps.
    `behind` names the gaps that the actions answer which came, went or changed.
    """

    number: int
    account: str
    segment: str
    money: Money | None
    diagnosis: tuple[str, str] | None
    gaps_gained: Mapping[GapKey, str]
    gaps_lost: Mapping[GapKey, str]
    kinds: Mapping[GapKey, tuple[str, str]]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[str, str]]]
    behind: frozenset[str]

    @property
    def gaps_touched(self) -> frozenset[str]:
        """Name the gaps that came, went or changed their kind."""
        return frozenset(gap for gap, _ in (*self.gaps_gained, *self.gaps_lost, *self.kinds))

    @property
    def plays_touched(self) -> frozenset[str]:
        """Name the plays whose action came, went or changed."""
        return frozenset((*self.gained, *self.lost, *self.changed))

    @property
    def order(self) -> tuple[int, ...]:
        """Say how much changed; the smallest comes first.

        Actions gained and lost, then the diagnosis, then kinds of gaps, then gaps gained and lost, then actions that
        changed, then the place in the book.
        """
        return (
            -len(self.gained) - len(self.lost),
            -(self.diagnosis is not None),
            -len(self.kinds),
            -len(self.gaps_gained) - len(self.gaps_lost),
            -len(self.changed),
            self.number,
        )


def change_between(old: Outcome, new: Outcome, found: Findings, *, number: int) -> AccountChange | None:
    """Return what differs between two outcomes of the account that `found` is about; nothing where nothing does."""
    if old == new:
        return None
    kinds = {key: (old.gaps[key], kind) for key, kind in sorted(new.gaps.items()) if old.gaps.get(key, kind) != kind}
    changed = {
        play: differences
        for play, action in sorted(new.actions.items())
        if play in old.actions and (differences := _differences(old.actions[play], action))
    }
    gained, lost = new.actions.keys() - old.actions.keys(), old.actions.keys() - new.actions.keys()
    touched = (*gained, *lost, *changed)
    change = AccountChange(
        number=number,
        account=found.snapshot.account_id,
        segment=found.snapshot.profile.segment or UNKNOWN_SEGMENT,
        money=money_of(found),
        diagnosis=None if old.diagnosis == new.diagnosis else (old.diagnosis, new.diagnosis),
        gaps_gained={key: kind for key, kind in sorted(new.gaps.items()) if key not in old.gaps},
        gaps_lost={key: kind for key, kind in sorted(old.gaps.items()) if key not in new.gaps},
        kinds=kinds,
        gained=tuple(sorted(gained)),
        lost=tuple(sorted(lost)),
        changed=changed,
        behind=frozenset(_gaps_behind(touched, (old.actions, new.actions))),
    )
    return change if change.diagnosis or change.gaps_touched or change.plays_touched else None


def _gaps_behind(plays: Iterable[str], sides: Iterable[Mapping[str, ActionTaken]]) -> Iterator[str]:
    for play, actions in product(plays, sides):
        if play in actions:
            yield from actions[play].gaps


def _differences(old: ActionTaken, new: ActionTaken) -> dict[str, tuple[str, str]]:
    return {
        name: (str(before), str(after))
        for name, before, after in zip(("owner", "due", "rank", "channel"), old, new, strict=False)
        if before != after
    }
