"""Decides logged questions once more and holds each answer against the one that was given, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from nextplay.authoring.book import work_through
from nextplay.authoring.replay.paths import differing_paths
from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.errors import InputInvalid
from nextplay.question import Asked, read_question
from nextplay.release import Release, load_release

MOST_PATHS: Final = 5
MOST_SHOWN: Final = 20


class Logged(NamedTuple):
    """One decision of a log: its id and release, the canonical JSON of question and answer, whether it has masks."""

    decision_id: str
    release: str
    question: bytes
    answer: bytes
    masked: bool


class Differing(NamedTuple):
    """A decision that comes out in another way: its id, the first paths of the answer that differ, how many more.

    The path is `question` where the question can no longer be asked.
    """

    decision_id: str
    release: str
    paths: tuple[str, ...]
    more_paths: int = 0


@dataclass(frozen=True, slots=True)
class Replaying:
    """What a process needs to replay: the files of a rulebook, and the folder of models where one serves."""

    rules: Mapping[str, bytes]
    models: Path | None

    def __call__(self) -> Replayer:
        """Load the release."""
        return Replayer(load_release(self.rules, self.models))


class Replayer:
    """Replays pieces of a log with one release.

    A decision of this release must give the bytes that are in the log. One of another release is compared but for its
    `decision_id` and `release`, which are made of the release.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._decider = Decider(release)

    def work(self, piece: Iterable[Logged]) -> list[Differing]:
        """Return what differs."""
        return [differing for logged in piece if (differing := self._differing(logged))]

    def close(self) -> None:
        """Free the engine."""
        self._release.close()

    def _differing(self, logged: Logged) -> Differing | None:
        asked = _asked(logged)
        if asked is None:
            return Differing(logged.decision_id, logged.release, ("question",))
        try:
            decision = self._decider.answer(asked).decision
        except InputInvalid:
            return Differing(logged.decision_id, logged.release, ("question",))
        own = logged.release == self._release.release_id.release
        if logged.masked or not own:
            decision = decision._replace(decision_id=logged.decision_id)
        document = decision_document(decision)
        if own and canonical_json(document) == logged.answer:
            return None
        before = orjson.loads(logged.answer)
        if not own:
            document["release"] = before["release"]
            if canonical_json(document) == logged.answer:
                return None
        return _told(logged, before, orjson.loads(canonical_json(document)))


@dataclass(slots=True)
class Replay:
    """What came of a log: how many were replayed, how many differ, and the first of them in the order of the log."""

    replayed: int = 0
    differ: int = 0
    first: list[Differing] = field(default_factory=list)


def replay(
    log: Iterable[Logged],
    given: Replaying,
    *,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replay:
    """Decide a log once more. `progress` is told the decisions of each step.

    Raises `RulebookInvalid` and `ModelInvalid` as loading a release does.
    """
    found = Replay()
    for piece, differing in work_through(log, given, workers=workers):
        _add(found, piece, differing)
        if progress:
            progress(len(piece))
    return found


def _add(found: Replay, piece: Sequence[Logged], differing: Sequence[Differing]) -> None:
    found.replayed += len(piece)
    found.differ += len(differing)
    found.first += differing[: MOST_SHOWN - len(found.first)]


def _asked(logged: Logged) -> Asked | None:
    """Return the question, nothing where this version cannot read it."""
    try:
        return read_question(orjson.loads(logged.question))
    except (InputInvalid, KeyError, TypeError, ValueError):
        return None


def _told(logged: Logged, before: Any, after: Any) -> Differing:  # noqa: ANN401  JSON has no narrower type
    paths = differing_paths(before, after)
    first = tuple(islice(paths, MOST_PATHS))
    return Differing(logged.decision_id, logged.release, first, sum(1 for _ in paths))
