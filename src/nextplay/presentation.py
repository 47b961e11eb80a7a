"""From numbers and ids to the answer that people read: texts in the asked locale, readings as far as asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from nextplay.arbitration import Arbitration, RankedAction, WithheldPlay
from nextplay.churn.model import ChurnScore, FamilyContribution
from nextplay.decision import (
    Action,
    AnswerOption,
    ChurnRisk,
    Decision,
    Diagnosis,
    Driver,
    Evidence,
    ExplainedGap,
    Gap,
    NearMiss,
    Options,
    Priority,
    SignalTrace,
    Undetermined,
    Withheld,
)
from nextplay.facts import Facts
from nextplay.release import Release
from nextplay.rules.assessment import Assessment, GapOutcome
from nextplay.rules.rulebook import SignalRule, Text, TextList
from nextplay.rules.wording import Template, fill, template_of, written_value
from nextplay.sentences import driver_opening, fact_label, language_of, sentence
from nextplay.snapshot import CustomerSnapshot, InputWarning
from nextplay.withholding import withheld_says

_QUESTION_FACTS: Final = 5
"""How many missing facts the general question names."""
_DRIVER_FACTS: Final = 2
"""How many facts of a driver's family its sentence names: those that weigh most."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the stations before found about one account."""

    decision_id: str
    snapshot: CustomerSnapshot
    facts: Facts
    score: ChurnScore | None
    assessment: Assessment
    arbitration: Arbitration
    input_warnings: tuple[InputWarning, ...]
    answers: Mapping[str, str] = field(default_factory=dict)


class Presenter:
    """Writes the decisions of one release."""

    def __init__(self, release: Release) -> None:
        """Index the titles that reasons name."""
        self._release = release
        rulebook = release.rulebook
        titles: dict[str, Text] = {gap.id: gap.title for gap in rulebook.gaps}
        self._titles = titles | {play.id: play.title for play in rulebook.plays}
        self._templates: dict[str, _Templates] = {
            locale: _Templates(release, locale) for locale in release.rulebook.locales
        }

    def present(self, findings: Findings, *, options: Options) -> Decision:
        """Write the decision in `options.locale`, or in the closest locale that the rulebook speaks."""
        templates = self._templates[spoken_locale(options.locale, self._release.rulebook.locales)]
        return _Page(findings, self._release, titles=self._titles, templates=templates, options=options).decision()


def spoken_locale(asked: str, spoken: tuple[str, ...]) -> str:
    """Choose the asked locale, else the first of the same language, else the rulebook's first."""
    if asked in spoken:
        return asked
    language = language_of(asked)
    return next((locale for locale in spoken if language_of(locale) == language), spoken[0])


class _Templates:
    """The texts of one release in one locale, split at their placeholders when they are first needed.

    Texts are told apart by identity, which is safe because the release that holds them outlives this.
    """

    def __init__(self, release: Release, locale: str) -> None:
        self.locale = locale
        self._specs = release.vocabulary.specs
        self._texts: dict[int, Template] = {}
        self._lists: dict[int, tuple[Template, ...]] = {}

    def of(self, text: Text) -> Template:
        template = self._texts.get(id(text))
        if template is None:
            template = self._texts[id(text)] = template_of(text, self._specs, locale=self.locale)
        return template

    def of_list(self, lists: TextList) -> tuple[Template, ...]:
        templates = self._lists.get(id(lists))
        if templates is None:
            spoken = self.locale if self.locale in lists else next(iter(lists), "")
            lines = lists.get(spoken, ())
            templates = tuple(template_of({spoken: line}, self._specs, locale=self.locale) for line in lines)
            self._lists[id(lists)] = templates
        return templates


class _Page:
    """Holds what every text needs, for the length of one decision."""

    def __init__(
        self,
        findings: Findings,
        release: Release,
        *,
        titles: Mapping[str, Text],
        templates: _Templates,
        options: Options,
    ) -> None:
        self._titles = titles
        self._templates = templates
        self._findings = findings
        self._release = release
        self._options = options
        self._locale = templates.locale
        self._facts = findings.facts
        self._evidence: dict[str, Evidence] = {}

    def decision(self) -> Decision:
        found, assessment = self._findings, self._findings.assessment
        return Decision(
            decision_id=found.decision_id,
            account_id=found.snapshot.account_id,
            as_of=found.snapshot.as_of,
            locale=self._locale,
            churn=self._churn(),
            diagnosis=self._diagnosis(assessment),
            gaps=tuple(map(self._gap, assessment.gaps)),
            explained_gaps=tuple(map(self._explained, assessment.explained)),
            actions=tuple(map(self._action, found.arbitration.actions)),
            withheld=tuple(map(self._withheld, found.arbitration.withheld)),
            closed_actions=found.arbitration.closed,
            undetermined=tuple(self._questions(assessment)),
            near_misses=tuple(
                NearMiss(near.rule.id, self._text(near.rule.title), near.reading, near.distance)
                for near in assessment.near_misses
            ),
            missing_facts=assessment.missing_facts,
            input_warnings=found.input_warnings + self._locale_warning(),
            release=self._release.release_id,
            trace=self._trace() if self._options.explanation == "full" else (),
        )

    def _text(self, text: Text) -> str:
        template = self._templates.of(text)
        return template if isinstance(template, str) else fill(template, self._facts)

    def _lines(self, lists: TextList) -> tuple[str, ...]:
        return tuple(fill(template, self._facts) for template in self._templates.of_list(lists))

    def _locale_warning(self) -> tuple[InputWarning, ...]:
        if self._locale == self._options.locale:
            return ()
        return (InputWarning("options.locale", f"not spoken by this rulebook; answered in {self._locale}"),)

    def _churn(self) -> ChurnRisk:
        score, model = self._findings.score, self._release.model
        if score is None or model is None:
            return ChurnRisk(
                probability=None, band=None, drivers=(), model_version="", provenance="", horizon_days=0,
                completeness=0.0, degraded=True,
            )  # fmt: skip
        return ChurnRisk(
            probability=score.probability,
            band=score.band,
            drivers=tuple(map(self._driver, score.families)),
            model_version=model.version,
            provenance=model.provenance,
            horizon_days=model.horizon_days,
            completeness=score.completeness,
            out_of_range=score.out_of_range,
        )

    def _driver(self, family: FamilyContribution) -> Driver:
        known = [name for name in family.facts if self._facts.value(name) is not None][:_DRIVER_FACTS]
        if not known:
            return Driver(*family, says=driver_opening(self._locale, family.family, "unknown"))
        opening = driver_opening(self._locale, family.family, "raises" if family.contribution > 0 else "lowers")
        details = ", ".join([f"{fact_label(name)} {self._value(name)}" for name in known])
        return Driver(*family, says=opening + details)

    def _value(self, name: str) -> str:
        return written_value(self._facts.value(name), self._release.vocabulary.specs[name], locale=self._locale)

    def _diagnosis(self, assessment: Assessment) -> Diagnosis:
        kind, lead = assessment.diagnosis, assessment.lead
        key = f"mixed_{lead}" if kind == "mixed" else kind
        return Diagnosis(kind, lead, self._text(self._release.rulebook.diagnosis.says[key]))

    def _gap(self, outcome: GapOutcome) -> Gap:
        rule = outcome.rule
        return Gap(
            gap=rule.id,
            kind=outcome.kind,
            title=self._text(rule.title),
            severity=outcome.severity,
            touchpoint=_touchpoint(outcome),
            root_causes=_root_causes(outcome),
            evidence=self._evidence_of(outcome.signals),
            evidence_against=self._evidence_of(outcome.against),
            open_side=outcome.open_side,
            open_rivals=outcome.open_rivals,
            answered=self._findings.answers.get(rule.id) if outcome.answered else None,
        )

    def _explained(self, outcome: GapOutcome) -> ExplainedGap:
        return ExplainedGap(outcome.rule.id, self._text(outcome.rule.title), self._evidence_of(outcome.signals))

    def _evidence_of(self, signals: Iterable[str]) -> tuple[Evidence, ...]:
        if self._options.explanation == "none":
            return ()
        return tuple(map(self._evidence_for, signals))

    def _evidence_for(self, signal: str) -> Evidence:
        if signal not in self._evidence:
            rule = self._release.evaluator.signal_rules.get(signal)
            self._evidence[signal] = self._of_rule(rule) if rule else self._of_leaves(signal)
        return self._evidence[signal]

    def _of_rule(self, rule: SignalRule) -> Evidence:
        wanted = self._options.explanation == "full"
        readings = self._release.evaluator.readings(rule.id, self._facts) if wanted else ()
        return Evidence(rule.id, self._text(rule.title), self._text(rule.says), readings)

    def _of_leaves(self, signal: str) -> Evidence:
        """Word a condition that a gap states on facts directly, without a signal of its own."""
        readings = self._release.evaluator.readings(signal, self._facts)
        says = ", ".join(f"{fact_label(reading.fact)} {self._value(reading.fact)}" for reading in readings)
        return Evidence(signal, says, says, readings if self._options.explanation == "full" else ())

    def _action(self, ranked: RankedAction) -> Action:
        play = ranked.candidate.play
        return Action(
            action_id=ranked.action_id,
            state=ranked.state,
            rank=ranked.rank,
            play=play.id,
            title=self._text(play.title),
            rationale=self._text(play.rationale),
            purpose=play.purpose,
            importance=play.importance,
            owner_role=ranked.owner_role,
            owner_id=ranked.owner_id,
            due_on=ranked.due_on,
            channel=ranked.channel,
            effort_hours=play.effort_hours,
            checklist=self._lines(play.checklist),
            gaps=_named_first(ranked),
            priority=self._priority(ranked.priority),
            unchecked=ranked.unchecked,
        )

    def _priority(self, priority: Priority) -> Priority:
        if not priority.notes:
            return priority
        return priority._replace(notes=tuple(sentence(self._locale, f"note_{note}") for note in priority.notes))

    def _withheld(self, withheld: WithheldPlay) -> Withheld:
        play = withheld.candidate.play
        return Withheld(
            play=play.id,
            title=self._text(play.title),
            reason=withheld.reason,
            says=withheld_says(withheld, self._titles, self._release.rulebook.vocabularies, locale=self._locale),
            gaps=tuple(outcome.rule.id for outcome in withheld.candidate.gaps),
            priority=withheld.priority.priority if withheld.priority else None,
        )

    def _questions(self, assessment: Assessment) -> Iterable[Undetermined]:
        asked = False
        for outcome in assessment.gaps:
            ask = outcome.rule.ask
            if outcome.kind == "undetermined" and ask is not None:
                asked = True
                options = tuple(
                    AnswerOption(answer, self._text(ask.labels[answer]) if answer in ask.labels else answer, side)
                    for answer, side in ask.options.items()
                )
                yield Undetermined(outcome.rule.id, self._text(ask.text), options, outcome.open_facts)
        if assessment.diagnosis == "undetermined" and not asked:
            missing = tuple(entry.fact for entry in assessment.missing_facts[:_QUESTION_FACTS])
            yield Undetermined(None, self._text(self._release.rulebook.diagnosis.question), (), missing)

    def _trace(self) -> tuple[SignalTrace, ...]:
        truths = self._findings.assessment.signals
        return tuple(
            SignalTrace(signal, truths[signal], self._release.evaluator.readings(signal, self._facts))
            for signal in sorted(truths)
        )


def _named_first(ranked: RankedAction) -> tuple[str, ...]:
    """List the gaps of an action, first the one that names it: history should carry that one."""
    gaps = [outcome.rule.id for outcome in ranked.candidate.gaps]
    return tuple(dict.fromkeys([ranked.gap, *gaps]))


def _root_causes(outcome: GapOutcome) -> tuple[str, ...]:
    rule = outcome.rule
    if rule.root_cause:
        return (rule.root_cause,)
    sides = [rule.cx] if outcome.kind in {"cx", "mixed"} else []
    sides += [rule.cs] if outcome.kind in {"cs", "mixed"} else []
    return tuple(dict.fromkeys(side.root_cause for side in sides if side is not None))


def _touchpoint(outcome: GapOutcome) -> str | None:
    rule = outcome.rule
    if outcome.kind in {"cx", "mixed"} and rule.cx is not None and rule.cx.touchpoint:
        return rule.cx.touchpoint
    if outcome.kind == "cs" and rule.cs is not None and rule.cs.touchpoint:
        return rule.cs.touchpoint
    return rule.touchpoint
