"""What went wrong in a database, as the rest of a sentence: never the driver's own text, which may hold secrets."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final

from sqlalchemy.exc import CompileError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

_OF_SQLITE: Final[Mapping[str, str]] = {
    "SQLITE_BUSY": "is locked by another process; try again, or stop what holds it",
    "SQLITE_LOCKED": "is locked by another process; try again, or stop what holds it",
    "SQLITE_FULL": "cannot be written, because the disk is full",
    "SQLITE_IOERR": "cannot be read or written: the disk fails or is full",
    "SQLITE_CORRUPT": "is damaged; put a backup in its place",
    "SQLITE_NOTADB": "is no database of SQLite; put a backup in its place, or name another file",
    "SQLITE_CANTOPEN": "cannot be opened; its folder must be there and allow writing",
    "SQLITE_READONLY": "may not be written; the file and its folder must allow it",
    "SQLITE_PERM": "may not be opened; the file and its folder must allow it",
    "SQLITE_ERROR": "has other tables than expected; `nextplay store check` tells more",
}
_OF_POSTGRESQL: Final[Mapping[str, str]] = {
    "53100": "cannot be written, because the disk is full",
    "53300": "has no connection left",
    "3D000": "is not there; create the database",
    "42P01": "has no tables of ours; `nextplay store upgrade` makes them",
    "42501": "may not be read or written by this user",
    "25006": "takes no writes: it is read only",
    "55P03": "is locked; try again",
    "57014": "took too long to answer",
    "40P01": "was busy with the same rows; try again",
    "40001": "was busy with the same rows; try again",
    "28": "refuses this user or password",
    "08": "does not answer",
    "57": "does not answer",
}
"""SQLSTATE, or the first two digits of it, which name its class."""
_ON_CONNECTING: Final[Mapping[str, str]] = {
    "does not exist": "is not there; create the database and its user",
    "authentication failed": "refuses this user or password",
    "no password supplied": "refuses this user or password",
    "pg_hba.conf": "refuses this user or password",
    "too many clients": "has no connection left",
}
"""Whoever is refused while connecting gets no SQLSTATE from the driver, only the server's words."""
_SILENT: Final = "does not answer"
_OURS: Final = frozenset({"ProgrammingError", "DataError", "IntegrityError", "NotSupportedError"})
"""Classes of every driver for a statement or a value that the database refuses, however well it is."""
_FAILED: Final = "failed ("


def is_ours(error: Exception) -> bool:
    """Say whether the database is well, and refused what we sent: nothing that passes, or that an operator mends."""
    if isinstance(error, DBAPIError):
        kinds = {kind.__name__ for kind in type(error.orig).__mro__}
        return bool(kinds & _OURS) and sentence(error).startswith(_FAILED)
    if isinstance(error, StatementError | CompileError):
        return True
    return bool({kind.__name__ for kind in type(error).__mro__} & _OURS) and sentence(error).startswith(_FAILED)


def sentence(error: Exception) -> str:
    """Say what is wrong, and what helps, as what follows the name of the store."""
    if isinstance(error, NoConnectionFree):
        return "has no connection left"
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorname", "")
        known = next((text for name, text in _OF_SQLITE.items() if code == name or code.startswith(f"{name}_")), None)
        return known or f"{_FAILED}{code or type(cause).__name__})"
    state = getattr(cause, "sqlstate", None)
    if state:
        return _OF_POSTGRESQL.get(state) or _OF_POSTGRESQL.get(state[:2]) or f"{_FAILED}SQLSTATE {state})"
    if type(cause).__name__ == "OperationalError":
        return next((said for words, said in _ON_CONNECTING.items() if words in str(cause)), _SILENT)
    return f"{_FAILED}{type(cause).__name__})"
