"""What rule files would change for the accounts that were decided last, beside calls that must not wait for it.

One preview at a time, and after each account it rests for as long as it worked: it never takes more than half of a
processor core from decisions.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from nextplay.authoring.book import QuestionReader, Row
from nextplay.authoring.difference.outcome import change_between, outcome_of
from nextplay.decider import Decider
from nextplay.errors import InputInvalid, ModelInvalid, RulebookInvalid, Violation
from nextplay.release import InferenceEngine, Release, load_release
from nextplay.rules.source import without_tests
from nextplay.service.memory_api import Reach
from nextplay.service.refusal import Busy
from nextplay.service.releases import Releases
from nextplay.service.rulebook_api import within_limits
from nextplay.snapshot import SnapshotReading
from nextplay.store.records import StoredDecision

MOST_ACCOUNTS: Final = 10_000
USUAL_ACCOUNTS: Final = 1000
RETRY_SECONDS: Final = 2.0
_FOR_THE_ANSWER: Final = 0.1
"""Share of the time that a caller waits which is kept for the answer to reach it, of what is left after loading."""


class Waiting(Protocol):
    """The call that is answered: how long its caller still waits."""

    @property
    def remaining_seconds(self) -> float:
        """0 or more."""

    def check_time(self) -> None:
        """Raise `DeadlinePassed` where nobody waits any more."""


class Affected(NamedTuple):
    """One account that would change: its diagnosis before and after, and the plays it would gain and lose, sorted."""

    account_id: str
    before: str
    after: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(slots=True)
class PlayCount:
    """Accounts that would gain a play, and accounts that would lose it."""

    gained: int = 0
    lost: int = 0


@dataclass(slots=True)
class Preview:
    """Who would be affected. `cut_short` says that the time ran out before all were compared."""

    compared: int = 0
    changes: list[Affected] = field(default_factory=list)
    plays: dict[str, PlayCount] = field(default_factory=dict)
    cut_short: bool = False

    def add(self, change: Affected) -> None:
        """Count an account that would change."""
        self.changes.append(change)
        for play in change.gained:
            self.plays.setdefault(play, PlayCount()).gained += 1
        for play in change.lost:
            self.plays.setdefault(play, PlayCount()).lost += 1


class PreviewApi:
    """Compares rule files with the release that serves. Safe to use from any thread."""

    def __init__(
        self,
        memory: Reach,
        releases: Releases,
        *,
        tenant: str = "",
        inference: InferenceEngine = "durable",
        objections: Callable[[Release], Sequence[str]] = lambda _release: (),
    ) -> None:
        """Take questions from `memory`; `objections` says why a sound release may not serve here."""
        self._memory: Final = memory
        self._releases: Final = releases
        self._tenant: Final = tenant
        self._inference: Final[InferenceEngine] = inference
        self._objections: Final = objections
        self._under_way: Final = threading.Lock()

    def preview(self, files: Sequence[tuple[str, bytes]], most: int | None, call: Waiting) -> Preview:
        """Compare over the latest question of up to `most` accounts (1000 where absent), those decided last first.

        Raises `InputInvalid` with the place of each fault, `Busy`, `NotReady`, `StoreUnavailable` and
        `DeadlinePassed`.
        """
        if most is not None and not 1 <= most <= MOST_ACCOUNTS:
            raise InputInvalid([Violation("max_accounts", f"must lie between 1 and {MOST_ACCOUNTS}")])
        rules = without_tests(within_limits(files))
        paths = [path for path, _ in files]
        with (
            self._alone(),
            self._releases.lease() as serving,
            closing(self._loaded(rules, serving.release, paths)) as release,
        ):
            call.check_time()
            return _compared(self._pages(most or USUAL_ACCOUNTS), serving.decider, Decider(release), call)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._under_way.acquire(blocking=False):
            raise Busy("PreviewRulebook", RETRY_SECONDS)
        try:
            yield
        finally:
            self._under_way.release()

    def _loaded(self, rules: Mapping[str, bytes], serving: Release, paths: Sequence[str]) -> Release:
        """Load the rules with the model that serves."""
        try:
            release = load_release(rules, serving.model_file, inference=self._inference)
        except RulebookInvalid as error:
            faults = [fault for fault in error.faults if fault.level == "error"]
            raise InputInvalid(
                Violation(_field(fault.path, paths), f"{fault.path}:{fault.line}:{fault.column}: {fault.message}")
                for fault in faults
            ) from error
        except ModelInvalid as error:
            raise InputInvalid([Violation("files", "the churn model that serves cannot be used with them")]) from error
        objections = self._objections(release)
        if objections:
            release.close()
            raise InputInvalid(Violation("files", objection) for objection in objections)
        return release

    def _pages(self, most: int) -> Iterator[tuple[StoredDecision, ...]]:
        """Yield the newest decisions of accounts; each page is read as one visit to the memory."""
        pages = self._memory.read(lambda store: store.newest(self._tenant, size=most))
        while page := self._memory.read(lambda _store: next(pages, None)):
            yield page


def _field(path: str, paths: Sequence[str]) -> str:
    return f"files[{paths.index(path)}].content" if path in paths else "files"


def _compared(pages: Iterator[tuple[StoredDecision, ...]], old: Decider, new: Decider, call: Waiting) -> Preview:
    found, reader = Preview(), QuestionReader()
    enough_seconds = call.remaining_seconds * _FOR_THE_ANSWER
    for page in pages:
        for stored in page:
            call.check_time()
            if call.remaining_seconds < enough_seconds:
                found.cut_short = True
                return found
            began = time.monotonic()
            reading = reader.read(Row(stored.sequence, stored.logged.question))
            if reading is not None:
                _compare(reading, old, new, found)
            time.sleep(time.monotonic() - began)
    return found


def _compare(reading: SnapshotReading, old: Decider, new: Decider, found: Preview) -> None:
    """Decide one account by both, and count what differs."""
    before, after = old.find(reading), new.find(reading)
    found.compared += 1
    change = change_between(outcome_of(before), outcome_of(after), after, number=found.compared)
    if change is not None:
        kinds = before.assessment.diagnosis, after.assessment.diagnosis
        found.add(Affected(change.account, *kinds, change.gained, change.lost))
