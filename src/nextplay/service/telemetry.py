"""What the service tells its operator: JSON lines on standard error, one for each decision and each refusal.

No line carries anything of a snapshot: a decision is named by its id, which is a hash. `failed`, a fault of ours, tells
where it happened and the types of its errors; their texts may quote what a caller sent, so only those of our own errors
are told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from traceback import extract_tb
from typing import Any, BinaryIO, Final

import orjson
import structlog

from nextplay.decision import Decision
from nextplay.errors import NextplayError

Log = structlog.typing.FilteringBoundLogger
_MOST_CAUSES: Final = 8
_MOST_FRAMES: Final = 40


def json_lines(stream: BinaryIO | None = None) -> Log:
    """Return a logger that writes one JSON object a line to `stream`, standard error where it is absent."""
    log: Log = structlog.wrap_logger(
        structlog.BytesLogger(stream or sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        cache_logger_on_first_use=True,
    )
    return log


class Journal:
    """The events of the service, each under one name with the same keys."""

    def __init__(self, log: Log, *, worker: int | None = None) -> None:
        """Write to `log`; each line carries the number of the worker where there are several."""
        self._log = log if worker is None else log.bind(worker=worker)
        self._stage = "" if worker is None else "worker_"

    def decided(self, decision: Decision, *, duration_seconds: float, unknown_fields: int) -> None:
        """Tell that one account was decided."""
        self._log.info(
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
        self._log.info("refused", method=method, reason=reason, violations=violations)

    def failed(self, method: str, incident: str, error: BaseException) -> None:
        """Tell the cause of a fault of ours; the caller has only the incident."""
        self._log.error("failed", method=method, incident=incident, causes=[_told(one) for one in _chain(error)])

    def release_taken(self, release: str, rulebook_hash: str, model_hash: str) -> None:
        """Tell that another release serves now."""
        self._log.info("release_taken", release=release, rulebook_hash=rulebook_hash, model_hash=model_hash)

    def release_refused(self, error: str, count: int) -> None:
        """Tell that what the folders hold cannot serve; the last good release keeps serving."""
        self._log.error("release_refused", error=error, count=count)

    def memory_failed(self, way: str, reason: str) -> None:
        """Tell that the store cannot be read or written (`way`), and why; told again where the reason changes."""
        self._log.error("memory_failed", way=way, reason=reason)

    def memory_recovered(self, way: str, seconds: float) -> None:
        """Tell that the store can be read or written again, after so many seconds."""
        self._log.info("memory_recovered", way=way, seconds=seconds)

    def decisions_lost(self, count: int) -> None:
        """Tell how many decisions since the start were answered and will not be in the log."""
        self._log.error("decisions_lost", count=count)

    def lived(self, event: str, **details: Any) -> None:  # noqa: ANN401  whatever a stage of life has to say
        """Tell a stage of the life of the process: `started`, `draining`, `stopped`; of one of several `worker_...`."""
        self._log.info(self._stage + event, **details)

    def worker_ended(self, worker: int, exit_code: int | None, *, restarts: int, again_in_seconds: float) -> None:
        """Tell that a worker has died, how often workers were restarted before, and when it is started anew."""
        self._log.error(
            "worker_ended", worker=worker, exit_code=exit_code, restarts=restarts, again_in_seconds=again_in_seconds
        )


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
