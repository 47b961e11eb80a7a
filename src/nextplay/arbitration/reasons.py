"""What withholds a play by itself, whatever else is chosen: gates, holds, friction, snooze, cooldown, suppression."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Final, NamedTuple

from nextplay.arbitration.history import NO_HISTORY, History, PlayHistory, days_after
from nextplay.decision import WithheldReason
from nextplay.rules.assessment import AbsorbedGap, Candidate, GapOutcome
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import Suppression, Target
from nextplay.snapshot import HistoryEntry

Refusal = tuple[WithheldReason, Mapping[str, str]]
"""The reason, and what it names (`WithheldPlay.details`)."""

DISPUTE_DAYS: Final = 30
"""How long a wrong diagnosis speaks against a plain gap; a contested one says so itself (`ask.valid_days`)."""
SNOOZE_DAYS: Final = 7
"""How long a snooze without an end lasts."""


class Situation(NamedTuple):
    """What the reasons look at beside the candidate.

    `gaps` are all that stand, `absorbed` those that stand as parts of them. `done` names the plays whose `done_when` is
    true.
    """

    today: date
    p1_open: bool
    friction_severity: float
    gaps: Sequence[GapOutcome]
    history: History
    absorbed: Sequence[AbsorbedGap] = ()
    done: Collection[str] = ()


def refusal_of(
    candidate: Candidate, acceptance: HistoryEntry | None, *, waits: bool, situation: Situation
) -> Refusal | None:
    """Return the first reason that withholds the candidate by itself, in the order of the walk.

    `waits` says that some gap of its `hold_while` stands, as whatever.

    An open action (`acceptance` is there) is not hidden by what is unknown, nor by cooldown or declines. What says
    "not now" for the customer's sake withholds it too: a gate that is false, a hold, friction before expansion, and
    a snooze or a wrong diagnosis that came after the acceptance. What the play is for may have come about meanwhile.
    """
    play, _, eligible, applicable, suitable = candidate
    refusal = None
    if not (eligible and applicable and suitable):
        refusal = _AT_GATES[eligible, applicable, suitable, play.purpose == "expansion", acceptance is not None]
    if refusal is None and (waits or situation.history.holds):
        refusal = _held(candidate, situation)
    if refusal is None and play.purpose == "expansion":
        refusal = _friction(situation)
    if refusal is None and (situation.history is not NO_HISTORY or play.id in situation.done):
        refusal = _by_reactions(candidate, acceptance, situation=situation)
    return refusal


def unchecked_gates(candidate: Candidate) -> tuple[str, ...]:
    """Return the gates that are unknown, in the order in which they stand."""
    return _UNCHECKED[candidate.eligibility, candidate.applicability, candidate.suitability]


def _gate(truths: Sequence[Truth], *, expands: bool, is_open: bool) -> Refusal | None:
    for gate, truth in zip(_GATES, truths, strict=True):
        if truth is False:
            return gate, {"gate": gate, "truth": "false"}
        must_be_known = gate == "eligibility" or expands
        if truth is None and must_be_known and not is_open:
            return gate, {"gate": gate, "truth": "unknown"}
    return None


_GATES: Final[tuple[WithheldReason, ...]] = ("eligibility", "applicability", "suitability")
_TRUTHS: Final[tuple[Truth, ...]] = (True, False, None)
_UNCHECKED: Final = {
    truths: tuple([gate for gate, truth in zip(_GATES, truths, strict=True) if truth is None])
    for truths in product(_TRUTHS, _TRUTHS, _TRUTHS)
}
"""What three gates say → those of them that are unknown."""
_AT_GATES: Final = {
    (*truths, expands, is_open): _gate(truths, expands=expands, is_open=is_open)
    for truths, expands, is_open in product(_UNCHECKED, (False, True), (False, True))
}
"""What three gates say, whether the play expands and whether its action is open → why it does not come, if so."""


def _held(candidate: Candidate, situation: Situation) -> Refusal | None:
    for target in candidate.play.hold_while:
        for outcome, by in _standing(situation):
            if outcome.rule.id == target.gap and _stands_as(outcome, target):
                return "held", {"by": by} | ({"side": target.side} if target.side and by == target.gap else {})
    for scope, word in ((None, "account"), (candidate.play.id, "play")):
        hold = situation.history.holds.get(scope)
        if hold is not None and (hold.until is None or situation.today < hold.until):
            return "held", {"by": word} | ({"until": hold.until.isoformat()} if hold.until else {})
    return None


def _standing(situation: Situation) -> Iterator[tuple[GapOutcome, str]]:
    """Yield the gaps for which plays wait: an absorbed one counts, and the gap that absorbed it is named."""
    for outcome in situation.gaps:
        yield outcome, outcome.rule.id
    for part in situation.absorbed:
        yield part.outcome, part.by


def _stands_as(outcome: GapOutcome, target: Target) -> bool:
    """Tell whether the gap stands as its target says; a mixed gap stands as either side."""
    return (
        target.side is None or outcome.kind == target.side or (outcome.kind == "mixed" and target.side in {"cx", "cs"})
    )


def _friction(situation: Situation) -> Refusal | None:
    """Withhold expansion while a P1 is open or a severe gap of experience stands, the most severe first."""
    if situation.p1_open:
        return "friction_first", {"by": "p1"}
    severe = [
        (-outcome.severity, outcome.rule.id)
        for outcome in situation.gaps
        if outcome.kind in {"cx", "mixed"} and outcome.severity >= situation.friction_severity
    ]
    if not severe:
        return None
    severity, gap = min(severe)
    return "friction_first", {"by": gap, "severity": f"{-severity:.2f}"}


def _by_reactions(candidate: Candidate, acceptance: HistoryEntry | None, *, situation: Situation) -> Refusal | None:
    past, today = situation.history.plays.get(candidate.play.id), situation.today
    refusal = _snoozed(past, today) if past is not None else None
    if refusal is None and candidate.play.id in situation.done:
        refusal = "done", {"by": "goal"}
    if refusal is None and past is not None and acceptance is None:
        refusal = _resting(past, candidate.play.cooldown_days, today=today)
    if refusal is None and situation.history.disputes:
        refusal = _disputed(candidate, acceptance, situation=situation)
    if refusal is None and past is not None and acceptance is None and candidate.play.suppress_after is not None:
        refusal = _declined(past.declines, candidate.play.suppress_after, today=today)
    return refusal


def _snoozed(past: PlayHistory, today: date) -> Refusal | None:
    if past.snoozed is None:
        return None
    until = past.snoozed.until or days_after(past.snoozed.at.date(), SNOOZE_DAYS)
    return ("snoozed", {"until": until.isoformat()}) if today < until else None


def _resting(past: PlayHistory, cooldown_days: int, *, today: date) -> Refusal | None:
    """Withhold what was completed today as done, and then for the days of its cooldown."""
    if past.completed is None:
        return None
    on = past.completed.at.date()
    if on == today:
        return "done", {"on": on.isoformat()}
    until = days_after(on, cooldown_days)
    return ("cooldown", {"on": on.isoformat(), "until": until.isoformat()}) if today < until else None


def _disputed(candidate: Candidate, acceptance: HistoryEntry | None, *, situation: Situation) -> Refusal | None:
    """Withhold a play once every gap that it answers was called wrong; the gap that is free first is named."""
    ends: list[tuple[date, str, date]] = []
    for outcome in candidate.gaps:
        dispute = _dispute_of(candidate.play.id, outcome.rule.id, disputes=situation.history.disputes)
        if dispute is None or (acceptance is not None and dispute.at <= acceptance.at):
            return None
        ask, on = outcome.rule.ask, dispute.at.date()
        until = days_after(on, ask.valid_days if ask else DISPUTE_DAYS)
        if situation.today >= until:
            return None
        ends.append((until, outcome.rule.id, on))
    until, gap, on = min(ends)
    return "suppressed", {"wrong_diagnosis": gap, "on": on.isoformat(), "until": until.isoformat()}


def _dispute_of(play: str, gap: str, *, disputes: Sequence[HistoryEntry]) -> HistoryEntry | None:
    """Return the newest dispute of the gap; one that names no gap is about every gap of its own play."""
    for entry in disputes:
        if entry.gap == gap or (entry.gap is None and entry.play == play):
            return entry
    return None


def _declined(declines: Sequence[date], rule: Suppression, *, today: date) -> Refusal | None:
    """Be silent after the newest run of `rule.declined` declines that lie at most `within_days` apart."""
    for newest, oldest in zip(declines, declines[rule.declined - 1 :], strict=False):
        if (newest - oldest).days <= rule.within_days:
            until = days_after(newest, rule.for_days)
            details = {"declined": str(rule.declined), "on": newest.isoformat(), "until": until.isoformat()}
            return ("suppressed", details) if today < until else None
    return None
