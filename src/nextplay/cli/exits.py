"""How commands end: the exit codes, and every error as sentences with what to do about it."""

from __future__ import annotations

from enum import IntEnum

from nextplay.authoring.csv_errors import ExportInvalid, MappingInvalid
from nextplay.errors import EngineFault, InputInvalid, ModelInvalid, NextplayError, ReleaseRejected, RulebookInvalid


class ExitCode(IntEnum):
    """What the shell sees. `docs/cli.md` explains each."""

    OK = 0
    FAILED = 1
    INPUT = 2
    RULEBOOK = 3
    TESTS = 4
    DIFFERENCES = 5
    DRIFTED = 6
    NO_VERDICT = 7
    OURS = 70


_CODES: dict[type[Exception], ExitCode] = {
    InputInvalid: ExitCode.INPUT,
    MappingInvalid: ExitCode.INPUT,
    ExportInvalid: ExitCode.INPUT,
    RulebookInvalid: ExitCode.RULEBOOK,
    ModelInvalid: ExitCode.RULEBOOK,
    ReleaseRejected: ExitCode.TESTS,
    EngineFault: ExitCode.OURS,
    NextplayError: ExitCode.FAILED,
    OSError: ExitCode.FAILED,
}
"""Kind of error → exit code; the first that fits, so the general kinds stand last."""
_LEADS: dict[type[Exception], str] = {
    RulebookInvalid: "the rulebook has faults; mend them and try again",
    ReleaseRejected: "the rulebook fails its own tests; `nextplay rules test` tells more",
    ModelInvalid: "the churn model cannot be used",
    MappingInvalid: "the mapping has mistakes",
    ExportInvalid: "the export cannot be read with this mapping",
}


def exit_code(error: Exception) -> ExitCode:
    """Return the exit code for an error that ended a command."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), ExitCode.OURS)


def error_text(error: Exception) -> str:
    """Word an error for the person at the terminal."""
    lead = next((f"{text}\n" for kind, text in _LEADS.items() if isinstance(error, kind)), "")
    if isinstance(error, InputInvalid):
        return lead + "\n".join(map(str, error.violations))
    if isinstance(error, NextplayError):
        return f"{lead}{error}"
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {(error.strerror or str(error)).lower()}"
    return f"an error of ours ({type(error).__name__}); set NEXTPLAY_DEBUG=1 to see where, and report it"
