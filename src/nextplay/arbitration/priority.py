"""The order of candidates within one account: priority = propensity x context x value x lever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from nextplay.arbitration.outcome import Account, Chooser
from nextplay.decision import Priority
from nextplay.rules.assessment import Candidate
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ALL_SEGMENTS, ArbitrationRules, Play, Prior

RAMP_DAYS: Final = 120
"""How long before the decision deadline its nearness begins to count."""
_URGENCY_RISE: Final = 2.0
_HIGHEST_LEVER: Final = 3.0
_SHARE_DIGITS: Final = 4
_MONEY_DIGITS: Final = 2
Propensity = tuple[float, tuple[str, ...]]
"""A share, and the notes on where it comes from."""


class Terms(NamedTuple):
    """What a rulebook fixes of the priority of one play: `gain` in money, `percent` of the lever.

    `propensity` is the share and the notes on it, where the account's segment has none in `by_segment`.
    """

    propensity: Propensity
    by_segment: Mapping[str | None, Propensity]
    effect: float | Parameter
    gain: float
    percent: float


def terms_of(play: Play, rules: ArbitrationRules) -> Terms:
    """Return the terms of a play: what was learned in the segment, else over all, else its prior, else the general."""
    learned: Mapping[str, Prior] = rules.learned.get(play.id, {})
    by_segment: dict[str | None, Propensity] = {name: (_share(found), ("learned",)) for name, found in learned.items()}
    propensity: Propensity = (_share(rules.default_prior), ("default_prior",))
    if play.propensity is not None:
        propensity = (_share(play.propensity), ())
    if not rules.factors.get("propensity", True):
        propensity, by_segment = (1.0, ()), {}
    percent = rules.lever_by_play.get(play.id, 0.0)
    return Terms(by_segment.get(ALL_SEGMENTS, propensity), by_segment, play.effect, play.gain, percent)


class Scales:
    """Weighs the candidates of one decision; what they share is worked out once.

    The notes of a priority are the words for what had to be assumed: `default_annual_value`, `default_risk`,
    `zero_value`, `deadline_unknown`, `deadline_assumed`, `deadline_passed`, `default_prior`; and `learned` where the
    propensity comes from reactions. A factor that is switched off has none. `zero_value` says that the annual value is
    0, and so is every priority.
    """

    __slots__ = (
        "_annual_value", "_by_kind", "_lever_counts", "_notes", "_parameter", "_percent", "_risk", "_segment",
        "_urgency", "_value_counts",
    )  # fmt: skip

    def __init__(self, account: Account, rules: ArbitrationRules, parameter: Chooser, *, today: date) -> None:
        """Gather the account's side of the factors, with the segment's defaults where value or risk is unknown."""
        value, risk, segment, counts = account.annual_value, account.churn_probability, account.segment, rules.factors
        self._parameter = parameter
        self._annual_value = value = _by_segment(rules.default_annual_value, segment) if value is None else value
        self._risk = _by_segment(rules.default_risk, segment) if risk is None else risk
        self._segment = segment
        self._percent = rules.lever_by_segment.get(segment or "", 0.0)
        self._by_kind = rules.lever_by_kind
        self._value_counts, self._lever_counts = counts.get("value", True), counts.get("lever", True)
        self._notes = _notes_on_value(account, value) if self._value_counts else ()
        self._urgency: float | None = None
        if counts.get("context", True):
            self._notes += _notes_on_deadline(account, today)
            self._urgency = urgency(account.deadline, today)

    def priority(self, candidate: Candidate, severity: float, terms: Terms) -> Priority:
        """Weigh one candidate. `severity` is the greatest of the gaps it answers, `terms` are those of its play.

        The factors are rounded first (shares to four decimals, money to two) and the priority is made of the rounded
        ones, so that whoever multiplies what is shown gets what is shown. A factor that is switched off is 1.
        """
        propensity, by_segment, effect, gain, percent = terms
        if by_segment:
            propensity = by_segment.get(self._segment, propensity)
        likely, notes = propensity
        context = value = lever = 1.0
        if self._urgency is not None:
            context = round(severity * self._urgency, _SHARE_DIGITS)
        if self._value_counts:
            if isinstance(effect, Parameter):
                effect = self._parameter(effect)
            value = round(self._annual_value * (self._risk * effect + gain), _MONEY_DIGITS)
        percent += self._percent
        if self._lever_counts and (percent or self._by_kind):
            lever = self._lever(candidate, percent)
        priority = round(likely * context * value * lever, _MONEY_DIGITS)
        return Priority(priority, likely, context, value, lever, self._notes + notes if notes else self._notes)

    def _lever(self, candidate: Candidate, percent: float) -> float:
        """Add the percentage of each kind of gap, whatever its severity, to those of play and segment; clip to 0..3."""
        if self._by_kind:
            kinds = sorted({outcome.kind for outcome in candidate.gaps})
            percent += sum(self._by_kind.get(kind, 0.0) for kind in kinds)
        return round(min(max(1.0 + percent / 100.0, 0.0), _HIGHEST_LEVER), _SHARE_DIGITS)


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


def _share(prior: Prior) -> float:
    return round(prior.accepted / prior.of, _SHARE_DIGITS)


def _by_segment(table: Mapping[str, float], segment: str | None) -> float:
    return table.get(segment or "otherwise", table.get("otherwise", 0.0))


def _notes_on_value(account: Account, annual_value: float) -> tuple[str, ...]:
    """Say what had to be assumed about value and risk, and what makes a priority nothing."""
    if account.annual_value and account.churn_probability is not None:
        return ()
    assumed = {
        "default_annual_value": account.annual_value is None,
        "zero_value": annual_value == 0,
        "default_risk": account.churn_probability is None,
    }
    return tuple([note for note, holds in assumed.items() if holds])


def _notes_on_deadline(account: Account, today: date) -> tuple[str, ...]:
    if account.deadline is None:
        return ("deadline_unknown",)
    passed = ("deadline_passed",) if account.deadline < today else ()
    return (*passed, "deadline_assumed") if account.deadline_assumed else passed
