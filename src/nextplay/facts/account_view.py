"""One snapshot, with what several facts share worked out at most once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nextplay.facts.objective_state import ObjectiveState, objective_states
from nextplay.facts.survey_answers import Answers
from nextplay.snapshot import CustomerSnapshot, Event, Touchpoint


class AccountView:
    """A snapshot and its day; lists are indexed when the first planned fact asks for them.

    `today` is the ordinal of the UTC date of `as_of`, so that day counts are differences of whole numbers.
    """

    __slots__ = ("_answers", "_events", "_objectives", "_touchpoints", "snapshot", "stale_after", "today")

    def __init__(self, snapshot: CustomerSnapshot, stale_after: Mapping[str, int]) -> None:
        """Take the snapshot as it is; nothing is computed yet."""
        self.snapshot = snapshot
        self.today = snapshot.as_of.toordinal()
        self.stale_after = stale_after
        self._answers: Answers | None = None
        self._events: dict[str | None, list[Event]] | None = None
        self._objectives: tuple[ObjectiveState, ...] | None = None
        self._touchpoints: dict[str | None, Touchpoint] | None = None

    def answers(self) -> Answers | None:
        """Return the survey answers in order, `None` where the list is unknown."""
        if self._answers is not None or self.snapshot.surveys is None:
            return self._answers
        self._answers = Answers(self.snapshot.surveys, today=self.today, stale_after=self.stale_after)
        return self._answers

    def touchpoint(self, name: str) -> Touchpoint | None:
        """Return the row of the touchpoint `name`, `None` where none was sent."""
        if self._touchpoints is None:
            self._touchpoints = {row.name: row for row in self.snapshot.touchpoints or ()}
        return self._touchpoints.get(name)

    def objectives(self) -> tuple[ObjectiveState, ...] | None:
        """Return the objectives with attainment and time worked out, `None` where the list is unknown."""
        if self._objectives is None and self.snapshot.objectives is not None:
            self._objectives = objective_states(self.snapshot.objectives, today=self.today)
        return self._objectives

    def events(self, kind: str | None) -> Sequence[Event]:
        """Return the events of one kind (`None`: those whose kind is unknown)."""
        if self._events is None:
            self._events = {}
            for event in self.snapshot.events or ():
                self._events.setdefault(event.kind, []).append(event)
        return self._events.get(kind, ())
