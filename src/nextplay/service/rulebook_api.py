"""What the rulebook service does: tell what serves, check files, load now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from nextplay.errors import Fault, InputInvalid, RulebookInvalid, Violation
from nextplay.rules.compile import compile_rulebook
from nextplay.service.api import MemoryState
from nextplay.service.refusal import NotReady
from nextplay.service.releases import Releases, Serving
from nextplay.service.reloader import Attempt, LoadState, Reloader
from nextplay.service.siblings import Siblings, Standing

MOST_FILES: Final = 500
MOST_FILE_BYTES: Final = 1 << 20
MOST_BYTES: Final = 4 << 20
RELOAD_SECONDS: Final = 5.0
"""How long a reload waits for the other workers."""
TELL_SECONDS: Final = 1.0
"""How long they have to say what they serve."""
_MOST_PATH: Final = 200


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in rule files: every fault and warning, and the hash where they make a rulebook."""

    faults: tuple[Fault, ...]
    rulebook_hash: str | None


class RulebookApi:
    """For strategists and operators. Safe to use from any thread."""

    def __init__(
        self,
        releases: Releases,
        reloader: Reloader,
        memory_state: Callable[[], MemoryState] | None = None,
        *,
        siblings: Siblings | None = None,
    ) -> None:
        """Take what serves, what loads, what tells how the memory is, and the other workers, where there are any."""
        self._releases = releases
        self._reloader = reloader
        self._memory_state = memory_state
        self._siblings = siblings

    def release(self) -> tuple[Serving, LoadState]:
        """Return what serves, and the state of loading. Raises `NotReady`."""
        serving = self._releases.current
        if serving is None:
            raise NotReady
        return serving, self._reloader.state

    def memory(self) -> MemoryState | None:
        """Return how the memory is, `None` where there is none."""
        return self._memory_state() if self._memory_state else None

    def workers(self) -> tuple[Standing, ...]:
        """Return how each worker stands; nothing where there is one process, or one of several does not answer."""
        return self._siblings.ask("tell", seconds=TELL_SECONDS) if self._siblings else ()

    def check(self, files: Sequence[tuple[str, bytes]]) -> Check:
        """Compile rule files (name, content) without serving them. Raises `InputInvalid` beyond the limits."""
        try:
            compiled = compile_rulebook(within_limits(files))
        except RulebookInvalid as error:
            return Check(error.faults, None)
        return Check(compiled.warnings, compiled.rulebook.content_hash)

    def reload(self) -> tuple[Attempt, Serving, tuple[Standing, ...]]:
        """Load from the folders now, also what was refused before; return what serves then, here and in each worker.

        All workers have loaded when this returns; where one needs too long for that, nothing is said of any, and all
        go on. Raises `NotReady`.
        """
        attempt = self._reloader.load(again=True)
        workers = self._siblings.ask("reload", seconds=RELOAD_SECONDS) if self._siblings else ()
        return attempt, self.release()[0], workers


def within_limits(files: Sequence[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Return the files by name. Raises `InputInvalid` beyond the limits of the contract."""
    violations = []
    if not 1 <= len(files) <= MOST_FILES:
        violations.append(Violation("files", f"must hold 1 to {MOST_FILES} files"))
    if sum(len(content) for _, content in files) > MOST_BYTES:
        violations.append(Violation("files", f"must hold at most {MOST_BYTES} bytes together"))
    names: set[str] = set()
    for index, (name, content) in enumerate(files[:MOST_FILES]):
        if not _is_relative(name):
            remedy = "must be a name inside the rulebook folder with forward slashes, such as `gaps/support.yaml`"
            violations.append(Violation(f"files[{index}].path", remedy))
        if name in names:
            violations.append(Violation(f"files[{index}].path", "is there already; send each file once"))
        if len(content) > MOST_FILE_BYTES:
            violations.append(Violation(f"files[{index}].content", f"must have at most {MOST_FILE_BYTES} bytes"))
        names.add(name)
    if violations:
        raise InputInvalid(violations)
    return dict(files)


def _is_relative(name: str) -> bool:
    """Say whether the name stays inside a folder: no absolute path, no `..`, nothing unprintable."""
    if not 1 <= len(name) <= _MOST_PATH or not name.isprintable() or "\\" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name and name != "."
