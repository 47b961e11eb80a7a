"""How far a change of the rules can reach: the gaps and plays that read it, directly or through signals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from nextplay.authoring.difference.rule_changes import RuleChange
from nextplay.authoring.difference.rule_parts import TEXTS
from nextplay.authoring.difference.tally import Reach
from nextplay.rules.condition import FactLeaf, Parameter, SignalLeaf
from nextplay.rules.rulebook import GapRule, Rulebook, Severity, Target

Node = tuple[str, str]
"""The sort of a rule, and its name."""
_COUNTS: Final = "counts."
_ATTRIBUTES: Final = "attributes."
_NOT_READ: Final = TEXTS | {"id", "place", "life", "absorbs"}


class Reaches:
    """Who reads what in two rulebooks together."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        """Index the readers of every parameter, count, custom field, signal and gap."""
        self._readers: dict[Node, set[Node]] = {}
        for rulebook in (old, new):
            for sort, rules in (("signal", rulebook.signals), ("gap", rulebook.gaps), ("play", rulebook.plays)):
                for rule in rules:
                    self._index((sort, rule.id), rule)

    def touched(self, change: RuleChange, reach: Mapping[Reach, int]) -> int | None:
        """Count the accounts that change and whose gaps or plays read what changed; `None` where nothing reads it.

        Such a gap changed itself, or an action changed that answers it; such a play changed, and reads it of its own.
        Texts touch nobody.
        """
        if change.what == "texts":
            return 0
        start: Node = (change.sort, change.rule)
        if change.rule.startswith(_ATTRIBUTES):
            start = ("attribute", change.rule.removeprefix(_ATTRIBUTES))
        if start not in self._readers and change.sort not in {"gap", "play", "signal", "parameter"}:
            return None
        nodes = self._closure(start)
        gaps = {name for sort, name in nodes if sort == "gap"}
        plays = {name for sort, name in nodes if sort == "play"}
        return sum(count for one, count in reach.items() if one.gaps & gaps or one.behind & gaps or one.plays & plays)

    def _index(self, reader: Node, rule: Any) -> None:  # noqa: ANN401  any rule
        for node in _mentioned(rule):
            self._readers.setdefault(node, set()).add(reader)
        if isinstance(rule, GapRule):
            for absorbed in rule.absorbs:
                self._readers.setdefault(reader, set()).add(("gap", absorbed))

    def _closure(self, start: Node) -> set[Node]:
        found, waiting = {start}, [start]
        while waiting:
            for reader in self._readers.get(waiting.pop(), ()):
                if reader not in found:
                    found.add(reader)
                    waiting.append(reader)
        return found


def _mentioned(value: Any) -> Iterator[Node]:  # noqa: ANN401  any part of a rule
    """Name whatever a rule reads. Which gaps an action answers is known account by account, so targets name nothing."""
    match value:
        case Parameter():
            yield "parameter", value.name
            yield from _fact(value.by)
        case FactLeaf():
            yield from _fact(value.fact)
            yield from _mentioned(value.operand)
        case SignalLeaf(signal):
            yield "signal", signal
        case Severity(each=each):
            yield from (("signal", signal) for signal, _ in each)
        case _:
            for part in _parts(value):
                yield from _mentioned(part)


def _parts(value: Any) -> Iterable[Any]:  # noqa: ANN401  any part of a rule
    if isinstance(value, tuple):
        return value
    if isinstance(value, Mapping):
        return value.values()
    if is_dataclass(value) and not isinstance(value, Target):
        return [getattr(value, entry.name) for entry in fields(value) if entry.name not in _NOT_READ]
    return ()


def _fact(name: str) -> Iterator[Node]:
    if name.startswith(_COUNTS):
        yield "count", name.removeprefix(_COUNTS).partition(".")[0]
    elif name.startswith(_ATTRIBUTES):
        yield "attribute", name.removeprefix(_ATTRIBUTES)
