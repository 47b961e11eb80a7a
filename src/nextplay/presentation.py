"""From numbers and ids to the answer that people read: texts in the asked locale, readings as far as asked for.

The largest values are made by position, in the order in which `decision` declares them, which costs less than
giving a name for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from nextplay.arbitration import Arbitration, RankedAction, WithheldPlay
from nextplay.churn.model import ChurnScore, FamilyContribution
from nextplay.decision import (
    AbsorbedGap,
    Action,
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
    ShadowGap,
    ShadowPlay,
    Undetermined,
    Withheld,
)
from nextplay.facts import Facts, FactsOfItem, Item
from nextplay.release import Release
from nextplay.rules import assessment as assessed
from nextplay.rules.assessment import Assessment, Candidate, GapOutcome, NearGap
from nextplay.rules.rulebook import Text
from nextplay.rules.trace import Trace
from nextplay.rules.wording import Template
from nextplay.sentences import driver_opening, fact_label, language_of, sentence
from nextplay.snapshot import CustomerSnapshot, InputWarning
from nextplay.spoken import SignalTexts, SpokenRulebook
from nextplay.withholding import withheld_says

_QUESTION_FACTS: Final = 5
"""How many missing facts the general question names."""
_DRIVER_FACTS: Final = 2
"""How many facts of a driver's family its sentence names: those that weigh most in its direction."""
_NO_TRACE: Final = Trace((), (), ())


class Findings(NamedTuple):
    """What the stations before found about one account; `decision_id` is empty until the findings become a decision."""

    decision_id: str
    snapshot: CustomerSnapshot
    facts: Facts
    score: ChurnScore | None
    assessment: Assessment
    arbitration: Arbitration
    input_warnings: tuple[InputWarning, ...]
    answers: Mapping[str, str]


class Presenter:
    """Writes the decisions of one release."""

    def __init__(self, release: Release) -> None:
        """Prepare the texts of every locale, and index the titles that reasons name."""
        self._release = release
        rulebook = release.rulebook
        titles: dict[str, Text] = {gap.id: gap.title for gap in rulebook.gaps}
        self._titles = titles | {play.id: play.title for play in rulebook.plays}
        self._spoken = {locale: SpokenRulebook(release, locale) for locale in rulebook.locales}

    def present(self, findings: Findings, *, options: Options) -> Decision:
        """Write the decision in `options.locale`, or in the closest locale that the rulebook speaks."""
        spoken = self._spoken[spoken_locale(options.locale, self._release.rulebook.locales)]
        return _Page(findings, self._release, titles=self._titles, spoken=spoken, options=options).decision()


def spoken_locale(asked: str, spoken: tuple[str, ...]) -> str:
    """Choose the asked locale, else the first of the same language, else the rulebook's first."""
    if asked in spoken:
        return asked
    language = language_of(asked)
    return next((locale for locale in spoken if language_of(locale) == language), spoken[0])


class _Page:
    """Holds what every text needs, for the length of one decision."""

    def __init__(
        self,
        findings: Findings,
        release: Release,
        *,
        titles: Mapping[str, Text],
        spoken: SpokenRulebook,
        options: Options,
    ) -> None:
        self._titles = titles
        self._spoken = spoken
        self._findings = findings
        self._release = release
        self._options = options
        self._locale = spoken.locale
        self._facts = findings.facts
        self._evidence: dict[str | tuple[str, str], Evidence] = {}
        """By signal, or by signal and item."""
        self._by_item = release.evaluator.by_item
        self._wants_readings = options.explanation == "full"

    def decision(self) -> Decision:
        found, assessment, arbitration = self._findings, self._findings.assessment, self._findings.arbitration
        snapshot, trace = found.snapshot, self._trace()
        gaps = tuple(map(self._gap, assessment.gaps))
        explained = tuple(map(self._explained, assessment.explained))
        actions = tuple(map(self._action, arbitration.actions))
        withheld = tuple(map(self._withheld, arbitration.withheld))
        near_misses = tuple(map(self._near_miss, assessment.near_misses))
        warnings = found.input_warnings + self._locale_warning() + self._fallback_warning()
        return Decision(
            found.decision_id, snapshot.account_id, snapshot.as_of, self._locale, self._churn(),
            self._diagnosis(assessment), gaps, explained, actions, withheld, arbitration.closed,
            tuple(self._questions(assessment)), near_misses, assessment.missing_facts, warnings,
            self._release.release_id, trace.signals,
            tuple(map(self._absorbed, assessment.absorbed)),
            tuple(map(_shadow_gap, assessment.shadow.gaps)),
            tuple(map(_shadow_play, assessment.shadow.candidates)),
            trace.gaps, trace.plays,
        )  # fmt: skip

    def _text(self, template: Template, item: Item | None = None) -> str:
        if isinstance(template, str):
            return template
        return template(self._facts if item is None else FactsOfItem(self._facts, item))

    def _locale_warning(self) -> tuple[InputWarning, ...]:
        if self._locale == self._options.locale:
            return ()
        return (InputWarning("options.locale", f"not spoken by this rulebook; answered in {self._locale}"),)

    def _fallback_warning(self) -> tuple[InputWarning, ...]:
        """Say that some text is not written in the locale; which one, authors are told when they check their rules."""
        foreign = self._spoken.foreign
        if not foreign or foreign.isdisjoint(self._shown()):
            return ()
        instead = self._release.rulebook.locales[0]
        message = f"some texts are not written in {self._locale} yet; they are shown in {instead}"
        return (InputWarning("options.locale", message),)

    def _shown(self) -> Iterator[tuple[str, str]]:
        """Name what the decision shows: sorts and ids as in `SpokenRulebook.foreign`."""
        assessment, arbitration = self._findings.assessment, self._findings.arbitration
        gaps = [gap.rule.id for gap in (*assessment.gaps, *assessment.explained)]
        gaps += [part.outcome.rule.id for part in assessment.absorbed]
        gaps += [near.rule.id for near in assessment.near_misses]
        plays = [ranked.candidate.play.id for ranked in arbitration.actions]
        plays += [withheld.candidate.play.id for withheld in arbitration.withheld]
        yield from (("signal", evidence.signal) for evidence in self._evidence.values())
        yield from (("gap", gap) for gap in gaps)
        yield from (("play", play) for play in plays)
        yield from ((sort, one.details.get("by", "")) for one in arbitration.withheld for sort in ("gap", "play"))
        yield from (("question", question.gap or "") for question in self._questions(assessment))
        yield "diagnosis", self._diagnosis_key(assessment)

    def _churn(self) -> ChurnRisk:
        score, model = self._findings.score, self._release.model
        if score is None or model is None:
            return ChurnRisk(
                probability=None, band=None, drivers=(), model_version="", provenance="", horizon_days=0,
                completeness=0.0, degraded=True,
            )  # fmt: skip
        return ChurnRisk(
            score.probability, score.band, tuple(map(self._driver, score.families)), model.version, model.provenance,
            model.horizon_days, score.completeness, False, score.out_of_range,  # noqa: FBT003  by position, see above
        )  # fmt: skip

    def _driver(self, family: FamilyContribution) -> Driver:
        """Tell a family by the known facts that weigh most in its direction; what is unknown is told as not known."""
        name, contribution, facts, pushing = family
        values, positions, labelled = self._facts.values, self._facts.positions, self._spoken.labelled
        told: list[str] = []
        missing: list[str] = []
        for fact in facts[:pushing]:
            value = values[positions[fact]]
            if value is not None:
                told.append(labelled[fact](value))
            elif len(told) + len(missing) < _DRIVER_FACTS:
                missing.append(fact)
            if told and len(told) + len(missing) >= _DRIVER_FACTS:
                break
        if not told:
            known = next((fact for fact in facts[pushing:] if values[positions[fact]] is not None), None)
            if known is None:
                return Driver(name, contribution, facts, driver_opening(self._locale, name, "unknown"))
            if not pushing:
                told = [labelled[known](values[positions[known]])]
        return Driver(name, contribution, facts, self._driver_says(name, contribution, told, missing))

    def _driver_says(self, name: str, contribution: float, told: Sequence[str], missing: Sequence[str]) -> str:
        if told:
            says = driver_opening(self._locale, name, "raises" if contribution > 0 else "lowers") + ", ".join(told)
            return says + sentence(self._locale, "driver_beside", facts=self._named(missing)) if missing else says
        family = sentence(self._locale, f"family_{name}")
        key = "driver_higher" if contribution > 0 else "driver_lower"
        return sentence(self._locale, key, family=family, facts=self._named(missing))

    def _named(self, facts: Iterable[str]) -> str:
        return ", ".join([fact_label(fact, self._locale) for fact in facts])

    def _diagnosis(self, assessment: Assessment) -> Diagnosis:
        key = self._diagnosis_key(assessment)
        return Diagnosis(assessment.diagnosis, assessment.lead, self._text(self._spoken.diagnosis[key]))

    def _diagnosis_key(self, assessment: Assessment) -> str:
        kind = assessment.diagnosis
        return f"mixed_{assessment.lead}" if kind == "mixed" else kind

    def _gap(self, outcome: GapOutcome) -> Gap:
        gap_id, kind, item = outcome.rule.id, outcome.kind, outcome.item
        texts = self._spoken.gaps[gap_id]
        against = self._evidence_of(outcome.against, item)
        answered = self._findings.answers.get(gap_id) if outcome.answered else None
        key, label = (item.key, item.label) if item else (None, None)
        return Gap(
            gap_id, kind, self._text(texts.title, item), outcome.severity, texts.touchpoints[kind],
            texts.root_causes[kind], self._evidence_of(outcome.signals, item), against, outcome.open_side,
            outcome.open_rivals, key, answered, label,
        )  # fmt: skip

    def _explained(self, outcome: GapOutcome) -> ExplainedGap:
        gap_id, item = outcome.rule.id, outcome.item
        title = self._text(self._spoken.gaps[gap_id].title, item)
        return ExplainedGap(gap_id, title, self._evidence_of(outcome.signals, item))

    def _absorbed(self, part: assessed.AbsorbedGap) -> AbsorbedGap:
        gap_id, item = part.outcome.rule.id, part.outcome.item
        title = self._text(self._spoken.gaps[gap_id].title, item)
        return AbsorbedGap(gap_id, title, absorbed_by=part.by, item=item.key if item else None)

    def _near_miss(self, near: NearGap) -> NearMiss:
        gap_id = near.rule.id
        return NearMiss(gap_id, self._text(self._spoken.gaps[gap_id].title), near.reading, near.distance)

    def _evidence_of(self, signals: Sequence[str], item: Item | None) -> tuple[Evidence, ...]:
        """Tell signals; those that are read item by item for `item`, or else for the one that shows them best."""
        if not signals or self._options.explanation == "none":
            return ()
        if not self._by_item:
            told, new = self._evidence, self._new_evidence
            return tuple([told[signal] if signal in told else new(signal, None) for signal in signals])
        return tuple([self._evidence_about(signal, self._item_of(signal, item)) for signal in signals])

    def _evidence_about(self, signal: str, item: Item | None) -> Evidence:
        key = signal if item is None else (signal, item.key)
        return self._evidence.get(key) or self._new_evidence(signal, item)

    def _item_of(self, signal: str, item: Item | None) -> Item | None:
        kind = self._by_item.get(signal)
        if kind is None:
            return None
        return item if item is not None and item.kind == kind else self._findings.assessment.shown.get(signal)

    def _new_evidence(self, signal: str, item: Item | None) -> Evidence:
        texts = self._spoken.signals.get(signal)
        if texts is None:
            evidence = self._of_leaves(signal)
        else:
            evidence = texts.fixed if texts.fixed and not self._wants_readings else self._of_rule(signal, texts, item)
        self._evidence[signal if item is None else (signal, item.key)] = evidence
        return evidence

    def _of_rule(self, signal: str, texts: SignalTexts, item: Item | None) -> Evidence:
        readings = self._release.evaluator.readings(signal, self._facts, item) if self._wants_readings else ()
        if item is None and signal in self._by_item:  # nothing in the list: there is no value to tell
            return Evidence(signal, signal, signal, readings)
        return Evidence(signal, self._text(texts.title, item), self._text(texts.says, item), readings)

    def _of_leaves(self, signal: str) -> Evidence:
        """Word a condition that a gap states on facts directly, without a signal of its own."""
        readings = self._release.evaluator.readings(signal, self._facts)
        labelled, value = self._spoken.labelled, self._facts.value
        says = ", ".join([labelled[reading.fact](value(reading.fact)) for reading in readings])
        return Evidence(signal, says, says, readings if self._wants_readings else ())

    def _action(self, ranked: RankedAction) -> Action:
        play = ranked.candidate.play
        texts = self._spoken.plays[play.id]
        checklist = tuple(map(self._text, texts.checklist)) if texts.fixed is None else texts.fixed
        return Action(
            ranked.action_id, ranked.state, ranked.rank, play.id, self._text(texts.title), self._text(texts.rationale),
            play.purpose, play.importance, ranked.owner_role, ranked.owner_id, ranked.due_on, ranked.channel,
            ranked.effort_hours, checklist, named_first(ranked), self._priority(ranked.priority), ranked.unchecked,
        )  # fmt: skip

    def _priority(self, priority: Priority) -> Priority:
        if not priority.notes:
            return priority
        return priority._replace(notes=tuple([sentence(self._locale, f"note_{note}") for note in priority.notes]))

    def _withheld(self, withheld: WithheldPlay) -> Withheld:
        play = withheld.candidate.play
        says = withheld_says(withheld, self._titles, self._release.rulebook.vocabularies, locale=self._locale)
        gaps = tuple(dict.fromkeys([outcome.rule.id for outcome in withheld.candidate.gaps]))
        priority = withheld.priority.priority if withheld.priority else None
        return Withheld(play.id, self._text(self._spoken.plays[play.id].title), withheld.reason, says, gaps, priority)

    def _questions(self, assessment: Assessment) -> Iterable[Undetermined]:
        """Ask what is open, once for each gap: an answer counts for all of its items, and the worst one is named."""
        asked: set[str] = set()
        for outcome in assessment.gaps:
            gap_id = outcome.rule.id
            question = self._spoken.gaps[gap_id].question
            if outcome.kind == "undetermined" and question is not None and gap_id not in asked:
                asked.add(gap_id)
                options = tuple([option._replace(label=self._text(label)) for label, option in question.labels])
                yield Undetermined(gap_id, self._text(question.text, outcome.item), options, outcome.open_facts)
        if assessment.diagnosis == "undetermined" and not asked:
            missing = tuple(entry.fact for entry in assessment.missing_facts[:_QUESTION_FACTS])
            yield Undetermined(None, self._text(self._spoken.question), (), missing)

    def _trace(self) -> Trace:
        if self._options.explanation != "full":
            return _NO_TRACE
        return self._release.evaluator.trace(self._facts, day=self._findings.snapshot.as_of.date())


def _shadow_gap(outcome: GapOutcome) -> ShadowGap:
    item = outcome.item.key if outcome.item else None
    return ShadowGap(outcome.rule.id, outcome.kind, outcome.severity, item)


def _shadow_play(candidate: Candidate) -> ShadowPlay:
    gaps = tuple(dict.fromkeys(outcome.rule.id for outcome in candidate.gaps))
    return ShadowPlay(candidate.play.id, gaps, candidate.eligibility, candidate.applicability, candidate.suitability)


def named_first(ranked: RankedAction) -> tuple[str, ...]:
    """List the gaps of an action, first the one that names it: history should carry that one."""
    gaps = [outcome.rule.id for outcome in ranked.candidate.gaps]
    return tuple(gaps) if gaps == [ranked.gap] else tuple(dict.fromkeys([ranked.gap, *gaps]))
