"""A decision written by hand that has one of everything: what the renderer must show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from nextplay.canonical import decision_document
from nextplay.decision import (
    AbsorbedGap,
    Action,
    AnswerOption,
    ChurnRisk,
    ClosedAction,
    ConditionTrace,
    Decision,
    Diagnosis,
    Driver,
    Evidence,
    ExplainedGap,
    Gap,
    GapTrace,
    ItemTrace,
    MissingFact,
    NearMiss,
    PlayTrace,
    Priority,
    Reading,
    ReleaseId,
    ShadowGap,
    ShadowPlay,
    SignalTrace,
    Undetermined,
    Withheld,
)
from nextplay.snapshot import InputWarning

_SETUP = Reading("usage.setup_errors_14d", 9, "gte", 3, truth=True)
_NO_SPONSOR = Reading("relationship.executive_sponsor", "none", "eq", "none", truth=True)
_PACE = Reading("usage.consumption_pace", 0.72, "lt", 0.7, truth=False)
_UNKNOWN = Reading("support.open_p1", None, "gt", 0, truth=None)
_OVERDUE = Reading("objective.days_overdue", 44, "gt", 30, truth=True, distance=2.0)
_LATE = ItemTrace("goal-1", "Adopt reports", (ConditionTrace("when", truth=True, signals=(), readings=(_OVERDUE,)),))


def _traced(key: str, *, truth: bool | None) -> ConditionTrace:
    return ConditionTrace(key, truth, (), ())


CHURN = ChurnRisk(
    probability=0.382716,
    band="high",
    drivers=(
        Driver(
            "usage",
            0.8231,
            ("usage.license_utilization",),
            "use of the product raises the risk: license utilization 10 %",
        ),
        Driver(
            "relationship",
            -0.21,
            ("relationship.engaged_contacts",),
            "relationship lowers the risk: engaged contacts 5",
        ),
        Driver("support", 0.0, (), "support: nothing on record"),
    ),
    model_version="synthetic-1",
    provenance="synthetic",
    horizon_days=90,
    completeness=0.64,
    out_of_range=("usage.consumption_pace",),
)
GAPS = (
    Gap(
        gap="early_adoption_stalled",
        kind="mixed",
        title="Early adoption has stalled",
        severity=0.8,
        touchpoint="onboarding",
        root_causes=("onboarding_friction", "goals_not_agreed"),
        evidence=(
            Evidence("setup_errors", "Setup fails", "9 of 14 attempts to set up failed in 14 days.", (_SETUP,)),
            Evidence("no_sponsor", "No sponsor", "No executive sponsor is known.", (_NO_SPONSOR,)),
        ),
        evidence_against=(Evidence("customer_blocks", "The customer blocks", "", ()),),
        open_side="cs",
        open_rivals=("incident_explained",),
        item="o-1",
        answered="tried_and_stopped",
    ),
)
ACTIONS = (
    Action(
        action_id="a1-0123",
        state="escalated",
        rank=1,
        play="guided_setup_session",
        title="Run a guided setup session",
        rationale="People try and fail: sitting beside them finds the failing step, and it tells them that we noticed.",
        purpose="repair",
        importance="must",
        owner_role="onboarding_manager",
        owner_id="kim",
        due_on=date(2026, 3, 9),
        channel="screen_share",
        effort_hours=2.5,
        checklist=("Reproduce the failing step with the customer", "File the defect and say who mends it by when"),
        gaps=("early_adoption_stalled",),
        priority=Priority(11423.5, 0.58, 1.4, 14068.35, 1.0, notes=("renewal unknown: context 1",)),
        unchecked=("suitability",),
    ),
)
DECISION = Decision(
    decision_id="d1-0123456789abcdef0123456789abcdef",
    account_id="acme-\x1b[31m7",
    as_of=datetime(2026, 3, 2, 9, tzinfo=UTC),
    locale="en",
    churn=CHURN,
    diagnosis=Diagnosis("mixed", "cx", "The way in is broken and no goal is agreed: clear the way first."),
    gaps=GAPS,
    explained_gaps=(
        ExplainedGap(
            "usage_decay", "Use is falling", (Evidence("season", "Season", "Use is as the season expects.", ()),)
        ),
    ),
    actions=ACTIONS,
    withheld=(
        Withheld(
            "expansion_conversation",
            "Talk about more seats",
            "friction_first",
            "no expansion while a P1 is open",
            (),
            1.0,
        ),
    ),
    closed_actions=(ClosedAction("a1-9", "welcome_call", "done"),),
    undetermined=(
        Undetermined(
            "early_adoption_stalled",
            "Did the team try and stop, or never start?",
            (AnswerOption("tried", "They tried and stopped", "cx"), AnswerOption("never", "never", "cs")),
            ("usage.setup_attempts_14d",),
        ),
    ),
    near_misses=(NearMiss("behind_plan", "Consumption behind plan", _PACE, 0.4),),
    missing_facts=tuple(MissingFact(f"support.fact_{index}", 9 - index) for index in range(7)),
    input_warnings=(InputWarning("profile.segment", "unseen word; counts as unknown"),),
    release=ReleaseId("r1-1", "sha256:" + "ab" * 32, "sha256:" + "cd" * 32, "0.1.0"),
    trace=(
        SignalTrace("p1_open", None, (_UNKNOWN,)),
        SignalTrace("goal_late", truth=True, readings=(), items=(_LATE,)),
        SignalTrace("setup_and_pace", truth=False, readings=(_PACE._replace(distance=0.4),), signals=("p1_open",)),
    ),
    gap_trace=(GapTrace("slow_setup", (_traced("when", truth=True), _traced("unless", truth=None))),),
    play_trace=(PlayTrace("guided_setup_session", (_traced("eligibility", truth=False),)),),
    absorbed_gaps=(AbsorbedGap("slow_setup", "Setting up is slow", GAPS[0].gap),),
    shadow_gaps=(ShadowGap("tiny_account", "cs", 0.4),),
    shadow_plays=(
        ShadowPlay("send_a_guide", ("tiny_account",), eligibility=True, applicability=False, suitability=None),
    ),
)


def sample_document() -> dict[str, Any]:
    """Return the decision as its JSON document."""
    return decision_document(DECISION)
