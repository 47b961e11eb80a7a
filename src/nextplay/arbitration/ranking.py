"""Candidates in, ranked actions and reasoned refusals out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from nextplay.arbitration.closing import action_id, closed_actions, naming_gap
from nextplay.arbitration.due import calendar_of, due_on
from nextplay.arbitration.history import NO_HISTORY, PlayHistory, expired_on, recall
from nextplay.arbitration.holdout import hold_out
from nextplay.arbitration.outcome import Account, Arbitration, Chooser, RankedAction, WithheldPlay
from nextplay.arbitration.priority import Scales, kinds_of, severity_of, terms_of
from nextplay.arbitration.reasons import Situation, refusal_of, unchecked_gates
from nextplay.arbitration.walk import Bid, Taken, Touches, Walk
from nextplay.decision import ActionState, ClosedAction, DiagnosisKind, Side
from nextplay.rules.assessment import AbsorbedGap, Candidate, GapOutcome
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ArbitrationRules, Due, Play
from nextplay.snapshot import HistoryEntry


class Arbiter:
    """Ranks for one rulebook. Immutable after construction; safe to share between threads."""

    def __init__(self, rules: ArbitrationRules, plays: Collection[Play]) -> None:
        """Work out what the rulebook fixes: the terms of each play, and the calendar."""
        self._rules = rules
        self._terms = {play.id: terms_of(play, rules) for play in plays}
        self._waits_for = {play.id: frozenset([target.gap for target in play.hold_while]) for play in plays}
        self._untouched = Touches.of(rules, NO_HISTORY, today=date.min)
        self._calendar = calendar_of(rules.working_days, rules.holidays)

    def arbitrate(  # noqa: PLR0913  the station's inputs; bundling them would only hide that it needs each
        self,
        candidates: Sequence[Candidate],
        *,
        account: Account,
        history: Sequence[HistoryEntry],
        diagnosis: DiagnosisKind,
        lead: Side | None,
        gaps: Sequence[GapOutcome],
        plays: Mapping[str, Play],
        max_actions: int | None,
        parameter: Chooser,
        absorbed: Sequence[AbsorbedGap] = (),
        done: Collection[str] = (),
    ) -> Arbitration:
        """Rank the candidates, withhold what must not come now, and name the actions that closed.

        `candidates` holds one for each play that answers a standing gap, in any order; `gaps` all that stand; `plays`
        the rulebook by id, as far as it counts on this day. `max_actions` may lower the rulebook's cap, never raise it.
        `parameter` resolves a play's value that differs by a fact. `absorbed` are the gaps that stand as parts of
        others; `done` names the plays whose `done_when` is true.

        Order: must before normal, then priority and severity (highest first), due date, play id. In a mixed diagnosis
        the best candidate of the leading kind that nothing withholds by itself is walked first among the normal ones,
        and one place of the cap is kept for the other kind (`Walk`). Ranks follow the walk, after a holdout was taken
        out of it (`hold_out`).
        """
        rules, today = self._rules, account.as_of.date()
        past = recall(history, as_of=account.as_of)
        situation = Situation(today, account.p1_open, rules.friction_severity, gaps, past, absorbed, done)
        bids = self._bids(candidates, account, situation, parameter)
        leading = lead if diagnosis == "mixed" else None
        best = None if leading is None else _best_of(leading, bids)
        walk = Walk(
            bids if best is None else _promoted(best, bids),
            rules=rules,
            limit=rules.max_actions if max_actions is None else min(max_actions, rules.max_actions),
            touches=Touches.of(rules, past, today=today) if past.touches else self._untouched,
            parameter=parameter,
            best=best,
            other_kind=None if leading is None else "cs" if leading == "cx" else "cx",
        )
        walk.run()
        if rules.holdout is not None:
            hold_out(walk, account.account_id, rules.holdout)
        return Arbitration(
            tuple([_action(taken, rank, account, situation, parameter) for rank, taken in enumerate(walk.taken, 1)]),
            tuple([WithheldPlay(bid.candidate, *refusal, bid.priority) for _, bid, refusal in walk.refused]),
            _closed(walk, account=account, situation=situation, plays=plays) if past.plays else (),
        )

    def _bids(
        self, candidates: Sequence[Candidate], account: Account, situation: Situation, parameter: Chooser
    ) -> list[Bid]:
        """Weigh every candidate and return the bids in the order of the ranking."""
        today, deadline, past = situation.today, account.deadline, situation.history.plays
        scales = Scales(account, self._rules, parameter, today=today)
        standing = {outcome.rule.id for outcome in situation.gaps}
        if situation.absorbed:
            standing.update([part.outcome.rule.id for part in situation.absorbed])
        bids = []
        for candidate in candidates:
            play, severity = candidate.play, severity_of(candidate)
            acceptance = _open_acceptance(play, account, past) if past else None
            start = today if acceptance is None else acceptance.at.date()
            waits = bool(play.hold_while) and not standing.isdisjoint(self._waits_for[play.id])
            priority = scales.priority(candidate, severity, self._terms[play.id])
            due = play.due if isinstance(play.due.within_days, int) else _fixed(play.due, parameter)
            due_day = due_on(due, start, deadline=deadline, calendar=self._calendar)
            bids.append(
                Bid(
                    play.importance != "must",
                    -priority.priority,
                    -severity,
                    due_day,
                    play.id,
                    candidate,
                    priority,
                    acceptance,
                    refusal_of(candidate, acceptance, waits=waits, situation=situation),
                    _escalated_to(play, (today - due_day).days) if acceptance is not None and play.escalate else None,
                )
            )
        bids.sort()
        return bids


def _fixed(due: Due, parameter: Chooser) -> Due:
    """Write down the days that a fact decides."""
    return replace(due, within_days=parameter(due.within_days))


def _escalated_to(play: Play, overdue_days: int) -> str | Parameter | None:
    """Return the owner of the last step that an open action has reached."""
    reached = [step.owner for step in play.escalate if step.overdue_days <= overdue_days]
    return reached[-1] if reached else None


def _open_acceptance(play: Play, account: Account, past: Mapping[str, PlayHistory]) -> HistoryEntry | None:
    """Return the acceptance of a play that is still open: neither settled since nor run out."""
    of_play = past.get(play.id)
    acceptance = of_play.acceptance if of_play is not None else None
    if acceptance is None or expired_on(acceptance, play, account=account) is not None:
        return None
    return acceptance


def _best_of(lead: Side, bids: Sequence[Bid]) -> Bid | None:
    """Return the best bid that counts for the leading kind and that nothing withholds by itself."""
    return next((bid for bid in bids if bid.refusal is None and lead in kinds_of(bid.candidate)), None)


def _promoted(best: Bid, bids: Sequence[Bid]) -> list[Bid]:
    """Put the best of the leading kind before all normal bids; a must stays where it is."""
    if not best.is_normal:
        return list(bids)
    others = [bid for bid in bids if bid is not best]
    musts = sum(not bid.is_normal for bid in others)
    return [*others[:musts], best, *others[musts:]]


def _action(taken: Taken, rank: int, account: Account, situation: Situation, parameter: Chooser) -> RankedAction:
    _, bid, owner, channel = taken
    candidate, acceptance = bid.candidate, bid.acceptance
    play, effort = candidate.play, candidate.play.effort_hours
    past = situation.history.plays.get(play.id) if acceptance is not None else None
    gap = naming_gap(play, candidate.gaps, past=past)
    return RankedAction(
        candidate,
        action_id(account.account_id, play.id, gap),
        gap,
        "new" if acceptance is None else _state(bid, today=situation.today),
        rank,
        bid.priority,
        owner,
        account.team.get(owner),
        channel,
        bid.due_on,
        parameter(effort) if isinstance(effort, Parameter) else effort,
        unchecked_gates(candidate),
    )


def _state(bid: Bid, *, today: date) -> ActionState:
    """Tell an open action from one that is overdue by the days of its first step (without one, at all)."""
    if bid.candidate.play.escalate:
        return "open" if bid.escalated_to is None else "escalated"
    return "escalated" if bid.due_on < today else "open"


def _closed(
    walk: Walk,
    *,
    account: Account,
    situation: Situation,
    plays: Mapping[str, Play],
) -> tuple[ClosedAction, ...]:
    chosen = {taken.bid.play_id for taken in walk.taken}
    candidates = chosen | {refused.bid.play_id for refused in walk.refused}
    superseded = {
        refused.bid.play_id
        for refused in walk.refused
        if refused.bid.acceptance is not None and refused.refusal[0] == "excluded"
    }
    if situation.absorbed:
        parts = {part.outcome.rule.id for part in situation.absorbed}
        superseded |= {
            play.id for play in plays.values() if any(target.gap in parts for target in play.answers)
        } - candidates
    return closed_actions(
        account,
        situation.history,
        plays=plays,
        candidates=candidates,
        chosen=chosen,
        superseded=superseded,
        done=situation.done,
    )
