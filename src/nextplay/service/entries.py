"""Decisions → entries of the decision log: question and answer as bytes, personal fields masked in both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nextplay.canonical import canonical_json, decision_json
from nextplay.decider import Answered, Decider
from nextplay.decision import Decision
from nextplay.masking import Masked, Masking
from nextplay.question import read_question
from nextplay.store.records import LoggedAction, LoggedDecision

_RELEASES_KEPT: Final = 8


class Entries:
    """Writes entries. Safe to use from any thread."""

    def __init__(self, masking: Masking) -> None:
        """Mask the fields of `masking`."""
        self._masking: Final = masking
        self._shows: dict[str, bool] = {}

    def entry(
        self, decider: Decider, answered: Answered, *, decided_at: datetime, took_microseconds: int, request_id: str
    ) -> LoggedDecision:
        """Return the entry of one answered call."""
        masked = self._masking.masked(answered.question)
        decision, answer = self._masked_answer(decider, answered.decision, masked)
        release = decision.release
        return LoggedDecision(
            tenant=masked.question["tenant"],
            account_id=decision.account_id,
            decision_id=decision.decision_id,
            as_of=decision.as_of,
            decided_at=decided_at,
            release=release.release,
            rulebook_hash=release.rulebook_hash,
            model_hash=release.model_hash,
            engine_version=release.engine_version,
            question=canonical_json(masked.question),
            answer=answer,
            actions=tuple(_logged_actions(decision)),
            masked=masked.fields,
            held_out=tuple(sorted(each.play for each in decision.withheld if each.reason == "holdout")),
            request_id=request_id,
            took_microseconds=took_microseconds,
        )

    def _masked_answer(self, decider: Decider, decision: Decision, masked: Masked) -> tuple[Decision, bytes]:
        """Return what the masked question is answered with, under the id that the caller knows.

        It is the decision itself wherever no masked value can have come into it, which saves deciding twice.
        """
        answer = decision_json(decision)
        if not masked.fields or not (self._may_show(decider) or masked.stands_in(answer)):
            return decision, answer
        again = decider.answer(read_question(masked.question)).decision
        again = again._replace(decision_id=decision.decision_id)
        return again, decision_json(again)

    def _may_show(self, decider: Decider) -> bool:
        release = decider.release.release_id.release
        if release not in self._shows:
            if len(self._shows) >= _RELEASES_KEPT:
                self._shows = {}
            self._shows[release] = self._masking.shows(decider.release)
        return self._shows[release]


def _logged_actions(decision: Decision) -> Iterator[LoggedAction]:
    """Yield what the worklist needs: the actions by rank, then those that closed."""
    for action in decision.actions:
        yield LoggedAction(
            action_id=action.action_id,
            play=action.play,
            gap=action.gaps[0],
            state=action.state,
            title=action.title,
            owner_role=action.owner_role,
            owner_id=action.owner_id,
            channel=action.channel,
            due_on=action.due_on,
            rank=action.rank,
            priority=action.priority.priority,
        )
    for closed in decision.closed_actions:
        yield LoggedAction(closed.action_id, closed.play, gap="", state=closed.reason)
