"""What a rule file may say about signals, gaps and plays: one form for each thing that a strategist writes.

Parser and JSON Schema both come from these declarations; the sentence beside each key is what the editor shows.
`format_book.py` and `format_test.py` hold the forms of `rulebook.yaml` and of tests. What holds between keys, files
and facts is checked in `compile.py`.
"""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

from nextplay.decision import Purpose, Side
from nextplay.facts import ITEM_KINDS
from nextplay.rules.form import Form, FormOf, may, need
from nextplay.rules.format_condition import ConditionForm, ConditionShape, SignalConditionShape, item_schemas
from nextplay.rules.format_text import TextForm, TextListShape, TextShape
from nextplay.rules.format_value import PRIOR, LevelForm, LevelShape, PriorForm, VariesForm, VariesShape
from nextplay.rules.shape import (
    Amount,
    DayText,
    ListOf,
    Located,
    MapOf,
    Name,
    NewId,
    OneOf,
    Pairs,
    Reference,
    Shape,
    Whole,
)
from nextplay.snapshot.words import TouchpointName

SIDES: Final = get_args(Side)
STATUSES: Final = ("live", "shadow", "off")
DEADLINE: Final = "contract.decision_deadline"
MOST_DAYS: Final = 3650
DAYS: Final = Whole(0, MOST_DAYS)
HOURS: Final = Amount(0, 1000)
_TOUCHPOINT: Final = OneOf(get_args(TouchpointName))
_ROOT_CAUSE: Final = Reference("root_cause")
_CONDITION: Final = ConditionShape()
_TITLE_ABOUT: Final = "a short name for people; may hold `{fact.name}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalForm(Form):
    """One reading: what we see."""

    id: Name | None = need(NewId(), "the name under which gaps, plays and other signals use it")
    title: TextForm[Name] | None = need(TextShape(), _TITLE_ABOUT)
    for_each: Name | None = may(
        OneOf(ITEM_KINDS), "read it for every item of a list; `item: FIELD` then names a fact of that item"
    )
    when: ConditionForm | None = need(SignalConditionShape(), "what must hold for the signal to be true")
    says: TextForm[Name] | None = need(
        TextShape(), "the sentence of evidence, with its numbers as `{fact.name}` or, of an item, `{item.field}`"
    )
    same_fact: Name | None = may(
        NewId(), "the event that it reads: in one gap, signals of the same event count and are told once"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SideForm(Form):
    """The evidence of one side of a contested gap."""

    when: ConditionForm | None = need(_CONDITION, "the evidence for this side")
    root_cause: Name | None = need(_ROOT_CAUSE, "what is behind it, if this side holds")
    touchpoint: Name | None = may(_TOUCHPOINT, "the place of contact, if this side holds")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForm(Form):
    """The one question that tells the sides apart."""

    text: TextForm[Name] | None = need(TextShape(), "the question to the rep")
    options: Located[Pairs[Name]] | None = need(
        MapOf(NewId(), OneOf(SIDES), at_least=2), "each answer and the side that it speaks for"
    )
    labels: Located[Pairs[TextForm[Name]]] | None = may(MapOf(NewId(), TextShape()), "the answers as people read them")
    valid_days: Located[int] | None = need(Whole(1, MOST_DAYS), "for how many days an answer counts as known")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityForm(Form):
    """How bad a gap is."""

    base: LevelForm | None = need(LevelShape(), "the severity when the gap stands: a level, or 0 to 1")
    each: Located[Pairs[Located[float]]] | None = may(
        MapOf(Reference("signal"), Amount(-1, 1)), "what each signal adds when it is true; the sum is clipped to 0..1"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeForm(Form):
    """When a rule counts."""

    status: Name | None = may(OneOf(STATUSES), "live; shadow: told in the trace and never shown; off: as if not there")
    from_: Located[date] | None = may(DayText(), "the first day on which it counts")
    until: Located[date] | None = may(DayText(), "the last day on which it counts")
    was: Located[tuple[Name, ...]] | None = may(
        ListOf(NewId(), at_most=20), "ids that it had before: what history says of them counts for it"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GapForm(LifeForm):
    """What readings mean."""

    id: Name | None = need(NewId(), "the name under which plays and tests use it")
    title: TextForm[Name] | None = need(TextShape(), _TITLE_ABOUT)
    kind: Name | None = may(OneOf((*SIDES, "opportunity")), "plain gaps: cx, cs, or opportunity (never a diagnosis)")
    when: ConditionForm | None = may(_CONDITION, "plain gaps: what must hold")
    root_cause: Name | None = may(_ROOT_CAUSE, "plain gaps: what is behind it")
    touchpoint: Name | None = may(_TOUCHPOINT, "the place of contact")
    reading: ConditionForm | None = may(_CONDITION, "contested gaps: the reading that can mean either")
    cx: SideForm | None = may(FormOf(SideForm), "contested gaps: the evidence for a CX gap")
    cs: SideForm | None = may(FormOf(SideForm), "contested gaps: the evidence for a CS gap")
    ask: AskForm | None = may(FormOf(AskForm), "contested gaps: the question where the evidence does not tell")
    unless: ConditionForm | None = may(_CONDITION, "a rival explanation that makes the reading harmless")
    severity: SeverityForm | None = need(FormOf(SeverityForm), "how bad it is")
    absorbs: Located[tuple[Name, ...]] | None = may(
        ListOf(Reference("gap"), at_most=50), "gaps that are parts of it: where it stands, they do not"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetForm(Form):
    """A gap, and as what."""

    gap: Name | None = need(Reference("gap"), "the gap")
    as_: Name | None = may(OneOf((*SIDES, "undetermined")), "contested gaps: the side that is meant")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueForm(Form):
    """When a play must be done."""

    within_days: VariesForm[Located[int]] | None = need(VariesShape(DAYS), "working days from the decision")
    before: Name | None = may(OneOf((DEADLINE,)), "the date that it must not pass")
    by_days: Located[int] | None = may(Whole(0, MOST_DAYS), "how many days before that date at the latest")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionForm(Form):
    """When to be silent after refusals."""

    declined: Located[int] | None = need(Whole(1, 100), "after so many declines")
    within_days: Located[int] | None = need(Whole(1, MOST_DAYS), "in so many days")
    for_days: Located[int] | None = need(Whole(1, MOST_DAYS), "be silent for so many days")


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationForm(Form):
    """Who takes over an accepted action that is overdue."""

    overdue_days: Located[int] | None = need(Whole(1, MOST_DAYS), "so many days after its due date")
    owner: VariesForm[Name] | None = need(VariesShape(Reference("role")), "the role that takes it over")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayForm(LifeForm):
    """What to do about a gap."""

    id: Name | None = need(NewId(), "the name under which tests, history and other plays use it")
    title: TextForm[Name] | None = need(TextShape(), _TITLE_ABOUT)
    for_: Located[tuple[TargetForm, ...]] | None = need(
        ListOf(FormOf(TargetForm), 1, 50, or_single=True, empty=("play-for-no-gap", "a play must answer a gap")),
        "the gaps that it answers",
    )
    purpose: Name | None = need(OneOf(get_args(Purpose)), "what the play is for")
    importance: Name | None = may(OneOf(("must", "normal")), "`must` ranks before everything else")
    rationale: TextForm[Name] | None = need(TextShape(), "why this play, to the rep")
    owner: VariesForm[Name] | None = need(VariesShape(Reference("role")), "the role that does it")
    due: DueForm | None = need(FormOf(DueForm), "when it must be done")
    channel: VariesForm[Name] | None = need(VariesShape(Reference("channel")), "how the customer is reached")
    effort_hours: VariesForm[Located[float]] | None = need(VariesShape(HOURS), "hours of work")
    checklist: TextForm[Located[tuple[Name, ...]]] | None = need(TextListShape(), "the steps, in order")
    eligibility: ConditionForm | None = may(_CONDITION, "allowed and possible: must be true")
    applicability: ConditionForm | None = may(_CONDITION, "relevant now: must not be false")
    suitability: ConditionForm | None = may(_CONDITION, "in the customer's interest: must not be false")
    propensity: PriorForm | None = may(PRIOR, "what practice says of it")
    effect: VariesForm[LevelForm] | None = may(
        VariesShape(LevelShape()), "share of the churn risk that it removes: a level or 0 to 1"
    )
    gain: Located[float] | None = may(Amount(0, 10), "expansion: the gain as a share of the annual value")
    cooldown_days: Located[int] | None = may(Whole(0, MOST_DAYS), "days of silence once it was completed")
    suppress_after: SuppressionForm | None = may(FormOf(SuppressionForm), "silence after refusals")
    excludes: Located[tuple[Name, ...]] | None = may(
        ListOf(Reference("play"), at_most=100), "plays that must not come together with it"
    )
    hold_while: Located[tuple[TargetForm, ...]] | None = may(
        ListOf(FormOf(TargetForm), at_most=50, or_single=True), "gaps that must be gone first"
    )
    done_when: ConditionForm | None = may(_CONDITION, "what it is for has come about: it is not proposed, and closes")
    escalate: Located[tuple[EscalationForm, ...]] | None = may(
        ListOf(FormOf(EscalationForm), at_most=10), "who takes over once it was accepted and is overdue"
    )


_PLAIN: Final = {
    "required": ["kind", "when"],
    "not": {"anyOf": [{"required": [key]} for key in ("reading", "cx", "cs", "ask")]},
}
_CONTESTED: Final = {
    "required": ["reading", "cx", "cs", "ask"],
    "not": {"anyOf": [{"required": [key]} for key in ("kind", "when", "root_cause")]},
}
_BETWEEN_GAP_KEYS: Final[tuple[tuple[str, Any], ...]] = (("oneOf", [_PLAIN, _CONTESTED]),)
_BETWEEN_SIGNAL_KEYS: Final[tuple[tuple[str, Any], ...]] = (("allOf", item_schemas()),)
SIGNALS: Final[Shape[Located[tuple[SignalForm, ...]]]] = ListOf(
    FormOf(SignalForm, also=_BETWEEN_SIGNAL_KEYS), at_most=10_000
)
GAPS: Final[Shape[Located[tuple[GapForm, ...]]]] = ListOf(FormOf(GapForm, also=_BETWEEN_GAP_KEYS), at_most=10_000)
PLAYS: Final[Shape[Located[tuple[PlayForm, ...]]]] = ListOf(FormOf(PlayForm), at_most=10_000)
