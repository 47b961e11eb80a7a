"""Takes what the folders of rules and models hold, as soon as it is whole and passes its own tests.

A new release is built beside the one that serves, and one reference is swapped. Whatever is wrong with the folders,
the last good release keeps serving, and the reason can be read until the folders are right again. Where there is none
yet and only the model is wrong, the rules decide alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from nextplay.authoring.cases import failure_lines, run_rule_tests
from nextplay.churn.artefact import ModelFile
from nextplay.errors import EngineFault, ModelInvalid, NextplayError, ReleaseRejected, RulebookInvalid
from nextplay.release import InferenceEngine, Release, load_release
from nextplay.service.clock import Clock, utc_now
from nextplay.service.folders import Folders, FoldersWatch, Holding
from nextplay.service.releases import Releases
from nextplay.service.status import new_incident
from nextplay.service.telemetry import Journal

_OF_THE_CONTENT: Final = (RulebookInvalid, ModelInvalid, ReleaseRejected)
"""What the same content would be refused for again; anything else may pass by itself."""

Outcome = Literal["taken", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of looking at the folders; `error` says why they were refused."""

    outcome: Outcome
    error: NextplayError | None = None


@dataclass(frozen=True, slots=True)
class LoadState:
    """What an operator asks about: how often a release was taken or refused, and what is wrong with the folders now."""

    taken: int = 0
    refused: int = 0
    last_error: NextplayError | None = None
    last_error_at: datetime | None = None


class Reloader:
    """Watches the folders in a thread of its own, and loads on demand. Safe to use from any thread."""

    def __init__(
        self,
        folders: Folders,
        releases: Releases,
        *,
        journal: Journal,
        inference: InferenceEngine = "durable",
        poll_seconds: float = 0.25,
        retry_seconds: float = 5.0,
        clock: Clock = utc_now,
        objections: Callable[[Release], Sequence[str]] = lambda _release: (),
    ) -> None:
        """Load from `folders` into `releases`; nothing is read before `load` or `start`.

        `objections` says why a sound release may not serve here, a sentence each.

        The watch looks every `poll_seconds`, and tries again `retry_seconds` after a fault of ours.
        """
        self._folders: Final = folders
        self._releases: Final = releases
        self._journal: Final = journal
        self._inference: Final[InferenceEngine] = inference
        self._poll_seconds: Final = poll_seconds
        self._retry_seconds: Final = retry_seconds
        self._clock: Final = clock
        self._objections: Final = objections
        self._loading: Final = threading.Lock()
        self._stopping: Final = threading.Event()
        self._thread: threading.Thread | None = None
        self._served_digest = ""
        self._refusals: dict[str, NextplayError] = {}
        self._state = LoadState()

    @property
    def state(self) -> LoadState:
        """What came of loading so far."""
        return self._state

    def load(self, *, again: bool = False) -> Attempt:
        """Look at the folders now. What serves is not built again; what was refused for its content only if `again`."""
        with self._loading:
            if again:
                self._refusals = {}
            return self._guarded(lambda: self._attempt(self._folders.read()))

    def load_rules_alone(self) -> Attempt:
        """Take the rules without a model, where none can serve: every answer says that it is degraded.

        What was wrong with the model stays told, and a model is taken as soon as there is a good one.
        """
        with self._loading:
            return self._guarded(lambda: self._taken(self._proved(self._folders.read_rules(), None)))

    def _guarded(self, look: Callable[[], Attempt]) -> Attempt:
        try:
            return look()
        except NextplayError as error:
            return self._refused(error)
        except Exception as error:  # noqa: BLE001  whatever it is, the last good release must keep serving
            incident = new_incident()
            self._journal.failed("load", incident, error)
            return self._refused(EngineFault(f"an error of this server; its log has the cause under {incident}"))

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch, name="reloader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End watching, and wait for a load that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        watch = FoldersWatch(self._folders)
        again_at = math.inf
        while not self._stopping.wait(self._poll_seconds):
            now = time.monotonic()
            if watch.is_due(now) or now >= again_at:
                failed = isinstance(self.load().error, EngineFault)
                again_at = now + self._retry_seconds if failed else math.inf

    def _attempt(self, holding: Holding) -> Attempt:
        if holding.digest == self._served_digest:
            self._state = replace(self._state, last_error=None, last_error_at=None)
            return Attempt("unchanged")
        if holding.digest in self._refusals:
            known = self._refusals[holding.digest]
            self._state = replace(self._state, last_error=known, last_error_at=self._clock())
            return Attempt("refused", known)
        try:
            release = self._proved(holding.rules, holding.model)
        except _OF_THE_CONTENT as error:
            self._refusals = {holding.digest: error}
            raise
        taken = self._taken(release)
        self._served_digest = holding.digest
        # only now: whoever reads that nothing is wrong may rely on what the folders hold
        self._state = replace(self._state, last_error=None, last_error_at=None)
        return taken

    def _taken(self, release: Release) -> Attempt:
        self._releases.take(release, now=self._clock())
        self._state = replace(self._state, taken=self._state.taken + 1)
        ids = release.release_id
        self._journal.release_taken(ids.release, ids.rulebook_hash, ids.model_hash)
        return Attempt("taken")

    def _proved(self, rules: Mapping[str, bytes], model: ModelFile | None) -> Release:
        """Build the release, run the rulebook's own tests on it, and see that it may serve here."""
        release = load_release(rules, model, inference=self._inference)
        proved = False
        try:
            failures = [*self._objections(release), *failure_lines(run_rule_tests(release))]
            proved = not failures
        finally:
            if not proved:
                release.close()
        if failures:
            raise ReleaseRejected(failures)
        return release

    def _refused(self, error: NextplayError) -> Attempt:
        refused = self._state.refused + 1
        self._state = LoadState(self._state.taken, refused, last_error=error, last_error_at=self._clock())
        self._journal.release_refused(brief(error), refused)
        return Attempt("refused", error)


def brief(error: NextplayError, most: int = 500) -> str:
    """Return the first lines of an error, at most `most` characters."""
    text = str(error)
    return text if len(text) <= most else text[: most - 1] + "…"
