"""Everything that can go wrong, by whom it can be mended.

    NextplayError
    ├── InputInvalid        the caller's: field paths and what to send instead
    ├── RulebookInvalid     the author's: every fault of every rule file, with its place
    ├── ModelInvalid        the operator's: an artefact that must not be served
    ├── ReleaseRejected     the author's: the files are sound, but their own rule tests fail, or they may not serve here
    ├── StoreError          the memory's
    │   ├── StoreUnavailable    the operator's: the database does not answer, or its disk is full
    │   │   └── StoreMisnamed       the operator's: the URL leads to no store, and waiting does not help
    │   ├── DecisionDamaged     the operator's: one stored decision can no longer be read, everything else can
    │   ├── StoreFault          ours: the database answers, and refuses a statement or a value of ours
    │   ├── StoreOutdated       the operator's: the schema is not the one that this version needs
    │   ├── NotRemembered       the caller's: an id that is unknown here, or somebody else's
    │   ├── RequestIdReused     the caller's: a `request_id` that came before with another content
    │   └── AccountErased       the caller's: the account was erased, and nothing is written about it any more
    ├── WorkerDied          the operator's: a process that worked for this one is gone, perhaps for want of memory
    └── EngineFault         ours: an invariant of the engine did not hold

The tree knows neither HTTP nor gRPC; each door has one table from these types to its status.
No message ever carries a customer's value: the name of the field says enough.
"""

from __future__ import annotations

import copyreg
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

FaultLevel = Literal["error", "warning"]


class NextplayError(Exception):
    """Root of every error that this package raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as it is: by default it would be made anew from its text, which is not how."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a request: `path` names the field (`surveys[0].score`), `message` the remedy."""

    path: str
    message: str

    def __str__(self) -> str:
        """Render as `path: message`."""
        return f"{self.path}: {self.message}"


class InputInvalid(NextplayError):
    """A request, snapshot or history that cannot be taken; carries every violation found."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        """Keep the violations in the order of their paths, so that messages are stable."""
        self.violations: tuple[Violation, ...] = tuple(sorted(violations, key=lambda violation: violation.path))
        super().__init__("; ".join(map(str, self.violations)))


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a rule file. `line` and `column` count from 1; `excerpt` is the line of the file."""

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    excerpt: str = ""
    level: FaultLevel = "error"

    def __str__(self) -> str:
        """Render with the line, a caret under the place, and the hint."""
        head = f"{self.path}:{self.line}:{self.column}: {self.code}: {self.message}"
        caret = f"\n  {self.excerpt}\n  {' ' * (self.column - 1)}^" if self.excerpt else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return head + caret + hint


class RulebookInvalid(NextplayError):
    """Rule files that do not make a rulebook; carries every fault of every file, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Sort by file, line, column and code: the same files always give the same report."""
        self.faults: tuple[Fault, ...] = tuple(
            sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column, fault.code, fault.message))
        )
        super().__init__("\n".join(map(str, self.faults)))


class ModelInvalid(NextplayError):
    """A churn model artefact that is damaged, unsorted, against its signs, or not for this vocabulary."""


class ReleaseRejected(NextplayError):
    """A rulebook that compiles but fails its own tests, or reads what this server masks; carries one line for each."""

    def __init__(self, failures: Iterable[str]) -> None:
        """Keep the failures in the order of the test files."""
        self.failures: tuple[str, ...] = tuple(failures)
        super().__init__("\n".join(self.failures))


class WorkerDied(NextplayError):
    """A process that worked for this one ended before it had answered; what it was doing is not done."""

    def __init__(self, remedy: str) -> None:
        """Say what to do about it."""
        super().__init__(f"a worker process died, perhaps for want of memory; {remedy}")


class EngineFault(NextplayError):
    """An invariant of the inference engine did not hold: an error of ours, never of a caller."""


class StoreError(NextplayError):
    """The memory could not do what was asked."""


class StoreUnavailable(StoreError):
    """The database does not answer, cannot be reached, or cannot write (a full disk); what was asked was not done."""


class DecisionDamaged(StoreError):
    """A stored decision can no longer be read, now or later; the memory itself is well."""

    def __init__(self) -> None:
        """Say what finds the row, and what has it."""
        super().__init__("a decision in the store is damaged; `nextplay store check` names it, a backup has it")


class StoreFault(StoreError):
    """The database answers, but refused a statement or a value: an error of ours, no outage."""


class StoreMisnamed(StoreUnavailable):
    """The URL is of no database that is offered, or leads to a file that is not ours; waiting does not help."""


class StoreOutdated(StoreError):
    """The database has another schema than this version needs; `nextplay store upgrade` brings it there."""


class NotRemembered(StoreError):
    """An id that is unknown, or belongs to somebody else: both look alike. `what` names the kind of thing."""

    def __init__(self, what: str) -> None:
        """Say what was looked for, never its value."""
        self.what = what
        super().__init__(f"no such {what} here")


class RequestIdReused(StoreError):
    """A `request_id` that came before with another content: nothing was written."""


class AccountErased(StoreError):
    """The account was erased; nothing is written about it any more."""
