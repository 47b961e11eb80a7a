"""The corridor on one page: snapshot → facts → churn → signals → gaps → plays → arbitration → decision.

A pure function of the snapshot, the history handed in, the options and the release. `snapshot.as_of` is the only clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple, TypeVar, cast

from nextplay.account import account_of
from nextplay.arbitration import Arbiter, Arbitration, Chooser
from nextplay.churn.model import ChurnScore
from nextplay.decision import Decision, Options, Side
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import Facts
from nextplay.presentation import Findings, Presenter
from nextplay.question import DEFAULT_OPTIONS, Asked, asked_about, decision_id_of, question_document
from nextplay.release import Release
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import Parameter
from nextplay.rules.roster import Absent, Renaming, Roster
from nextplay.rules.rulebook import Play
from nextplay.snapshot import CustomerSnapshot, HistoryEntry, InputWarning, SnapshotReading

V = TypeVar("V")


class _Answers(NamedTuple):
    """What reps answered, by gap: the side that the answer speaks for, and the answer's word; and what answers none."""

    sides: Mapping[str, Side]
    words: Mapping[str, str]
    unread: tuple[InputWarning, ...]


_TOGETHER: Final = 250
"""Questions that go through the stations together."""
_NO_ANSWERS: Final = _Answers({}, {}, ())


class _Known(NamedTuple):
    """What a snapshot says before the rules speak."""

    facts: Facts
    score: ChurnScore | None


class _Assessed(NamedTuple):
    """What the rules say; `history` is what is used of it, and `absent` the rules that do not count on the day."""

    assessment: Assessment
    answers: _Answers
    history: Sequence[HistoryEntry]
    absent: Absent


class Answered(NamedTuple):
    """A decision and the question that it answers."""

    decision: Decision
    asked: Asked

    @property
    def question(self) -> dict[str, Any]:
        """The question as `question_document` writes it, for whoever keeps it."""
        return question_document(self.asked)


class Concluded(NamedTuple):
    """What a decision will say, before it has words, and the question that it answers."""

    findings: Findings
    asked: Asked


class Decider:
    """Decides for one release. Safe to share between threads: nothing here changes after construction."""

    def __init__(self, release: Release) -> None:
        """Keep the release and the index of its rules."""
        self.release = release
        self._presenter = Presenter(release)
        self._plays = {play.id: play for play in release.rulebook.plays}
        self._arbiter = Arbiter(release.rulebook.arbitration, release.rulebook.plays)
        self._asks = {gap.id: gap.ask for gap in release.rulebook.gaps if gap.ask is not None}
        self._roster = Roster(release.rulebook)
        self._renaming = Renaming(release.rulebook)

    def decide(
        self,
        reading: SnapshotReading,
        *,
        history: Sequence[HistoryEntry] = (),
        options: Options = DEFAULT_OPTIONS,
        tenant: str = "",
    ) -> Decision:
        """Decide what is wrong with one account and what to do next.

        `history` is what a store remembers; a list that came with the snapshot replaces it. `tenant` keeps equal
        accounts of two tenants apart in `decision_id`.

        Raises `InputInvalid` where `options.strict` refuses a custom field.
        """
        return self.answer(asked_about(reading, history=history, options=options, tenant=tenant)).decision

    def answer(self, asked: Asked) -> Answered:
        """Decide, and return the question beside the decision, for whoever keeps both.

        Raises as `decide` does.
        """
        findings, _ = self.conclude(asked)
        return Answered(self._presenter.present(findings, options=asked.options), asked)

    def conclude(self, asked: Asked, *, with_advice: bool = True) -> Concluded:
        """Find all that a decision says, with its id and without its words: what a book needs of each account.

        `with_advice` as in `Evaluator.assess`; findings without it cannot be worded.

        Raises as `decide` does.
        """
        return Concluded(self._find(asked, self._identify(asked), with_advice=with_advice), asked)

    def conclude_each(
        self, questions: Sequence[Asked], *, with_advice: bool = True
    ) -> Iterator[Concluded | InputInvalid]:
        """Find for each question what `conclude` finds, or why it cannot, some questions at a time.

        These go from station to station together: the code and the tables of one station are then still at hand in the
        processor when the next account comes.
        """
        for first in range(0, len(questions), _TOGETHER):
            yield from self._concluded_together(questions[first : first + _TOGETHER], with_advice=with_advice)

    def _concluded_together(
        self, questions: Sequence[Asked], *, with_advice: bool
    ) -> Iterator[Concluded | InputInvalid]:
        known = [self._known_or_refused(asked, with_advice=with_advice) for asked in questions]
        taken = [(asked, found) for asked, found in zip(questions, known, strict=True) if isinstance(found, _Known)]
        assessed = [self._assess(asked, found, with_advice=with_advice) for asked, found in taken]
        chosen = [self._arbitrate(*pair, judged) for pair, judged in zip(taken, assessed, strict=True)]
        ids = [self._identify(asked) for asked, _ in taken]
        concluded = (
            Concluded(_findings(asked, found, judged, actions, decision_id), asked)
            for (asked, found), judged, actions, decision_id in zip(taken, assessed, chosen, ids, strict=True)
        )
        for found in known:
            yield found if isinstance(found, InputInvalid) else next(concluded)

    def word(self, findings: Findings, *, options: Options) -> Decision:
        """Write what `conclude` found, with the same options, as the decision that people read."""
        return self._presenter.present(findings, options=options)

    def find(
        self,
        reading: SnapshotReading,
        *,
        history: Sequence[HistoryEntry] = (),
        options: Options = DEFAULT_OPTIONS,
        with_advice: bool = True,
    ) -> Findings:
        """Find all that a decision says, before it has an id and words: enough to count a book.

        Raises as `decide` does.
        """
        return self._find(asked_about(reading, history=history, options=options), "", with_advice=with_advice)

    def _find(self, asked: Asked, decision_id: str, *, with_advice: bool) -> Findings:
        known = self._know(asked, with_advice=with_advice)
        assessed = self._assess(asked, known, with_advice=with_advice)
        return _findings(asked, known, assessed, self._arbitrate(asked, known, assessed), decision_id)

    def _know(self, asked: Asked, *, with_advice: bool) -> _Known:
        """Read the facts and score them. Raises `InputInvalid` as `decide` does."""
        facts, model = self.release.plan.read(asked.reading.snapshot), self.release.model
        if asked.options.strict and facts.input_warnings:
            _refuse_unusable(facts.input_warnings)
        score = model.score(facts, with_drivers=with_advice) if model else None
        return _Known(facts.with_churn(score.probability, score.band) if score else facts.with_churn(None, None), score)

    def _known_or_refused(self, asked: Asked, *, with_advice: bool) -> _Known | InputInvalid:
        try:
            return self._know(asked, with_advice=with_advice)
        except InputInvalid as error:
            return error

    def _assess(self, asked: Asked, known: _Known, *, with_advice: bool) -> _Assessed:
        """Say what the rules say, and what reps have answered."""
        reading, history, options, _ = asked
        day = reading.snapshot.as_of.date()
        absent = self._roster.on(day)
        used = self._renaming.followed(history, absent)
        answers = self._answers(reading.snapshot, used, absent) if used else _NO_ANSWERS
        assessment = self.release.evaluator.assess(
            known.facts,
            answers=answers.sides,
            day=day,
            with_shadow=options.explanation == "full",
            with_advice=with_advice,
        )
        return _Assessed(assessment, answers, used, absent)

    def _arbitrate(self, asked: Asked, known: _Known, assessed: _Assessed) -> Arbitration:
        """Choose the next best actions."""
        assessment, (facts, score) = assessed.assessment, known
        return self._arbiter.arbitrate(
            assessment.candidates,
            account=account_of(asked.reading.snapshot, facts, churn_probability=score.probability if score else None),
            history=assessed.history,
            diagnosis=assessment.diagnosis,
            lead=assessment.lead,
            gaps=assessment.gaps,
            plays=self._plays_without(assessed.absent.plays),
            max_actions=asked.options.max_actions,
            parameter=_chooser(facts),
            absorbed=assessment.absorbed,
            done=assessment.done,
        )

    def _answers(self, snapshot: CustomerSnapshot, history: Sequence[HistoryEntry], absent: Absent) -> _Answers:
        """Read reps' answers that are still valid: the newest of each gap counts, the later in the list on a tie."""
        newest: dict[str, tuple[HistoryEntry, Side]] = {}
        unread = []
        for index, entry in enumerate(history):
            if entry.kind != "answered":
                continue
            ask = None if entry.gap in absent.gaps else self._asks.get(entry.gap or "")
            side = ask.options.get(entry.answer or "") if ask else None
            if ask is None or side is None:
                unread.append(InputWarning(f"history[{index}]", "answers no question of this rulebook; not counted"))
            elif snapshot.as_of - entry.at <= timedelta(days=ask.valid_days) and (
                entry.gap not in newest or newest[entry.gap][0].at <= entry.at
            ):
                newest[entry.gap or ""] = (entry, side)
        sides = {gap: side for gap, (_, side) in newest.items()}
        words = {gap: entry.answer or "" for gap, (entry, _) in newest.items()}
        return _Answers(sides, words, tuple(unread))

    def _plays_without(self, absent: Collection[str]) -> Mapping[str, Play]:
        return {name: play for name, play in self._plays.items() if name not in absent} if absent else self._plays

    def _identify(self, asked: Asked) -> str:
        return decision_id_of(asked, release=self.release.release_id.release)


def _findings(asked: Asked, known: _Known, assessed: _Assessed, arbitration: Arbitration, decision_id: str) -> Findings:
    warnings = asked.reading.input_warnings + known.facts.input_warnings + assessed.answers.unread
    return Findings(
        decision_id,
        asked.reading.snapshot,
        known.facts,
        known.score,
        assessed.assessment,
        arbitration,
        warnings,
        assessed.answers.words,
    )


def _refuse_unusable(warnings: Iterable[InputWarning]) -> None:
    """Raise for custom fields that cannot be used; a list that is longer than rules look is no mistake."""
    unusable = [warning for warning in warnings if warning.path.startswith("attributes.")]
    if unusable:
        raise InputInvalid(Violation(warning.path, warning.message) for warning in unusable)


def _chooser(facts: Facts) -> Chooser:
    """Return what picks a play's value: by the fact where it is known and listed, else `otherwise`."""

    def chosen(value: V | Parameter, /) -> V:
        if not isinstance(value, Parameter):
            return value
        word = facts.value(value.by)
        return cast("V", value.cases.get(word, value.otherwise) if isinstance(word, str) else value.otherwise)

    return chosen
