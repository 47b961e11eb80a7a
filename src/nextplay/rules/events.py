"""The events of ruamel.yaml's parser, with a bound on depth that holds before the parser looks ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.scanner import Scanner


class TooDeep(Exception):
    """Nesting over the limit, at `line` and `column` from 1."""

    def __init__(self, mark: Any) -> None:  # noqa: ANN401  ruamel.yaml's marks are not typed
        super().__init__()
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1


class _BoundedScanner(Scanner):
    """Refuses brackets beyond the limit: the scanner's own look-ahead is quadratic in their number."""

    deepest = 0

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803, ANN401  overridden
        if self.flow_level >= self.deepest:
            raise TooDeep(self.reader.get_mark())
        super().fetch_flow_collection_start(TokenClass, to_push)


def read_events(text: str, *, deepest: int) -> Iterator[Any]:
    """Yield the events of `text`; raises `TooDeep` or ruamel.yaml's `YAMLError`."""
    reader = YAML(typ="safe", pure=True)
    reader.Scanner = type("_Scanner", (_BoundedScanner,), {"deepest": deepest})
    depth = 0
    for event in reader.parse(text):
        if isinstance(event, events.CollectionStartEvent):
            depth += 1
            if depth > deepest:
                raise TooDeep(event.start_mark)
        elif isinstance(event, events.CollectionEndEvent):
            depth -= 1
        yield event
