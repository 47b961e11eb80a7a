"""The events of sound files, read by libyaml, which is in C: whole rulebooks are read on every start and reload.

libyaml reads YAML 1.1 and words its errors otherwise, so it is asked only about files in which the two versions agree
and nothing is to be complained about. Whatever is unusual is left to `events.py`; a test holds both equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

_UNUSUAL: Final = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff]|^%|^---|^\.\.\.", re.MULTILINE)
"""Characters that breaks, tabs or marks are made of, directives, and the bounds of documents."""


def fast_events(text: str, *, deepest: int, most: int) -> Sequence[Any] | None:
    """Return the events of `text`; `None` where it is for the careful parser to read it.

    That is where libyaml refuses it, where it nests deeper than `deepest` or has more than `most` events, and where it
    has anchors, aliases, tags or values that are missing.
    """
    if _UNUSUAL.search(text):
        return None
    found: list[Any] = []
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > deepest or len(found) >= most or _is_for_the_careful(event):
                return None
            found.append(event)
    except yaml.YAMLError:
        return None
    return found


def _is_for_the_careful(event: Any) -> bool:  # noqa: ANN401  the C parser's events are not typed
    """Find marked nodes, and values that are missing: both are faults, whose place the careful parser tells."""
    if not isinstance(event, yaml.NodeEvent):
        return False
    if event.anchor is not None or getattr(event, "tag", None) is not None:
        return True
    return isinstance(event, yaml.ScalarEvent) and not event.value
