"""What `rulebook.yaml` may say."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from nextplay.decision import DiagnosisKind, GapKind, Side
from nextplay.facts.spec import UNITS
from nextplay.rules.form import Form, FormOf, may, need
from nextplay.rules.format_condition import ConditionForm, ConditionShape
from nextplay.rules.format_counts import COUNT, CountForm
from nextplay.rules.format_text import LocaleName, TextForm, TextShape
from nextplay.rules.format_value import (
    PRIOR,
    ByFactForm,
    ByFactShape,
    Constant,
    ConstantShape,
    PriorForm,
    WordsForm,
    WordsShape,
)
from nextplay.rules.shape import (
    Amount,
    DayText,
    Flag,
    Line,
    ListOf,
    Located,
    MapOf,
    Name,
    NewId,
    OneOf,
    Pairs,
    Reference,
    Whole,
)
from nextplay.snapshot.words import Segment, SurveyKind

MOST_DAYS: Final = 3650
MOST_MONEY: Final = 1e15
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SAYINGS: Final = ("cx", "cs", "mixed_cx", "mixed_cs", "none", "undetermined")
"""Sentences of a diagnosis; for mixed, by the side that leads."""
_SEGMENTS: Final = get_args(Segment)
_DAYS: Final = Whole(1, MOST_DAYS)
_LEVER: Final = Amount(-100, 200)
_HELD_OUT: Final = Amount(0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalesForm(Form):
    """The languages of the rulebook."""

    required: Located[tuple[Name, ...]] | None = need(ListOf(LocaleName(), at_least=1), "every text must have these")
    wanted: Located[tuple[Name, ...]] | None = may(ListOf(LocaleName()), "a missing one is a warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabulariesForm(Form):
    """The closed lists of words."""

    roles: WordsForm | None = need(WordsShape(), "who can own an action")
    channels: WordsForm | None = need(WordsShape(), "how a customer can be reached")
    root_causes: WordsForm | None = need(WordsShape(), "what can be behind a gap")
    reasons: WordsForm | None = may(
        WordsShape(), "why people react to an action as they do; where there are any, a reaction may give no other"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsForm(Form):
    """Named numbers."""

    effect: Located[Pairs[Located[float]]] | None = may(
        MapOf(NewId(), Amount(0, 1)), "names for shares of the churn risk that a play removes"
    )
    severity: Located[Pairs[Located[float]]] | None = may(MapOf(NewId(), Amount(0, 1)), "names for how bad a gap is")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeForm(Form):
    """A custom field of the snapshot; it becomes the fact `attributes.NAME`."""

    type: Name | None = need(OneOf(("number", "flag", "word", "text")), "what its values are")
    unit: Name | None = may(OneOf(tuple(UNITS)), "numbers: the unit")
    range: Located[tuple[Located[float], ...]] | None = may(
        ListOf(Amount(-MOST_MONEY, MOST_MONEY), at_least=2, at_most=2), "numbers: lowest and highest value"
    )
    words: Located[tuple[Name, ...]] | None = may(ListOf(Line(longest=100), at_least=1), "words: the closed list")
    meaning: Name | None = may(Line(longest=500), "what it tells")
    step: Located[float] | None = may(Amount(1e-9, MOST_MONEY), "numbers: what one notch is when distances are shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadForm(Form):
    """One line of `diagnosis.lead`."""

    lead: Name | None = need(OneOf(get_args(Side)), "the side to begin with")
    when: ConditionForm | None = may(ConditionShape(), "where this holds; the last line has none")


@dataclass(frozen=True, slots=True, kw_only=True)
class SayingsForm(Form):
    """One sentence for each diagnosis."""

    cx: TextForm[Name] | None = need(TextShape(), "only CX gaps")
    cs: TextForm[Name] | None = need(TextShape(), "only CS gaps")
    mixed_cx: TextForm[Name] | None = need(TextShape(), "both, CX first")
    mixed_cs: TextForm[Name] | None = need(TextShape(), "both, CS first")
    none: TextForm[Name] | None = need(TextShape(), "nothing wrong")
    undetermined: TextForm[Name] | None = need(TextShape(), "too little known")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisForm(Form):
    """How gaps become one diagnosis."""

    material: Located[float] | None = need(Amount(0, 1), "gaps of this severity or more count")
    lead: Located[tuple[LeadForm, ...]] | None = need(
        ListOf(FormOf(LeadForm), at_least=1, at_most=50), "mixed: the first true line says which side leads"
    )
    healthy_when: ConditionForm | None = may(
        ConditionShape(), "no gap counts: healthy only if this is true, else too little is known"
    )
    question: TextForm[Name] | None = need(TextShape(), "the question where too little is known of the whole account")
    says: SayingsForm | None = need(FormOf(SayingsForm), "one sentence for each diagnosis")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsForm(Form):
    """Which factors of the priority are on."""

    propensity: Located[bool] | None = may(Flag(), "off: 1")
    context: Located[bool] | None = may(Flag(), "off: 1")
    value: Located[bool] | None = may(Flag(), "off: 1")
    lever: Located[bool] | None = may(Flag(), "off: 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeversForm(Form):
    """Boosts in percent, added up."""

    plays: Located[Pairs[Located[float]]] | None = may(MapOf(Reference("play"), _LEVER), "percent by play")
    kinds: Located[Pairs[Located[float]]] | None = may(MapOf(OneOf(get_args(GapKind)), _LEVER), "percent by gap kind")
    segments: Located[Pairs[Located[float]]] | None = may(MapOf(OneOf(_SEGMENTS), _LEVER), "percent by segment")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBySegmentForm(Form):
    """Money by segment, in the currency of the contract."""

    enterprise: Located[float] | None = need(Amount(0, MOST_MONEY), "enterprise")
    mid_market: Located[float] | None = need(Amount(0, MOST_MONEY), "mid-market")
    smb: Located[float] | None = need(Amount(0, MOST_MONEY), "small")
    otherwise: Located[float] | None = need(Amount(0, MOST_MONEY), "where the segment is unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBySegmentForm(Form):
    """A share from 0 to 1 by segment."""

    enterprise: Located[float] | None = need(Amount(0, 1), "enterprise")
    mid_market: Located[float] | None = need(Amount(0, 1), "mid-market")
    smb: Located[float] | None = need(Amount(0, 1), "small")
    otherwise: Located[float] | None = need(Amount(0, 1), "where the segment is unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutForm(Form):
    """Accounts that go without, so that what plays do can be measured."""

    share: Located[float] | None = may(_HELD_OUT, "share of the accounts that goes without every play; none if absent")
    plays: Located[Pairs[Located[float]]] | None = may(
        MapOf(Reference("play"), _HELD_OUT), "share of the accounts that goes without this play"
    )
    salt: Name | None = may(Line(longest=100), "goes into the lot: another one draws other accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrationForm(Form):
    """How candidates are ranked and capped."""

    max_actions: Located[int] | None = need(Whole(1, 20), "actions shown at most")
    per_owner_role: Located[int] | None = need(Whole(1, 20), "actions shown at most for one owner role")
    factors: FactorsForm | None = may(FormOf(FactorsForm), "switches of the four factors; all are on")
    levers: LeversForm | None = may(FormOf(LeversForm), "boosts in percent by play, kind and segment")
    default_annual_value: MoneyBySegmentForm | None = need(
        FormOf(MoneyBySegmentForm), "the annual value where the snapshot has none"
    )
    default_risk: ShareBySegmentForm | None = need(FormOf(ShareBySegmentForm), "the churn risk where no model serves")
    default_prior: PriorForm | None = need(PRIOR, "what is expected of a play that has no `propensity`")
    friction_severity: Located[float] | None = may(
        Amount(0, 1), "expansion waits while a CX gap of this severity is open; 0.7 if not given"
    )
    working_days: Located[tuple[Name, ...]] | None = may(
        ListOf(OneOf(WEEKDAYS), at_least=1, at_most=7), "days that count for due dates; mon to fri if not given"
    )
    holidays: Located[tuple[Located[date], ...]] | None = may(ListOf(DayText()), "days that do not count")
    holdout: HoldoutForm | None = may(
        FormOf(HoldoutForm), "accounts that go without plays by lot, to measure what plays do; none if not given"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForm(Form):
    """One limit of the contact policy."""

    touches: Located[int] | None = need(Whole(0, 1000), "touches at most")
    in_days: Located[int] | None = need(_DAYS, "in so many days")
    channel: Name | None = may(Reference("channel"), "counted over this channel only")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookForm(Form):
    """`rulebook.yaml`."""

    id: Name | None = need(NewId(), "the name of the rulebook")
    label: Name | None = need(Line(longest=100), "its version, as people call it")
    locales: LocalesForm | None = need(FormOf(LocalesForm), "the languages of its texts")
    vocabularies: VocabulariesForm | None = need(FormOf(VocabulariesForm), "closed lists of words")
    levels: LevelsForm | None = may(FormOf(LevelsForm), "named numbers")
    parameters: Located[Pairs[ByFactForm[Constant]]] | None = may(
        MapOf(NewId(), ByFactShape(ConstantShape())), "thresholds and play values that differ by an enumerated fact"
    )
    stale_after_days: Located[Pairs[Located[int]]] | None = may(
        MapOf(OneOf(get_args(SurveyKind)), _DAYS), "after so many days a survey answer is unknown; 90 if not given"
    )
    attributes: Located[Pairs[AttributeForm]] | None = may(
        MapOf(NewId(), FormOf(AttributeForm)), "custom fields; each is the fact `attributes.NAME`"
    )
    counts: Located[Pairs[CountForm]] | None = may(
        MapOf(NewId(), COUNT), "windows over a list; each is the fact `counts.NAME`, with its newest and oldest age"
    )
    diagnosis: DiagnosisForm | None = need(FormOf(DiagnosisForm), "how gaps become one diagnosis")
    arbitration: ArbitrationForm | None = need(FormOf(ArbitrationForm), "how candidates are ranked and capped")
    contact_policy: Located[tuple[ContactForm, ...]] | None = may(
        ListOf(FormOf(ContactForm), at_most=50), "limits on touches"
    )


DIAGNOSES: Final = get_args(DiagnosisKind)
BOOK: Final = FormOf(BookForm)
