"""Small accounts, gaps, plays and rules for the tests of arbitration: everything has a value, tests change one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar, cast

from nextplay.arbitration import Account, Arbiter, Arbitration
from nextplay.decision import DiagnosisKind, GapKind, Side
from nextplay.rules.assessment import AbsorbedGap, Candidate, GapOutcome
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import (
    ArbitrationRules,
    Ask,
    Due,
    GapRule,
    Place,
    Play,
    Prior,
    Severity,
    Target,
)
from nextplay.snapshot import HistoryEntry, HistoryKind

V = TypeVar("V")
AS_OF: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""
TODAY: Final = AS_OF.date()
PLACE: Final = Place("plays/test.yaml", 1, 1)
RULES: Final = ArbitrationRules(
    max_actions=3,
    per_owner_role=9,
    factors={"propensity": True, "context": True, "value": True, "lever": True},
    lever_by_play={},
    lever_by_kind={},
    lever_by_segment={},
    default_annual_value={"enterprise": 100_000.0, "smb": 5_000.0, "otherwise": 20_000.0},
    default_risk={"smb": 0.3, "otherwise": 0.2},
    default_prior=Prior(5, 10),
    contact_policy=(),
    friction_severity=0.7,
    working_days=(0, 1, 2, 3, 4),
    holidays=(),
)
ACCOUNT: Final = Account(
    account_id="acc-1",
    as_of=AS_OF,
    segment="smb",
    annual_value=10_000.0,
    churn_probability=0.2,
    deadline=None,
    deadline_assumed=False,
    p1_open=False,
    team={"csm": "ana"},
)


def gap(
    gap_id: str = "slow", kind: GapKind = "cx", severity: float = 0.5, *, valid_days: int | None = None
) -> GapOutcome:
    """Let a gap stand; with `valid_days` it is a contested one whose answers last so long."""
    ask = Ask({"en": "?"}, {}, {}, valid_days) if valid_days else None
    return GapOutcome(GapRule(gap_id, {"en": gap_id}, Severity(severity), PLACE, ask=ask), kind, severity, ())


def play(play_id: str = "call", *answers: str | Target, **changes: Any) -> Play:  # noqa: ANN401  any field of a play
    """Write a play for gaps (default: `slow`) that a csm does by phone within 5 working days."""
    targets = tuple(Target(answer) if isinstance(answer, str) else answer for answer in answers or ("slow",))
    written = Play(
        id=play_id,
        title={"en": play_id},
        answers=targets,
        purpose="repair",
        owner="csm",
        due=Due(5),
        channel="phone",
        effort_hours=1.0,
        checklist={},
        place=PLACE,
        propensity=Prior(1, 2),
        effect=0.5,
    )
    return replace(written, **changes)


def candidate(of_play: Play, *gaps: GapOutcome, **gates: bool | None) -> Candidate:
    """Make the play a candidate for the gaps (default: each it answers, as CX); gates not named are true."""
    standing = gaps or tuple(gap(target.gap) for target in of_play.answers)
    truths = {"eligibility": True, "applicability": True, "suitability": True} | gates
    return Candidate(of_play, standing, truths["eligibility"], truths["applicability"], truths["suitability"])


def past(kind: HistoryKind, days_ago: int = 0, *, of: str | None = "call", **changes: Any) -> HistoryEntry:  # noqa: ANN401  any field
    """Let something happen to a play (`of`) so many days before the decision, an hour earlier in the day."""
    return HistoryEntry(kind=kind, at=AS_OF - timedelta(days=days_ago, hours=1), play=of, **changes)


def chosen(value: V | Parameter, /) -> V:
    """Resolve a play's value; where it differs by a fact, as for an unknown one."""
    return cast("V", value.otherwise) if isinstance(value, Parameter) else value


def run(  # noqa: PLR0913  one for each input of `Arbiter.arbitrate`
    candidates: Sequence[Candidate],
    *,
    account: Account = ACCOUNT,
    rules: ArbitrationRules = RULES,
    history: Sequence[HistoryEntry] = (),
    diagnosis: DiagnosisKind = "cx",
    lead: Side | None = "cx",
    gaps: Sequence[GapOutcome] | None = None,
    max_actions: int | None = None,
    plays: Sequence[Play] = (),
    absorbed: Sequence[AbsorbedGap] = (),
    done: Collection[str] = (),
) -> Arbitration:
    """Arbitrate; standing gaps and plays are those of the candidates unless more are named."""
    by_id = {each.id: each for each in (*plays, *(each.play for each in candidates))}
    return Arbiter(rules, by_id.values()).arbitrate(
        candidates,
        account=account,
        history=history,
        diagnosis=diagnosis,
        lead=lead,
        gaps=[outcome for each in candidates for outcome in each.gaps] if gaps is None else gaps,
        plays=by_id,
        max_actions=max_actions,
        parameter=chosen,
        absorbed=absorbed,
        done=done,
    )


def actions(result: Arbitration) -> list[str]:
    """Return the plays that came through, by rank."""
    return [action.candidate.play.id for action in result.actions]


def reasons(result: Arbitration) -> dict[str, str]:
    """Return why each other play was withheld."""
    return {withheld.candidate.play.id: withheld.reason for withheld in result.withheld}


def details(result: Arbitration) -> dict[str, str]:
    """Return the details of the only play that was withheld."""
    (withheld,) = result.withheld
    return dict(withheld.details)


def day(days: int) -> date:
    """Return the day so many days after the decision."""
    return TODAY + timedelta(days=days)
