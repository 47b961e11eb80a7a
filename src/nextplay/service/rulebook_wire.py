"""Messages of the rulebook service and our values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nextplay._proto.nextplay.v1 import rulebook_service_pb2 as pb
from nextplay._proto.nextplay.v1.decision_pb2 import ReleaseId
from nextplay.errors import Fault, ReleaseRejected, RulebookInvalid
from nextplay.service.api import MemoryState
from nextplay.service.preview_api import Preview
from nextplay.service.releases import Serving
from nextplay.service.reloader import Attempt, LoadState, brief
from nextplay.service.rulebook_api import Check
from nextplay.service.siblings import Standing
from nextplay.service.wire import instant_text

_MOST_LISTED: Final = 1000


def release_answer(
    serving: Serving, state: LoadState, memory: MemoryState | None, workers: Sequence[Standing] = ()
) -> pb.GetReleaseResponse:
    """Return what serves, the state of loading, how the memory is, and how each worker stands."""
    answer = pb.GetReleaseResponse(
        release=_release(serving),
        releases_taken=state.taken,
        releases_refused=state.refused,
        workers=map(_worker, workers),
    )
    if state.last_error is not None and state.last_error_at is not None:
        answer.last_error = brief(state.last_error)
        answer.last_error_at = instant_text(state.last_error_at)
    if memory is not None:
        answer.memory.CopyFrom(_memory(memory))
    return answer


def check_answer(check: Check) -> pb.CheckRulebookResponse:
    """Return every fault, within the limit of the contract."""
    return pb.CheckRulebookResponse(
        valid=check.rulebook_hash is not None,
        faults=_faults(check.faults),
        more_faults=max(0, len(check.faults) - _MOST_LISTED),
        rulebook_hash=check.rulebook_hash or "",
    )


def preview_answer(preview: Preview) -> pb.PreviewRulebookResponse:
    """Return who would be affected, within the limits of the contract."""
    affected = sorted(preview.plays.items(), key=lambda entry: (-entry[1].gained - entry[1].lost, entry[0]))
    return pb.PreviewRulebookResponse(
        accounts_compared=preview.compared,
        accounts_changed=len(preview.changes),
        plays=[pb.PlayChange(play=play, gained=count.gained, lost=count.lost) for play, count in affected],
        accounts=[
            pb.AccountChange(
                account_id=change.account_id,
                diagnosis_before=change.before,
                diagnosis_after=change.after,
                gained=change.gained,
                lost=change.lost,
            )
            for change in sorted(preview.changes)[:_MOST_LISTED]
        ],
        cut_short=preview.cut_short,
    )


def reload_answer(attempt: Attempt, serving: Serving, workers: Sequence[Standing] = ()) -> pb.ReloadReleaseResponse:
    """Return what came of loading, why it was refused, and what each worker serves."""
    answer = pb.ReloadReleaseResponse(outcome=attempt.outcome, release=_release(serving), workers=map(_worker, workers))
    if attempt.error is not None:
        answer.error = brief(attempt.error)
    if isinstance(attempt.error, RulebookInvalid):
        answer.faults.extend(_faults(attempt.error.faults))
    if isinstance(attempt.error, ReleaseRejected):
        answer.failed_tests.extend(attempt.error.failures[:_MOST_LISTED])
    return answer


def _worker(worker: Standing) -> pb.Worker:
    return pb.Worker(number=worker.number, release=worker.release, restarts=worker.restarts)


def _memory(memory: MemoryState) -> pb.MemoryState:
    log = memory.log
    return pb.MemoryState(
        failures=[
            pb.MemoryFailure(way=failure.way, reason=failure.reason, since=instant_text(failure.since))
            for failure in memory.failures
        ],
        decisions_written=log.written,
        decisions_waiting=log.waiting,
        decisions_lost=log.lost,
        decisions_left_out=log.left_out,
    )


def _release(serving: Serving) -> pb.Release:
    release = serving.release
    ids, rulebook, model = release.release_id, release.rulebook, release.model
    return pb.Release(
        id=ReleaseId(
            release=ids.release,
            rulebook_hash=ids.rulebook_hash,
            model_hash=ids.model_hash,
            engine_version=ids.engine_version,
        ),
        rulebook_id=rulebook.id,
        rulebook_label=rulebook.label,
        locales=rulebook.locales,
        signals=len(rulebook.signals),
        gaps=len(rulebook.gaps),
        plays=len(rulebook.plays),
        model_version=model.version if model else "",
        model_provenance=model.provenance if model else "",
        loaded_at=instant_text(serving.loaded_at),
    )


def _faults(faults: Sequence[Fault]) -> list[pb.Fault]:
    return [
        pb.Fault(
            path=fault.path,
            line=fault.line,
            column=fault.column,
            code=fault.code,
            message=fault.message,
            hint=fault.hint,
            excerpt=fault.excerpt,
            level=fault.level,
        )
        for fault in faults[:_MOST_LISTED]
    ]
