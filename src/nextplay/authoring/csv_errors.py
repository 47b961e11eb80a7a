"""What can be wrong with a mapping, or with an export that does not fit it."""

from __future__ import annotations

from collections.abc import Sequence

from nextplay.errors import Fault, NextplayError


class MappingInvalid(NextplayError):
    """A mapping file that cannot be used; carries every fault, sorted by place."""

    def __init__(self, faults: list[Fault]) -> None:
        """Sort by place, so that the same file always gives the same report."""
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__("\n".join(map(str, self.faults)))


class ExportInvalid(NextplayError):
    """An export that cannot be read at all with this mapping; carries one sentence for each reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Keep the reasons in the order of the mapping."""
        self.reasons: tuple[str, ...] = tuple(reasons)
        super().__init__("\n".join(reasons))
