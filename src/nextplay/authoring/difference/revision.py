"""The rule files of one side: a folder, or a revision of a folder in git."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from nextplay.errors import Fault, NextplayError, RulebookInvalid
from nextplay.rules.source import LARGEST_FILE_BYTES, read_rulebook_folder, without_tests

RULES: Final = Path("rules")
_BOOK: Final = "rulebook.yaml"
_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_FATAL: Final = re.compile(r"^fatal: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Rule files and where they are from, as it was asked for. `commit` is the commit of a revision."""

    name: str
    files: Mapping[str, bytes]
    commit: str | None = None


def read_rules(asked: str, *, beside: str | None = None) -> RuleFiles:
    """Read a folder, a revision and its folder (`HEAD~1:rules`), or a revision alone (`main`).

    A revision alone is that of the folder `beside`, or of `rules`. Raises `NextplayError` where there is no such thing
    or git cannot be run, `RulebookInvalid` for what is no rulebook.
    """
    if Path(asked).is_dir():
        files = read_rulebook_folder(Path(asked))
        if _BOOK not in files:
            raise _no_rulebook(asked, "name the folder of a rulebook")
        return RuleFiles(asked, without_tests(files))
    revision, colon, path = asked.partition(":")
    if not revision or revision.startswith("-"):
        raise _refused(asked, "is neither a folder nor a git revision")
    folder = Path(beside) if beside is not None and Path(beside).is_dir() else RULES
    where = Path() if colon else folder.parent
    commit = _git(where, asked, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    tree = f"{revision}:{path}" if colon else f"{revision}:./{folder.name}"
    files = _archived(_git(where, asked, "archive", "--format=tar", tree))
    if _BOOK not in files:
        raise _no_rulebook(asked, f"name the folder in that revision as `{revision}:FOLDER`")
    return RuleFiles(asked, without_tests(files), commit.decode().strip())


def _git(where: Path, asked: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=where, capture_output=True, check=False)  # noqa: S603, S607  the user's own git
    except OSError as error:
        raise NextplayError(
            f"git cannot be run ({(error.strerror or 'not found').lower()}); name two folders"
        ) from None
    if done.returncode == 0:
        return done.stdout
    said = _FATAL.sub("", done.stderr.decode(errors="replace")).strip().splitlines()
    reason = f" (git says: {said[0].lower()})" if said else ""
    raise _refused(asked, f"is neither a folder nor a revision that git knows here{reason}")


def _archived(tar: bytes) -> dict[str, bytes]:
    """Read the rule files of an archive, as `read_rulebook_folder` reads those of a folder."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            hidden = path.parts[:1] == ("schema",) or any(part.startswith(".") for part in path.parts)
            file = archive.extractfile(member) if member.isfile() and path.suffix in _SUFFIXES and not hidden else None
            if file is not None:
                found[path.as_posix()] = file.read(LARGEST_FILE_BYTES + 1)
    return dict(sorted(found.items()))


def _refused(asked: str, reason: str) -> NextplayError:
    return NextplayError(f"`{asked}`: {reason}")


def _no_rulebook(asked: str, remedy: str) -> RulebookInvalid:
    return RulebookInvalid([Fault(_BOOK, 1, 1, "missing-file", f"`{asked}` does not hold this file", hint=remedy)])
