"""What the service tells its operator: JSON lines on standard error, one for each decision and each refusal.

No line carries anything of a snapshot: a decision is named by its id, which is a hash. Only `failed`, a fault of
ours, carries the text of an exception.
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import orjson
import structlog

from nextplay.decision import Decision

Log = structlog.typing.FilteringBoundLogger


def json_lines(stream: BinaryIO | None = None) -> Log:
    """Return a logger that writes one JSON object a line to `stream`, standard error where it is absent."""
    log: Log = structlog.wrap_logger(
        structlog.BytesLogger(stream or sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        cache_logger_on_first_use=True,
    )
    return log


class Journal:
    """The events of the service, each under one name with the same keys."""

    def __init__(self, log: Log) -> None:
        """Write to `log`."""
        self._log = log

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
        self._log.error("failed", method=method, incident=incident, exc_info=error)

    def release_taken(self, release: str, rulebook_hash: str, model_hash: str) -> None:
        """Tell that another release serves now."""
        self._log.info("release_taken", release=release, rulebook_hash=rulebook_hash, model_hash=model_hash)

    def release_refused(self, error: str, count: int) -> None:
        """Tell that what the folders hold cannot serve; the last good release keeps serving."""
        self._log.error("release_refused", error=error, count=count)

    def lived(self, event: str, **details: Any) -> None:  # noqa: ANN401  whatever a stage of life has to say
        """Tell a stage of the life of the process: `started`, `draining`, `stopped`."""
        self._log.info(event, **details)
