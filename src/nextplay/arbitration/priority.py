"""The order of candidates within one account: priority = propensity x context x value x lever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from nextplay.arbitration.outcome import Account, Chooser
from nextplay.decision import Priority
from nextplay.rules.assessment import Candidate
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ALL_SEGMENTS, ArbitrationRules, Play, Prior

RAMP_DAYS: Final = 120
"""How long before the decision deadline its nearness begins to count."""
_FACTORS: Final = ("propensity", "context", "value", "lever")
_URGENCY_RISE: Final = 2.0
_HIGHEST_LEVER: Final = 3.0
_SHARE_DIGITS: Final = 4
_MONEY_DIGITS: Final = 2


class Scales:
    """Weighs the candidates of one decision; what several of them share is worked out once.

    The notes of a priority are the words for what had to be assumed: `default_annual_value`, `default_risk`,
    `zero_value`, `deadline_unknown`, `deadline_assumed`, `deadline_passed`, `default_prior`; and `learned` where the
    propensity comes from reactions. A factor that is switched off has none. `zero_value` says that the annual value is
    0, and so is every priority.
    """

    __slots__ = (
        "_annual_value", "_contexts", "_notes", "_parameter", "_risk", "_rules", "_segment", "_segment_pct",
        "_switched", "_values",
    )  # fmt: skip

    def __init__(self, account: Account, rules: ArbitrationRules, parameter: Chooser) -> None:
        """Gather the account's side of the factors, with the segment's defaults where value or risk is unknown."""
        value, risk, segment = account.annual_value, account.churn_probability, account.segment
        self._rules = rules
        self._parameter = parameter
        self._annual_value = _by_segment(rules.default_annual_value, segment) if value is None else value
        self._risk = _by_segment(rules.default_risk, segment) if risk is None else risk
        self._segment = segment
        self._segment_pct = rules.lever_by_segment.get(segment or "", 0.0)
        self._switched = switched = tuple(rules.factors.get(factor, True) for factor in _FACTORS)
        self._notes = _notes(account, self._annual_value, context_counts=switched[1], value_counts=switched[2])
        self._contexts = _Contexts(urgency(account.deadline, account.as_of.date()))
        self._values: dict[tuple[float, float], float] = {}

    def priority(self, candidate: Candidate, severity: float) -> Priority:
        """Weigh one candidate. `severity` is the greatest of the gaps it answers.

        The factors are rounded first (shares to four decimals, money to two) and the priority is made of the rounded
        ones, so that whoever multiplies what is shown gets what is shown. A factor that is switched off is 1.
        """
        play, notes = candidate.play, self._notes
        propensity_counts, context_counts, value_counts, lever_counts = self._switched
        propensity = 1.0
        if propensity_counts:
            prior, note = self._prior(play)
            propensity, notes = _share(prior.accepted, prior.of), (*notes, note) if note else notes
        context = self._contexts[severity] if context_counts else 1.0
        value = self._value(play) if value_counts else 1.0
        lever = self._lever(candidate) if lever_counts else 1.0
        priority = round(propensity * context * value * lever, _MONEY_DIGITS)
        return Priority(priority, propensity, context, value, lever, notes)

    def _prior(self, play: Play) -> tuple[Prior, str]:
        """Return what was learned in the account's segment, else over all, else the play's prior, else the general."""
        learned = self._rules.learned.get(play.id) if self._rules.learned else None
        found = None if learned is None else learned.get(self._segment or ALL_SEGMENTS) or learned.get(ALL_SEGMENTS)
        if found is not None:
            return found, "learned"
        return (self._rules.default_prior, "default_prior") if play.propensity is None else (play.propensity, "")

    def _value(self, play: Play) -> float:
        effect = self._parameter(play.effect) if isinstance(play.effect, Parameter) else play.effect
        key = effect, play.gain
        value = self._values.get(key)
        if value is None:
            value = round(self._annual_value * (self._risk * effect + play.gain), _MONEY_DIGITS)
            self._values[key] = value
        return value

    def _lever(self, candidate: Candidate) -> float:
        """Add the percentages of play, segment and each kind of gap, whatever its severity, and clip to 0..3."""
        rules, percent = self._rules, self._segment_pct
        if rules.lever_by_play:
            percent += rules.lever_by_play.get(candidate.play.id, 0.0)
        if rules.lever_by_kind:
            kinds = sorted({outcome.kind for outcome in candidate.gaps})
            percent += sum(rules.lever_by_kind.get(kind, 0.0) for kind in kinds)
        if not percent:
            return 1.0
        return round(min(max(1.0 + percent / 100.0, 0.0), _HIGHEST_LEVER), _SHARE_DIGITS)


class _Contexts(dict[float, float]):
    """Severity → context, filled as asked for: severities have two decimals, so they recur."""

    def __init__(self, urgency: float) -> None:
        super().__init__()
        self._urgency = urgency

    def __missing__(self, severity: float) -> float:
        context = self[severity] = round(severity * self._urgency, _SHARE_DIGITS)
        return context


def urgency(deadline: date | None, today: date) -> float:
    """Return 1 + 2 x clip((120 - d) / 120, 0, 1) for `d` days to the decision deadline; 3 once passed, 1 if unknown."""
    if deadline is None:
        return 1.0
    days = (deadline - today).days
    return 1.0 + _URGENCY_RISE * min(max((RAMP_DAYS - days) / RAMP_DAYS, 0.0), 1.0)


def severity_of(candidate: Candidate) -> float:
    """Return the greatest severity (0..1) of the gaps that the candidate answers."""
    gaps = candidate.gaps
    return gaps[0].severity if len(gaps) == 1 else max([outcome.severity for outcome in gaps])


def kinds_of(candidate: Candidate) -> frozenset[str]:
    """Return the kinds that an action counts for: those of its gaps, and for a mixed gap the sides it answers."""
    kinds: set[str] = set()
    for outcome in candidate.gaps:
        if outcome.kind == "mixed":
            kinds |= _sides_answered(candidate.play, outcome.rule.id)
        else:
            kinds.add(outcome.kind)
    return frozenset(kinds)


def _sides_answered(play: Play, gap: str) -> set[str]:
    return {target.side for target in play.answers if target.gap == gap and target.side in {"cx", "cs"}}


@lru_cache(maxsize=1024)
def _share(accepted: float, of: float) -> float:
    return round(accepted / of, _SHARE_DIGITS)


def _by_segment(table: Mapping[str, float], segment: str | None) -> float:
    return table.get(segment or "otherwise", table.get("otherwise", 0.0))


def _notes(account: Account, annual_value: float, *, context_counts: bool, value_counts: bool) -> tuple[str, ...]:
    """Say what the factors that count have to assume about the account, and what makes them nothing."""
    deadline = account.deadline
    assumed = {
        "default_annual_value": value_counts and account.annual_value is None,
        "zero_value": value_counts and annual_value == 0,
        "default_risk": value_counts and account.churn_probability is None,
        "deadline_unknown": context_counts and deadline is None,
        "deadline_passed": context_counts and deadline is not None and deadline < account.as_of.date(),
        "deadline_assumed": context_counts and deadline is not None and account.deadline_assumed,
    }
    return tuple([note for note, holds in assumed.items() if holds])
