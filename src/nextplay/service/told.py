"""What callers tell, judged: reactions, answers, outcomes and holds, each refused with all that is wrong at once.

Two kinds of mistakes are kept apart. Most never mend by themselves. Those that hang on the day of the call, or on the
rulebook that serves, were none when the same request came the first time: a repetition is answered as it was then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from nextplay.canonical import canonical_json
from nextplay.errors import InputInvalid
from nextplay.service.present import (
    TODAY,
    Present,
    asking_gap,
    bounded,
    clean,
    declared_reason,
    end_of_snooze,
    happened,
    known_play,
    not_later,
    offered_answer,
    reached_objective,
)
from nextplay.snapshot import Day, Money, Name, Words
from nextplay.snapshot.remedies import violations_of
from nextplay.snapshot.scalars import Today
from nextplay.store.records import Answer, Hold, Outcome, OutcomeKind, Reaction, ReactionKind, Told


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may be recorded. `sent` is the canonical JSON of what was sent: equal for every repetition.

    `outdated` holds what speaks against it now, and did not need to when it may have come before.
    """

    request_id: str
    told: Told
    sent: bytes
    outdated: InputInvalid | None = None


Id = Annotated[Name, AfterValidator(clean)]
Past = Annotated[Today, AfterValidator(not_later)]


class _Form(BaseModel):
    """What may be written in one message; keys and words are those of the contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReactionForm(_Form):
    """A `Reaction` as it was sent."""

    account_id: Id
    action_id: Id
    kind: ReactionKind
    decision_id: Id | None = None
    snoozed_until: Annotated[
        Annotated[Day, AfterValidator(bounded)] | None,
        AfterValidator(end_of_snooze),
        Field(validate_default=True),
    ] = None
    actor_id: Id | None = None
    at: Past | None = None
    reason: Annotated[Id, AfterValidator(declared_reason)] | None = None

    def told(self, now: datetime) -> Reaction:
        """Return what is recorded; what came without an instant came now."""
        return Reaction(
            account_id=self.account_id,
            action_id=self.action_id,
            kind=self.kind,
            at=_instant(self.at, now),
            decision_id=self.decision_id,
            snoozed_until=self.snoozed_until,
            actor_id=self.actor_id,
            reason=self.reason,
        )


class AnswerForm(_Form):
    """An `Answer` as it was sent."""

    account_id: Id
    gap: Annotated[Id, AfterValidator(asking_gap)]
    answer: Annotated[Id, AfterValidator(offered_answer)]
    actor_id: Id | None = None
    at: Past | None = None

    def told(self, now: datetime) -> Answer:
        """Return what is recorded; what came without an instant came now."""
        return Answer(self.account_id, self.gap, self.answer, _instant(self.at, now), self.actor_id)


class OutcomeForm(_Form):
    """An `Outcome` as it was sent."""

    account_id: Id
    kind: OutcomeKind
    occurred_on: Annotated[Day, AfterValidator(happened)]
    annual_value: Money | None = None
    objective_id: Annotated[Id | None, AfterValidator(reached_objective), Field(validate_default=True)] = None

    def told(self, now: datetime) -> Outcome:  # noqa: ARG002  an outcome has a day of its own
        """Return what is recorded."""
        value = self.annual_value
        return Outcome(
            account_id=self.account_id,
            kind=self.kind,
            occurred_on=self.occurred_on,
            annual_value=value.amount if value else None,
            currency_code=value.currency_code if value else None,
            objective_id=self.objective_id,
        )


class HoldForm(_Form):
    """A `Hold` as it was sent."""

    account_id: Id
    play: Annotated[Id, AfterValidator(known_play)] | None = None
    until: Annotated[Day, AfterValidator(bounded)]
    reason: Annotated[Words, Field(min_length=1), AfterValidator(clean)]
    actor_id: Id | None = None

    def told(self, now: datetime) -> Hold:
        """Return what is recorded: a hold is put now."""
        return Hold(self.account_id, self.play, self.until, self.reason, now, self.actor_id)


class _RequestForm(_Form):
    request_id: Id

    def content(self) -> ReactionForm | AnswerForm | OutcomeForm | HoldForm:
        """Return what is to be recorded."""
        raise NotImplementedError


class ReactionRequest(_RequestForm):
    """A `RecordReactionRequest`."""

    reaction: ReactionForm

    def content(self) -> ReactionForm:
        """Return the reaction."""
        return self.reaction


class AnswerRequest(_RequestForm):
    """A `RecordAnswerRequest`."""

    answer: AnswerForm

    def content(self) -> AnswerForm:
        """Return the answer."""
        return self.answer


class OutcomeRequest(_RequestForm):
    """A `RecordOutcomeRequest`."""

    outcome: OutcomeForm

    def content(self) -> OutcomeForm:
        """Return the outcome."""
        return self.outcome


class HoldRequest(_RequestForm):
    """A `PutHoldRequest`."""

    hold: HoldForm

    def content(self) -> HoldForm:
        """Return the hold."""
        return self.hold


RequestKind = type[ReactionRequest] | type[AnswerRequest] | type[OutcomeRequest] | type[HoldRequest]


def read_request(kind: RequestKind, document: Mapping[str, Any], present: Present) -> Request:
    """Judge a request as names and values, as any door delivers it. Raises `InputInvalid` with every violation.

    Where only the day or the rulebook speaks against it, it comes back with `outdated` set: it may be a repetition.
    """
    try:
        return _request(kind.model_validate(document, context=present), present)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    refused = InputInvalid(violations_of(problems))
    if any(problem["type"] != TODAY for problem in problems):
        raise refused
    then = kind.model_validate(document, context=replace(present, repeated=True))
    return replace(_request(then, present), outdated=refused)


def _request(form: _RequestForm, present: Present) -> Request:
    sent = form.model_dump(exclude={"request_id"}, exclude_none=True)
    return Request(form.request_id, form.content().told(present.now), canonical_json(sent))


def _instant(sent: datetime | None, now: datetime) -> datetime:
    return now if sent is None else min(sent, now)
