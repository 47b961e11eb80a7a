"""Candidates in, ranked actions and reasoned refusals out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from nextplay.arbitration.closing import action_id, closed_actions, naming_gap
from nextplay.arbitration.due import calendar_of, due_on
from nextplay.arbitration.history import History, expired_on, recall
from nextplay.arbitration.holdout import hold_out
from nextplay.arbitration.outcome import Account, Arbitration, Chooser, RankedAction, WithheldPlay
from nextplay.arbitration.priority import Scales, kinds_of, severity_of
from nextplay.arbitration.reasons import Situation, refusal_of, unchecked_gates
from nextplay.arbitration.walk import Bid, Taken, Walk
from nextplay.decision import ActionState, ClosedAction, DiagnosisKind, Side
from nextplay.rules.assessment import AbsorbedGap, Candidate, GapOutcome
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import ArbitrationRules, Due, Play
from nextplay.snapshot import HistoryEntry


def arbitrate(  # noqa: PLR0913  the station's inputs; bundling them would only hide that it needs each
    candidates: Sequence[Candidate],
    *,
    account: Account,
    rules: ArbitrationRules,
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

    `candidates` holds one for each play that answers a standing gap, in any order; `gaps` all that stand; `plays` the
    rulebook by id, as far as it counts on this day. `max_actions` may lower the rulebook's cap, never raise it.
    `parameter` resolves a play's value that differs by a fact. `absorbed` are the gaps that stand as parts of others;
    `done` names the plays whose `done_when` is true.

    Order: must before normal, then priority and severity (highest first), due date, play id. In a mixed diagnosis
    the best candidate of the leading kind that nothing withholds by itself is walked first among the normal ones, and
    one place of the cap is kept for the other kind (`Walk`). Ranks follow the walk, after a holdout was taken out of
    it (`hold_out`).
    """
    past = recall(history, as_of=account.as_of)
    situation = Situation(
        account.as_of.date(), account.p1_open, rules.friction_severity, gaps, past, _holding(gaps, absorbed), done
    )
    bids = _bids(candidates, account=account, rules=rules, situation=situation, parameter=parameter)
    best = _best_of(lead, bids) if diagnosis == "mixed" and lead is not None else None
    walk = Walk(
        bids if best is None else _promoted(best, bids),
        rules=rules,
        limit=rules.max_actions if max_actions is None else min(max_actions, rules.max_actions),
        touches=_touches(rules, past, today=account.as_of.date()),
        parameter=parameter,
        best=best,
        other_kind=None if diagnosis != "mixed" or lead is None else "cs" if lead == "cx" else "cx",
    )
    walk.run()
    if rules.holdout is not None:
        hold_out(walk, account.account_id, rules.holdout)
    return Arbitration(
        actions=tuple(
            [
                _action(taken, rank, account, past=past, parameter=parameter)
                for rank, taken in enumerate(walk.taken, start=1)
            ]
        ),
        withheld=tuple(
            [WithheldPlay(bid.candidate, reason, details, bid.priority) for _, bid, (reason, details) in walk.refused]
        ),
        closed=_closed(walk, account=account, situation=situation, plays=plays, absorbed=absorbed)
        if past.plays
        else (),
    )


def _holding(
    gaps: Sequence[GapOutcome], absorbed: Sequence[AbsorbedGap]
) -> Mapping[str, Sequence[tuple[GapOutcome, str]]]:
    """Index the gaps for which plays wait: an absorbed one counts, and the gap that absorbed it is named."""
    holding: dict[str, list[tuple[GapOutcome, str]]] = {}
    for outcome in gaps:
        holding.setdefault(outcome.rule.id, []).append((outcome, outcome.rule.id))
    for part in absorbed:
        holding.setdefault(part.outcome.rule.id, []).append((part.outcome, part.by))
    return holding


def _bids(
    candidates: Sequence[Candidate],
    *,
    account: Account,
    rules: ArbitrationRules,
    situation: Situation,
    parameter: Chooser,
) -> list[Bid]:
    """Weigh every candidate and return the bids in the order of the ranking."""
    today, deadline, past = situation.today, account.deadline, situation.history
    scales = Scales(account, rules, parameter)
    calendar = calendar_of(rules.working_days, rules.holidays)
    bids = []
    for candidate in candidates:
        play, severity = candidate.play, severity_of(candidate)
        acceptance = _open_acceptance(play, account, past=past) if past.plays else None
        start = today if acceptance is None else acceptance.at.date()
        priority = scales.priority(candidate, severity)
        due = due_on(_fixed(play.due, parameter), start, deadline=deadline, calendar=calendar)
        bids.append(
            Bid(
                play.importance != "must",
                -priority.priority,
                -severity,
                due,
                play.id,
                candidate,
                priority,
                acceptance,
                refusal_of(candidate, acceptance, situation=situation),
                _escalated_to(play, (today - due).days) if acceptance is not None and play.escalate else None,
            )
        )
    bids.sort()
    return bids


def _fixed(due: Due, parameter: Chooser) -> Due:
    """Write down the days that a fact decides."""
    days = due.within_days
    return replace(due, within_days=parameter(days)) if isinstance(days, Parameter) else due


def _escalated_to(play: Play, overdue_days: int) -> str | Parameter | None:
    """Return the owner of the last step that an open action has reached."""
    reached = [step.owner for step in play.escalate if step.overdue_days <= overdue_days]
    return reached[-1] if reached else None


def _open_acceptance(play: Play, account: Account, *, past: History) -> HistoryEntry | None:
    """Return the acceptance of a play that is still open: neither settled since nor run out."""
    of_play = past.plays.get(play.id)
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


def _touches(rules: ArbitrationRules, past: History, *, today: date) -> list[int]:
    """Count the touches of each contact limit: those of its channel in the last `period_days` days, today included."""
    if not past.touches:
        return [0] * len(rules.contact_policy)
    return [
        sum(
            (today - day).days < limit.period_days and (limit.channel is None or limit.channel == channel)
            for day, channel in past.touches
        )
        for limit in rules.contact_policy
    ]


def _action(taken: Taken, rank: int, account: Account, *, past: History, parameter: Chooser) -> RankedAction:
    bid, candidate = taken.bid, taken.bid.candidate
    play = candidate.play
    gap = naming_gap(play, candidate.gaps, past=past.plays.get(play.id) if bid.acceptance is not None else None)
    return RankedAction(
        candidate=candidate,
        action_id=action_id(account.account_id, play.id, gap),
        gap=gap,
        state=_state(bid, today=account.as_of.date()),
        rank=rank,
        priority=bid.priority,
        owner_role=taken.owner,
        owner_id=account.team.get(taken.owner),
        channel=taken.channel,
        due_on=bid.due_on,
        effort_hours=parameter(play.effort_hours) if isinstance(play.effort_hours, Parameter) else play.effort_hours,
        unchecked=unchecked_gates(candidate),
    )


def _state(bid: Bid, *, today: date) -> ActionState:
    """Tell a new action from an open one, and from one overdue by the days of its first step (without one, at all)."""
    if bid.acceptance is None:
        return "new"
    if bid.candidate.play.escalate:
        return "open" if bid.escalated_to is None else "escalated"
    return "escalated" if bid.due_on < today else "open"


def _closed(
    walk: Walk,
    *,
    account: Account,
    situation: Situation,
    plays: Mapping[str, Play],
    absorbed: Sequence[AbsorbedGap],
) -> tuple[ClosedAction, ...]:
    chosen = {taken.bid.play_id for taken in walk.taken}
    candidates = chosen | {refused.bid.play_id for refused in walk.refused}
    superseded = {
        refused.bid.play_id
        for refused in walk.refused
        if refused.bid.acceptance is not None and refused.refusal[0] == "excluded"
    }
    if absorbed:
        parts = {part.outcome.rule.id for part in absorbed}
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
