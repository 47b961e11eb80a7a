"""What the decision service does, whatever the door: questions in, decisions out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from nextplay.decider import Decider
from nextplay.decision import Decision
from nextplay.errors import InputInvalid, Violation
from nextplay.service.clock import Clock, utc_now
from nextplay.service.releases import Releases
from nextplay.service.telemetry import Journal
from nextplay.service.wire import Question
from nextplay.snapshot import read_snapshot

Decide = Callable[[Question], Decision]
"""Decides for one account; raises `InputInvalid` with paths from the request."""


class DecisionApi:
    """Decides with whatever release serves. Safe to use from any thread."""

    def __init__(self, releases: Releases, *, journal: Journal, clock: Clock = utc_now) -> None:
        """Take the releases to lease from; `clock` fills in an `as_of` that is absent."""
        self._releases: Final = releases
        self._journal: Final = journal
        self._clock: Final = clock

    @contextmanager
    def one_release(self) -> Iterator[Decide]:
        """Give the function that decides with the present release, and with it alone, for as long as one call takes.

        Each decision leaves a line in the journal. Raises `NotReady`.
        """
        with self._releases.lease() as serving:
            yield partial(self._decide, serving.decider)

    def _decide(self, decider: Decider, question: Question) -> Decision:
        began = time.perf_counter()
        document = question.document
        if document.get("as_of") is None:
            document = document | {"as_of": self._clock()}
        try:
            reading = read_snapshot(document, strict=question.options.strict)
            decision = decider.decide(reading, options=question.options)
        except InputInvalid as error:
            raise InputInvalid(_below("snapshot", violation) for violation in error.violations) from error
        self._journal.decided(
            decision, duration_seconds=time.perf_counter() - began, unknown_fields=question.unknown_fields
        )
        return decision


def _below(parent: str, violation: Violation) -> Violation:
    return Violation(f"{parent}.{violation.path}" if violation.path else parent, violation.message)
