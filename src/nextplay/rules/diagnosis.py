"""From gaps to the one diagnosis of the account, and the side to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nextplay.decision import DiagnosisKind, Side
from nextplay.rules.assessment import GapOutcome
from nextplay.rules.outcomes import Judgement
from nextplay.rules.program import Program
from nextplay.rules.rulebook import DiagnosisRules


class Diagnoser:
    """The diagnosis rules of a rulebook over one program."""

    def __init__(self, rules: DiagnosisRules, program: Program) -> None:
        """Compile the conditions of the lead and of health."""
        self._material = rules.material
        self._lead = tuple((line.lead, program.compile(line.when) if line.when else None) for line in rules.lead)
        self._is_healthy = program.compile(rules.healthy_when) if rules.healthy_when else None

    def diagnose(
        self, gaps: Iterable[GapOutcome], judged: Judgement, state: Sequence[Any]
    ) -> tuple[DiagnosisKind, Side | None]:
        """Return the kind and the lead.

        Only gaps of at least material severity count, opportunities never. Where nothing counts, the account is healthy
        only if a plain gap of each kind was ruled out, and what the rulebook asks of a healthy one is true: an empty
        snapshot is never healthy.
        """
        kinds = {gap.kind for gap in gaps if gap.severity >= self._material}
        if "mixed" in kinds or kinds >= {"cx", "cs"}:
            return "mixed", self._leading(state)
        if "cx" in kinds:
            return "cx", "cx"
        if "cs" in kinds:
            return "cs", "cs"
        ruled_out = "undetermined" not in kinds and judged.rules_out(("cx", "cs"))
        if ruled_out and (self._is_healthy is None or self._is_healthy(state)):
            return "none", None
        return "undetermined", None

    def _leading(self, state: Sequence[Any]) -> Side | None:
        """Return the side of the first line that is true; a line without a condition always is."""
        return next((lead for lead, test in self._lead if test is None or test(state)), None)
