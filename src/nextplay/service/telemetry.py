"""What the service tells its operator: JSON lines on standard error, one for each decision and each refusal.

No line carries anything of a snapshot: a decision is named by its id, which is a hash. `failed`, a fault of ours, tells
where it happened and the types of its errors; their texts may quote what a caller sent, so only those of our own errors
are told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, BinaryIO, Final, Literal

import orjson

from nextplay.decision import Decision
from nextplay.errors import NextplayError
from nextplay.service.lines import Lines

_MOST_CAUSES: Final = 8
_MOST_FRAMES: Final = 40
_LINE: Final = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
Level = Literal["info", "error"]


def json_lines(stream: BinaryIO | None = None) -> Lines:
    """Return what writes the lines of a journal to `stream`, each at once, or to standard error where it is absent.

    There, lines about single calls are written together, a moment later.
    """
    return Lines(stream) if stream is not None else Lines(sys.stderr.buffer, gathers=True)


class Journal:
    """The events of the service, each under one name with the same keys."""

    def __init__(self, lines: Lines, *, worker: int | None = None) -> None:
        """Write to `lines`; each carries the number of the worker where there are several."""
        self._lines: Final = lines
        self._bound: Final = {} if worker is None else {"worker": worker}
        self._stage = "" if worker is None else "worker_"

    def decided(self, decision: Decision, *, duration_seconds: float, unknown_fields: int) -> None:
        """Tell that one account was decided."""
        self._tell_of_call(
            "decided",
            decision_id=decision.decision_id,
            release=decision.release.release,
            diagnosis=decision.diagnosis.kind,
            gaps=[gap.gap for gap in decision.gaps],
            actions=[action.play for action in decision.actions],
            input_warnings=len(decision.input_warnings),
            unknown_fields=unknown_fields,
            duration_us=round(duration_seconds * 1e6),
        )

    def refused(self, method: str, reason: str, violations: int) -> None:
        """Tell that a call was refused for its content or for the load."""
        self._tell_of_call("refused", method=method, reason=reason, violations=violations)

    def failed(self, method: str, incident: str, error: BaseException) -> None:
        """Tell the cause of a fault of ours; the caller has only the incident."""
        causes = [_told(one) for one in _chain(error)]
        self._tell("failed", "error", method=method, incident=incident, causes=causes)

    def release_taken(self, release: str, rulebook_hash: str, model_hash: str) -> None:
        """Tell that another release serves now."""
        self._tell("release_taken", "info", release=release, rulebook_hash=rulebook_hash, model_hash=model_hash)

    def release_refused(self, error: str, count: int) -> None:
        """Tell that what the folders hold cannot serve; the last good release keeps serving."""
        self._tell("release_refused", "error", error=error, count=count)

    def memory_failed(self, way: str, reason: str) -> None:
        """Tell that the store cannot be read or written (`way`), and why; told again where the reason changes."""
        self._tell("memory_failed", "error", way=way, reason=reason)

    def memory_recovered(self, way: str, seconds: float) -> None:
        """Tell that the store can be read or written again, after so many seconds."""
        self._tell("memory_recovered", "info", way=way, seconds=seconds)

    def decisions_lost(self, count: int) -> None:
        """Tell how many decisions since the start were answered and will not be in the log."""
        self._tell("decisions_lost", "error", count=count)

    def lived(self, event: str, **details: Any) -> None:  # noqa: ANN401  whatever a stage of life has to say
        """Tell a stage of the life of the process: `started`, `draining`, `stopped`; of one of several `worker_...`."""
        self._tell(self._stage + event, "info", **details)

    def worker_ended(self, worker: int, exit_code: int | None, *, restarts: int, again_in_seconds: float) -> None:
        """Tell that a worker has died, how often workers were restarted before, and when it is started anew."""
        self._tell(
            "worker_ended",
            "error",
            worker=worker,
            exit_code=exit_code,
            restarts=restarts,
            again_in_seconds=again_in_seconds,
        )

    def _tell(self, event: str, level: Level, **details: Any) -> None:  # noqa: ANN401  as `lived`
        self._lines.write(self._line(event, level, details))
        self._lines.flush()

    def _tell_of_call(self, event: str, **details: object) -> None:
        self._lines.write(self._line(event, "info", details))

    def _line(self, event: str, level: Level, details: dict[str, Any]) -> bytes:
        told = {**self._bound, **details, "event": event, "level": level, "timestamp": datetime.now(UTC)}
        return orjson.dumps(told, option=_LINE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, the last first, as a traceback would show them."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and len(seen) < _MOST_CAUSES and not any(following is one for one in seen):
        yield following
        seen.append(following)
        hidden = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or hidden


def _told(error: BaseException) -> dict[str, object]:
    """Tell an error by its type and where it passed, outermost first; by its text only where the text is ours."""
    kind = type(error)
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    told: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": frames[-_MOST_FRAMES:]}
    return told | {"message": str(error)} if isinstance(error, NextplayError) else told
