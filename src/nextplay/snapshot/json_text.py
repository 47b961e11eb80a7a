"""JSON text as a snapshot takes it: one meaning for every text, or a refusal.

Python's own reader takes duplicate keys (the last wins), `NaN` and bottomless nesting; each means trouble later.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot.remedies import shown_key

MAX_DEPTH: Final = 32
"""Levels of objects and lists; a snapshot has four."""
_MOST_DIGITS: Final = 400


def parse_json_snapshot(text: str | bytes) -> dict[str, Any]:
    """Read one JSON object (RFC 8259, UTF-8).

    Raises `InputInvalid` for text that is no JSON object, for duplicate keys, for numbers that are not finite or have
    more than 400 digits, and for nesting over 32 levels.
    """
    try:
        decoded = text if isinstance(text, str) else text.decode()
        document = json.loads(
            decoded, object_pairs_hook=_object, parse_constant=_not_finite, parse_int=_whole, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise _refused("must be UTF-8") from None
    except json.JSONDecodeError as error:
        raise _refused(f"is not valid JSON at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _refused(f"must not nest deeper than {MAX_DEPTH} levels") from None
    if not isinstance(document, dict):
        raise _refused("must be an object")
    if decoded.count("[") + decoded.count("{") > MAX_DEPTH and _is_deep(document):
        raise _refused(f"must not nest deeper than {MAX_DEPTH} levels")
    return document


def _is_deep(document: object) -> bool:
    """Tell whether the nesting goes beyond the limit, one level at a time."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [child for place in level for child in _children(place)]
    return any(isinstance(place, dict | list) for place in level)


def _children(place: object) -> Sequence[object]:
    if isinstance(place, dict):
        return list(place.values())
    return place if isinstance(place, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise _refused(f"has the key `{shown_key(twice)}` twice in one object")
    return found


def _not_finite(_name: str) -> NoReturn:
    raise _refused("must not contain NaN or Infinity: leave an unknown number out")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _refused(f"must not contain numbers of more than {_MOST_DIGITS} digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _refused("must not contain numbers beyond the range of a double")
    return value


def _refused(message: str) -> InputInvalid:
    return InputInvalid([Violation("snapshot", message)])
