"""Where in the files a rule, one of its keys, or a part of a condition stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nextplay.rules.fault_log import LONGEST_EXCERPT, FaultLog
from nextplay.rules.rulebook import Place
from nextplay.rules.source import ListNode, MapNode, Node, ScalarNode, parse_source

Path = tuple[int, ...]
"""From a condition down to a part of it: which child at every level; under a `not` it is 0."""
_FOLDERS: Final = ("signals", "gaps", "plays")


class RulePlaces:
    """The nodes of a rulebook's files by the ids of its rules. The files have been parsed before and are remembered."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._lines: dict[str, Sequence[str]] = {}
        self._log = FaultLog()
        self._rules: dict[tuple[str, str], MapNode] = {}
        self._book: Node | None = None
        for path, raw in sorted(files.items()):
            folder = path.split("/")[0]
            if folder not in _FOLDERS and path != "rulebook.yaml":
                continue
            node = parse_source(path, raw, FaultLog())
            self._lines[path] = self._log.add_source(path, raw.decode("utf-8", errors="replace"))
            if folder in _FOLDERS:
                self._index(folder, node)
            else:
                self._book = node

    def key(self, folder: str, rule: str, *keys: str) -> Place | None:
        """Return where the value under a key of a rule stands; `None` where it was not written."""
        node = self._under(folder, rule, keys)
        return None if node is None else node.place

    def part(self, folder: str, rule: str, keys: Sequence[str], path: Path) -> Place | None:
        """Return where a part of a condition stands, or as near to it as the file tells."""
        node = self._under(folder, rule, keys)
        place = None if node is None else node.place
        for step in path:
            children = _children(node)
            if step >= len(children):
                break
            node = children[step]
            place = node.place
        return place

    def find(self, place: Place, text: str) -> Place:
        """Return where a text stands, from `place` on and not far below; else `place` itself."""
        return self._log.find(place, text)

    def excerpt(self, place: Place) -> str:
        """Return the line of the file, empty where it is too long to be shown."""
        lines = self._lines.get(place.path, ())
        line = lines[place.line - 1].rstrip() if place.line <= len(lines) else ""
        return line if len(line) <= LONGEST_EXCERPT and line.isprintable() else ""

    def _index(self, folder: str, node: Node | None) -> None:
        for item in node.items if isinstance(node, ListNode) else ():
            named = item.find("id") if isinstance(item, MapNode) else None
            if isinstance(item, MapNode) and isinstance(named, ScalarNode):
                self._rules[folder, named.text] = item

    def _under(self, folder: str, rule: str, keys: Sequence[str]) -> Node | None:
        node = self._book if folder == "rulebook" else self._rules.get((folder, rule))
        for key in keys:
            if isinstance(node, ListNode):
                node = node.items[int(key)] if key.isdigit() and int(key) < len(node.items) else None
            else:
                node = node.find(key) if isinstance(node, MapNode) else None
        return node


def _children(node: Node | None) -> tuple[Node, ...]:
    """Return the parts of a condition as they are written: a list alone is `any`."""
    if isinstance(node, ListNode):
        return node.items
    if isinstance(node, MapNode):
        for key in ("all", "any"):
            group = node.find(key)
            if group is not None:
                return group.items if isinstance(group, ListNode) else (group,)
        negated = node.find("not")
        return () if negated is None else (negated,)
    return ()
