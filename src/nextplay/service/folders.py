"""The folders of rules and models: what they hold, read as one state, and when they have changed.

Looking for a change costs one `stat` for each file; content is read only after one.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nextplay.churn.artefact import FILE_NAME, ModelFile
from nextplay.errors import ModelInvalid, NextplayError
from nextplay.release import current_model_folder
from nextplay.rules.source import read_rulebook_folder

_READ_ATTEMPTS: Final = 5
_SETTLING_SECONDS: Final = 1.0
"""Folders that never come to rest are read as they are after this long."""
_YOUNG_SECONDS: Final = 2.0
"""A file changed less than this ago may change again within one tick of the file system's clock."""

Stats = tuple[tuple[str, int, int, int], ...]


class FoldersUnreadable(NextplayError):
    """A folder is missing or cannot be read, or changes faster than it can be read."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What the folders hold at one instant: rule files, model, and the digest of everything (tests, card too)."""

    rules: dict[str, bytes]
    model: ModelFile
    digest: str


@dataclass(frozen=True, slots=True)
class Folders:
    """Where rules and models stand."""

    rules: Path
    models: Path

    def read(self) -> Holding:
        """Read everything as one state.

        Raises `FoldersUnreadable`, and `ModelInvalid` where no model is named or there.
        """
        for _ in range(_READ_ATTEMPTS):
            before = self.stats()
            try:
                holding = self._read()
            except FileNotFoundError:
                continue  # a file went away between its name and its content
            except OSError as error:
                message = f"`{error.filename}` cannot be read; check its permissions"
                raise FoldersUnreadable(message) from error
            if before == self.stats():
                return holding
        message = "the folders of rules and models change faster than they can be read; stop writing to them"
        raise FoldersUnreadable(message)

    def read_rules(self) -> dict[str, bytes]:
        """Read the rules alone. Raises `FoldersUnreadable`."""
        if not self.rules.is_dir():
            message = f"`{self.rules}` is no folder; name the folder that holds rulebook.yaml"
            raise FoldersUnreadable(message)
        return read_rulebook_folder(self.rules)

    def stats(self) -> Stats:
        """Return name, change time, size and inode of every file: equal as long as nothing was written."""
        return tuple(sorted((*_stats_below(self.rules), *_stats_below(self.models))))

    def _read(self) -> Holding:
        rules = self.read_rules()
        model = current_model_folder(self.models)
        parts = {f"rules/{name}": content for name, content in rules.items()}
        parts |= {f"model/{path.name}": path.read_bytes() for path in model.iterdir() if path.is_file()}
        table = parts.get(f"model/{FILE_NAME}")
        if table is None:
            message = f"{model / FILE_NAME}: cannot be read; a model folder holds `{FILE_NAME}`"
            raise ModelInvalid(message)
        parts["model"] = model.name.encode()
        digest = hashlib.sha256()
        for name, content in sorted(parts.items()):
            digest.update(b"%d:%s%d:" % (len(name.encode()), name.encode(), len(content)))
            digest.update(content)
        return Holding(rules, ModelFile(model / FILE_NAME, table), digest.hexdigest())


def _stats_below(folder: Path | str) -> Iterator[tuple[str, int, int, int]]:
    """Yield what `stats` tells of one folder: the watch asks four times a second, so no `Path` is made of anything."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # gone since, or never there: reading tells
    for entry in entries:
        try:
            stat = entry.stat()
        except OSError:
            continue  # gone since, or a link to nowhere: reading tells
        yield entry.path, stat.st_ctime_ns, stat.st_size, stat.st_ino
        if entry.is_dir(follow_symlinks=False):
            yield from _stats_below(entry.path)


@dataclass(slots=True)
class FoldersWatch:
    """Says when the folders are worth reading: they changed, and came to rest since."""

    folders: Folders
    _stats: Stats = ()
    _restless_since: float | None = field(default=None)

    def is_due(self, now: float) -> bool:
        """Look once; `now` is monotonic, in seconds."""
        stats = self.folders.stats()
        if stats != self._stats:
            self._stats = stats
            self._restless_since = now if self._restless_since is None else self._restless_since
            return now - self._restless_since >= _SETTLING_SECONDS
        came_to_rest = self._restless_since is not None
        self._restless_since = None
        return came_to_rest or self._is_young()

    def _is_young(self) -> bool:
        limit = time.time_ns() - int(_YOUNG_SECONDS * 1e9)
        return any(changed > limit for _, changed, _, _ in self._stats)
