"""What the decision service does, whatever the door: questions in, decisions out."""

from __future__ import annotations

import time
from typing import Final

from nextplay.decision import Decision
from nextplay.errors import InputInvalid, Violation
from nextplay.service.clock import Clock, utc_now
from nextplay.service.releases import Releases
from nextplay.service.telemetry import Journal
from nextplay.service.wire import Question
from nextplay.snapshot import read_snapshot


class DecisionApi:
    """Decides with whatever release serves. Safe to use from any thread."""

    def __init__(self, releases: Releases, *, journal: Journal, clock: Clock = utc_now) -> None:
        """Take the releases to lease from; `clock` fills in an `as_of` that is absent."""
        self._releases: Final = releases
        self._journal: Final = journal
        self._clock: Final = clock

    def decide(self, question: Question) -> Decision:
        """Decide for one account, and leave a line in the journal.

        Raises `InputInvalid` with paths from the request, and `NotReady`.
        """
        began = time.perf_counter()
        document = question.document
        if document.get("as_of") is None:
            document = document | {"as_of": self._clock()}
        try:
            reading = read_snapshot(document, strict=question.options.strict)
            with self._releases.lease() as serving:
                decision = serving.decider.decide(reading, options=question.options)
        except InputInvalid as error:
            raise InputInvalid(_below("snapshot", violation) for violation in error.violations) from error
        self._journal.decided(
            decision, duration_seconds=time.perf_counter() - began, unknown_fields=question.unknown_fields
        )
        return decision


def _below(parent: str, violation: Violation) -> Violation:
    return Violation(f"{parent}.{violation.path}" if violation.path else parent, violation.message)
