"""Small rulebooks by hand, over custom attributes `attributes.NAME`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from nextplay.decision import FactValue, Side
from nextplay.facts import AttributeSpec, Facts, Vocabulary
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import Condition, FactLeaf, SignalLeaf
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import (
    ArbitrationRules,
    Ask,
    DiagnosisRules,
    Due,
    GapRule,
    LeadLine,
    Place,
    Play,
    Prior,
    Rulebook,
    Severity,
    SideRule,
    SignalRule,
    Target,
)

HERE: Final = Place("gaps/any.yaml", 1, 1)
SPECS: Final = (
    AttributeSpec("flag", "flag"),
    AttributeSpec("n0", "number", step=1),
    AttributeSpec("n1", "number", step=0.5),
    AttributeSpec("n2", "number"),
    AttributeSpec("word", "word", words=("red", "green", "blue")),
    AttributeSpec("words", "text"),
)
VOCABULARY: Final = Vocabulary.of(attributes=SPECS)
ALL_FACTS: Final = tuple(f"attributes.{spec.name}" for spec in SPECS)
_ARBITRATION: Final = ArbitrationRules(
    max_actions=3,
    per_owner_role=3,
    factors={},
    lever_by_play={},
    lever_by_kind={},
    lever_by_segment={},
    default_annual_value={},
    default_risk={},
    default_prior=Prior(1, 2),
    contact_policy=(),
    friction_severity=0.7,
    working_days=(0, 1, 2, 3, 4),
    holidays=(),
)


def known(**values: FactValue) -> Facts:
    """Build facts: what is not named is unknown."""
    return Facts(ALL_FACTS, tuple(values.get(name.removeprefix("attributes.")) for name in ALL_FACTS))


def flag(name: str = "flag") -> FactLeaf:
    """Build the leaf that is true where a flag is."""
    return FactLeaf(f"attributes.{name}", "eq", operand=True)


def when(signal: str) -> SignalLeaf:
    """Name a signal."""
    return SignalLeaf(signal)


def plain(
    name: str,
    condition: Condition,
    *,
    kind: Literal["cx", "cs", "opportunity"] = "cx",
    base: float = 0.5,
    each: Sequence[tuple[str, float]] = (),
    unless: Condition | None = None,
) -> GapRule:
    """Build a plain gap."""
    return GapRule(
        name,
        {},
        Severity(base, tuple(each)),
        HERE,
        kind=kind,
        when=condition,
        root_cause="cause",
        unless=unless,
    )


def contested(
    name: str,
    reading: Condition,
    cx: Condition,
    cs: Condition,
    *,
    base: float = 0.5,
    each: Sequence[tuple[str, float]] = (),
    unless: Condition | None = None,
) -> GapRule:
    """Build a contested gap."""
    return GapRule(
        name,
        {},
        Severity(base, tuple(each)),
        HERE,
        reading=reading,
        cx=SideRule(cx, "friction"),
        cs=SideRule(cs, "goal"),
        ask=Ask({}, {"tried": "cx", "never": "cs"}, {}, 30),
        unless=unless,
    )


def play(
    name: str,
    *answers: Target,
    eligibility: Condition | None = None,
    applicability: Condition | None = None,
    suitability: Condition | None = None,
) -> Play:
    """Build a play with some gates."""
    return Play(
        name,
        {},
        answers,
        "repair",
        "csm",
        Due(3),
        "phone",
        1.0,
        {},
        HERE,
        eligibility=eligibility,
        applicability=applicability,
        suitability=suitability,
    )


def book(
    signals: Mapping[str, Condition],
    gaps: Sequence[GapRule],
    plays: Sequence[Play] = (),
    *,
    lead: Sequence[LeadLine] = (LeadLine("cs"),),
) -> Rulebook:
    """Build a rulebook of material severity 0.4."""
    return Rulebook(
        id="book",
        label="",
        content_hash="sha256:0",
        locales=("en",),
        vocabularies={},
        parameters={},
        stale_after_days={},
        attributes=SPECS,
        diagnosis=DiagnosisRules(0.4, tuple(lead), {}, {}),
        arbitration=_ARBITRATION,
        signals=tuple(SignalRule(name, {}, condition, {}, HERE) for name, condition in sorted(signals.items())),
        gaps=tuple(sorted(gaps, key=lambda rule: rule.id)),
        plays=tuple(sorted(plays, key=lambda rule: rule.id)),
        tests=(),
    )


def assess(rulebook: Rulebook, facts: Facts, **answers: Side) -> Assessment:
    """Assess with both engines, which must agree."""
    durable = Evaluator(rulebook, VOCABULARY)
    python = Evaluator(rulebook, VOCABULARY, inference="python")
    try:
        assessment = durable.assess(facts, answers=answers)
        assert python.assess(facts, answers=answers) == assessment
    finally:
        durable.close()
        python.close()
    return assessment
