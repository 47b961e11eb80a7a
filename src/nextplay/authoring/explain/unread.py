"""What was sent and not read: words that are not known here, and the scores that say nothing without them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nextplay.snapshot import InputWarning

Unread = Mapping[str, object]
"""Path of a field → what was sent there."""
_SCORED: Final = re.compile(r"(surveys\[\d+\])\.(?:kind|scale)")
_PLACE: Final = re.compile(r"\[\d+\]")


def unread_of(document: Mapping[str, Any], warnings: Iterable[InputWarning]) -> dict[str, object]:
    """Return the fields of a snapshot's document that the warnings name, and the scores that go with them."""
    found: dict[str, object] = {}
    for warning in warnings:
        scored = _SCORED.fullmatch(warning.path)
        for path in (warning.path, f"{scored[1]}.score") if scored else (warning.path,):
            sent = _at(document, path)
            if isinstance(sent, str | int | float):
                found[path] = sent
    return found


def read_of(path: str) -> str:
    """Return the path of a field without the places of its rows, as facts name what they read."""
    return _PLACE.sub("", path)


def _at(document: object, path: str) -> object:
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list | tuple) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document
