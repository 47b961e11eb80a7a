"""Located nodes as the plain values that they hold."""

from __future__ import annotations

from typing import Any

from nextplay.rules.source import ListNode, MapNode, Node, ScalarNode


def plain(node: Node | None) -> Any:  # noqa: ANN401  any JSON
    """Forget the places."""
    if isinstance(node, MapNode):
        return {entry.key: plain(entry.value) for entry in node.entries}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, ScalarNode) else None
