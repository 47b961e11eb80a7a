"""A rulebook in one locale: every text that decisions show, split at its placeholders once, when it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, get_args

from nextplay.decision import AnswerOption, Evidence, FactValue, GapKind
from nextplay.release import Release
from nextplay.rules.rulebook import Ask, GapRule, Play, Rulebook, SignalRule, Text, TextList
from nextplay.rules.wording import Template, mended_statement, template_of

_CX_KINDS: Final = ("cx", "mixed")
_CS_KINDS: Final = ("cs", "mixed")


class SignalTexts(NamedTuple):
    """What a signal is called, and its sentence; `fixed` is all of it where neither names a fact or an item."""

    title: Template
    says: Template
    fixed: Evidence | None


class PlayTexts(NamedTuple):
    """What a play is called, why, and what to do, line by line; `fixed` are the lines where none names a fact."""

    title: Template
    rationale: Template
    checklist: tuple[Template, ...]
    fixed: tuple[str, ...] | None


class Question(NamedTuple):
    """The question of a contested gap: its text, and (answer, label, option without its label)."""

    text: Template
    labels: tuple[tuple[Template, AnswerOption], ...]


class GapTexts(NamedTuple):
    """What a gap is called, where it lies and what is behind it as each kind, and its question if it has one."""

    title: Template
    touchpoints: Mapping[GapKind, str | None]
    root_causes: Mapping[GapKind, tuple[str, ...]]
    question: Question | None


class SpokenRulebook:
    """The texts of a release's rulebook in `locale`, by the id of what they belong to.

    `labelled` gives for each fact that the release reads the phrase that tells it with its value. `foreign` names what
    has a text that is not written in `locale`, so that the first required one is shown: its sort (signal, gap,
    question, play or diagnosis) and its id.
    """

    def __init__(self, release: Release, locale: str) -> None:
        """Split every text. Where one is not written in `locale`, its first required one stands in."""
        rulebook = release.rulebook
        self.locale = locale
        self._by_item = release.evaluator.by_item
        self._specs = {**release.vocabulary.specs, **release.vocabulary.item_specs}
        self.foreign = frozenset(owner for owner, text in _texts(rulebook) if locale not in text)
        self.signals = {rule.id: self._signal(rule) for rule in rulebook.signals}
        self.gaps = {rule.id: self._gap(rule) for rule in rulebook.gaps}
        self.plays = {play.id: self._play(play) for play in rulebook.plays}
        self.diagnosis = {key: self._template(text) for key, text in rulebook.diagnosis.says.items()}
        self.question = self._template(rulebook.diagnosis.question)
        self.labelled: Mapping[str, Callable[[FactValue], str]] = {
            name: mended_statement(self._specs[name], locale=locale) for name in release.plan.names
        }

    def _template(self, text: Text) -> Template:
        return template_of(text, self._specs, locale=self.locale)

    def _templates(self, lists: TextList) -> tuple[Template, ...]:
        spoken = self.locale if self.locale in lists else next(iter(lists), "")
        return tuple(self._template({spoken: line}) for line in lists.get(spoken, ()))

    def _signal(self, rule: SignalRule) -> SignalTexts:
        title, says = self._template(rule.title), self._template(rule.says)
        if rule.id in self._by_item or not isinstance(title, str) or not isinstance(says, str):
            return SignalTexts(title, says, None)
        return SignalTexts(title, says, Evidence(rule.id, title, says, ()))

    def _play(self, play: Play) -> PlayTexts:
        lines = self._templates(play.checklist)
        said = tuple(line for line in lines if isinstance(line, str))
        fixed = said if len(said) == len(lines) else None
        return PlayTexts(self._template(play.title), self._template(play.rationale), lines, fixed)

    def _gap(self, rule: GapRule) -> GapTexts:
        kinds: tuple[GapKind, ...] = get_args(GapKind)
        return GapTexts(
            title=self._template(rule.title),
            touchpoints={kind: _touchpoint(rule, kind) for kind in kinds},
            root_causes={kind: _root_causes(rule, kind) for kind in kinds},
            question=None if rule.ask is None else self._question(rule.ask),
        )

    def _question(self, ask: Ask) -> Question:
        labels = [
            (self._template(ask.labels[answer]) if answer in ask.labels else answer, AnswerOption(answer, "", side))
            for answer, side in ask.options.items()
        ]
        return Question(self._template(ask.text), tuple(labels))


def _texts(rulebook: Rulebook) -> Iterator[tuple[tuple[str, str], Text | TextList]]:
    """Yield every text that a decision may show, with what it belongs to."""
    for signal in rulebook.signals:
        yield from ((("signal", signal.id), text) for text in (signal.title, signal.says))
    for gap in rulebook.gaps:
        yield ("gap", gap.id), gap.title
        for text in () if gap.ask is None else (gap.ask.text, *gap.ask.labels.values()):
            yield ("question", gap.id), text
    for play in rulebook.plays:
        yield ("play", play.id), play.title
        yield ("play", play.id), play.rationale
        yield ("play", play.id), play.checklist
    yield ("question", ""), rulebook.diagnosis.question
    yield from ((("diagnosis", key), text) for key, text in rulebook.diagnosis.says.items())


def _root_causes(rule: GapRule, kind: GapKind) -> tuple[str, ...]:
    if rule.root_cause:
        return (rule.root_cause,)
    sides = [rule.cx] if kind in _CX_KINDS else []
    sides += [rule.cs] if kind in _CS_KINDS else []
    return tuple(dict.fromkeys(side.root_cause for side in sides if side is not None))


def _touchpoint(rule: GapRule, kind: GapKind) -> str | None:
    if kind in _CX_KINDS and rule.cx is not None and rule.cx.touchpoint:
        return rule.cx.touchpoint
    if kind == "cs" and rule.cs is not None and rule.cs.touchpoint:
        return rule.cs.touchpoint
    return rule.touchpoint
