"""Where two JSON documents differ: paths alone, because the values may be a customer's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nextplay.canonical import canonical_json


def differing_paths(old: Any, new: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401  JSON has no narrower type
    """Yield the path of each value that differs or stands on one side only, in the order of names and rows.

    `1` and `1.0` differ: what is compared is what is written.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            inner = f"{path}.{name}" if path else name
            if name in old and name in new:
                yield from differing_paths(old[name], new[name], inner)
            else:
                yield inner
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            inner = f"{path}[{index}]"
            if index < len(old) and index < len(new):
                yield from differing_paths(old[index], new[index], inner)
            else:
                yield inner
    elif canonical_json(old) != canonical_json(new):
        yield path
