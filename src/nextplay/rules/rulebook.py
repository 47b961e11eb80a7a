"""The rulebook: immutable, hashed; what `compile.py` makes out of files and everything later reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from nextplay.decision import Purpose, Side
from nextplay.facts.cohorts import NO_COHORTS, Cohorts
from nextplay.facts.spec import AttributeSpec, CountSpec, ItemKind
from nextplay.rules.condition import Condition, Parameter

Text = Mapping[str, str]
"""Locale → text, placeholders `{fact.name}` still in place; the first required locale is always there."""
TextList = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: file path inside the rulebook folder, line and column from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Life:
    """When a gap or play counts.

    `live` ones are shown; `shadow` ones are assessed and told in the trace alone. Outside `starts_on` to `ends_on`
    (both included, against the day of `as_of`) a rule is as if it were not written. `was` are ids under which history
    knows it. A rule that is off is checked like any other and left out of the rulebook (`Rulebook.off`).
    """

    status: Literal["live", "shadow"] = "live"
    starts_on: date | None = None
    ends_on: date | None = None
    was: tuple[str, ...] = ()

    def covers(self, day: date) -> bool:
        """Say whether the rule counts on `day`."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


ALWAYS: Final = Life()


@dataclass(frozen=True, slots=True)
class SignalRule:
    """One reading: what we see.

    With `for_each` it is read for every item of one list of the snapshot, and is true of the account where it is true
    of some item. Signals of the same `same_fact` are readings of one event, which counts once.
    """

    id: str
    title: Text
    when: Condition
    says: Text
    place: Place
    for_each: ItemKind | None = None
    same_fact: str | None = None


@dataclass(frozen=True, slots=True)
class Severity:
    """`base` plus the weights of the signals in `each` that are true, clipped to 0..1, two decimals."""

    base: float
    each: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SideRule:
    """The evidence of one side of a contested gap."""

    when: Condition
    root_cause: str
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The question of an undetermined gap; `options` maps an answer to a side, good for `valid_days`."""

    text: Text
    options: Mapping[str, Side]
    labels: Mapping[str, Text]
    valid_days: int


@dataclass(frozen=True, slots=True)
class GapRule:
    """What readings mean. Plain: `kind` and `when`. Contested: `reading`, `cx`, `cs` and `ask`; `kind` is `None`.

    `for_each` follows from the signals that it names: the gap is judged for every item apart. Where it stands, the gaps
    that it `absorbs` do not: they are parts of it.
    """

    id: str
    title: Text
    severity: Severity
    place: Place
    kind: Literal["cx", "cs", "opportunity"] | None = None
    when: Condition | None = None
    root_cause: str | None = None
    touchpoint: str | None = None
    reading: Condition | None = None
    cx: SideRule | None = None
    cs: SideRule | None = None
    ask: Ask | None = None
    unless: Condition | None = None
    for_each: ItemKind | None = None
    absorbs: tuple[str, ...] = ()
    life: Life = ALWAYS


@dataclass(frozen=True, slots=True)
class Target:
    """A gap that a play answers, and as what; `side` is `None` for plain gaps and opportunities."""

    gap: str
    side: Literal["cx", "cs", "undetermined"] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """`within_days` working days from `as_of`; at the latest `by_days` before the decision deadline."""

    within_days: int | Parameter
    by_days_before_deadline: int | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """After `declined` declines within `within_days`, be silent for `for_days`."""

    declined: int
    within_days: int
    for_days: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who takes an accepted action over once it is `overdue_days` past its due date."""

    overdue_days: int
    owner: str | Parameter


@dataclass(frozen=True, slots=True)
class Prior:
    """What practice says of a play: `accepted` out of `of`."""

    accepted: float
    of: float


ALL_SEGMENTS: Final = "all"
"""The key of what was learned over all segments, unknown ones included."""
Learned: TypeAlias = Mapping[str, Mapping[str, Prior]]
"""Play → segment, or `all` → what stands in for the prior, because reactions taught it."""


@dataclass(frozen=True, slots=True)
class Play:
    """What to do about gaps. A value that is a `Parameter` is its `otherwise` where the fact is unknown.

    Where `done_when` is true, what the play is for has come about. `escalate` stands in the order of its days.
    """

    id: str
    title: Text
    answers: tuple[Target, ...]
    purpose: Purpose
    owner: str | Parameter
    due: Due
    channel: str | Parameter
    effort_hours: float | Parameter
    checklist: TextList
    place: Place
    rationale: Text = field(default_factory=dict)
    importance: Literal["must", "normal"] = "normal"
    eligibility: Condition | None = None
    applicability: Condition | None = None
    suitability: Condition | None = None
    propensity: Prior | None = None
    effect: float | Parameter = 0.0
    gain: float = 0.0
    cooldown_days: int = 0
    suppress_after: Suppression | None = None
    excludes: tuple[str, ...] = ()
    hold_while: tuple[Target, ...] = ()
    done_when: Condition | None = None
    escalate: tuple[Escalation, ...] = ()
    life: Life = ALWAYS


@dataclass(frozen=True, slots=True)
class ContactLimit:
    """At most `touches` in `period_days`, over all channels or over `channel`."""

    touches: int
    period_days: int
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One line of `diagnosis.lead`: where `when` is true (or absent), `lead` goes first."""

    lead: Side
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class DiagnosisRules:
    """How gaps become one diagnosis: severity from `material` (0..1) counts; `question` for too little known.

    Where there is a `healthy_when`, an account in which no gap counts is healthy only if it is true.
    """

    material: float
    lead: tuple[LeadLine, ...]
    question: Text
    says: Mapping[str, Text]
    healthy_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Holdout:
    """Which part of the accounts (0..0.5) goes without every play, or without one (`plays`), drawn by lot.

    `salt` goes into the lot: another one draws other accounts.
    """

    share: float
    plays: Mapping[str, float]
    salt: str = ""


@dataclass(frozen=True, slots=True)
class ArbitrationRules:
    """Caps, switches and defaults of the ranking. Levers in percent by play, kind and segment.

    `learned` is what the rulebook's `propensities.yaml` says, empty where there is none.
    """

    max_actions: int
    per_owner_role: int
    factors: Mapping[str, bool]
    lever_by_play: Mapping[str, float]
    lever_by_kind: Mapping[str, float]
    lever_by_segment: Mapping[str, float]
    default_annual_value: Mapping[str, float]
    default_risk: Mapping[str, float]
    default_prior: Prior
    contact_policy: tuple[ContactLimit, ...]
    friction_severity: float
    working_days: tuple[int, ...]
    holidays: tuple[str, ...]
    holdout: Holdout | None = None
    learned: Learned = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A customer and the expectation: `given` is a snapshot without account id; `expect` as written, checked."""

    name: str
    as_of: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that strategists decided. Tuples are in order of id; `content_hash` covers the rule files.

    `off` names the gaps and plays that are switched off; nothing else of the rulebook mentions them.
    """

    id: str
    label: str
    content_hash: str
    locales: tuple[str, ...]
    vocabularies: Mapping[str, Mapping[str, Text]]
    parameters: Mapping[str, Parameter]
    stale_after_days: Mapping[str, int]
    attributes: tuple[AttributeSpec, ...]
    diagnosis: DiagnosisRules
    arbitration: ArbitrationRules
    signals: tuple[SignalRule, ...]
    gaps: tuple[GapRule, ...]
    plays: tuple[Play, ...]
    tests: tuple[RuleTest, ...]
    off: tuple[str, ...] = ()
    counts: tuple[CountSpec, ...] = ()
    cohorts: Cohorts = field(default_factory=lambda: NO_COHORTS)
