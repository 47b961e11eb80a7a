"""One snapshot, with what several facts share worked out at most once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nextplay.facts.objective_state import ObjectiveState, objective_states
from nextplay.facts.survey_answers import PLACES, Answers, Place, Scope
from nextplay.snapshot import CustomerSnapshot, Touchpoint


class AccountView:
    """A snapshot and its day; lists are indexed when the first planned fact asks for them.

    `today` is the ordinal of the UTC date of `as_of`, so that day counts are differences of whole numbers. A plan asks
    for a list only where it is known: an unknown one would look like an empty one here. `places` are the touchpoints
    and roles of whose answers it asks.
    """

    __slots__ = ("_answers", "_objectives", "_places", "_touchpoints", "snapshot", "stale_after", "today")

    def __init__(
        self, snapshot: CustomerSnapshot, stale_after: Mapping[str, int], places: Collection[Place] = PLACES
    ) -> None:
        """Take the snapshot as it is; nothing is computed yet."""
        self.snapshot = snapshot
        self.today = snapshot.as_of.toordinal()
        self.stale_after = stale_after
        self._places = places
        self._answers: Answers | None = None
        self._objectives: Sequence[ObjectiveState] | None = None
        self._touchpoints: dict[str | None, Touchpoint] | None = None

    def answers(self) -> Answers:
        """Return the survey answers in order."""
        if self._answers is None:
            surveys = self.snapshot.surveys or ()
            self._answers = Answers(surveys, today=self.today, stale_after=self.stale_after, places=self._places)
        return self._answers

    def survey_wholes(self) -> Mapping[str, Scope]:
        """Return the answers of every kind."""
        return self.answers().wholes

    def survey_parts(self) -> Mapping[Place, Scope]:
        """Return the answers of a kind at each touchpoint and of each role, where there are any."""
        return self.answers().parts

    def touchpoints(self) -> Mapping[str | None, Touchpoint]:
        """Return the rows of the touchpoints by their names."""
        if self._touchpoints is None:
            self._touchpoints = {row.name: row for row in self.snapshot.touchpoints or ()}
        return self._touchpoints

    def objectives(self) -> Sequence[ObjectiveState]:
        """Return the objectives with attainment and time worked out."""
        if self._objectives is None:
            self._objectives = objective_states(self.snapshot.objectives or (), today=self.today)
        return self._objectives
