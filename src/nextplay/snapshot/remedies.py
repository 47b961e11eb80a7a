"""What a sender reads about a field that cannot be taken: its path and what to send instead, never the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic_core import ErrorDetails

from nextplay.errors import Violation

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_FREE_KEYS: Final = ("attributes", "team")
_REMEDIES: Final[Mapping[str, str]] = {
    "bool_type": "must be true or false",
    "dataclass_type": "must be an object",
    "dict_type": "must be an object",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge:.15g}",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le:.15g}",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "model_type": "must be an object",
    "string_pattern_mismatch": "must be three capital letters, as in ISO 4217",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "string_unicode": "must be valid Unicode text",
    "too_long": "must have at most {max_length} entries",
    "tuple_type": "must be a list",
    "unexpected_keyword_argument": "is no field of a snapshot; remove it or correct its name",
}
_OWN: Final = frozenset({"day", "instant", "told", "today"})
"""Types of our own, whose messages say what to send instead."""
_ANY_ATTRIBUTE: Final = "must be a text of at most 200 characters, a finite number, or true or false"


def violations_of(problems: Sequence[ErrorDetails]) -> list[Violation]:
    """Turn what pydantic found into violations, one for each place."""
    found = {path_of(problem["loc"]): remedy_of(problem) for problem in reversed(problems)}
    return [Violation(path, message) for path, message in found.items()]


def path_of(loc: Sequence[int | str]) -> str:
    """Write a place as `surveys[0].score`. A key that is not plain is the sender's content and not repeated."""
    path = ""
    for part in loc[:2] if loc and loc[0] in _FREE_KEYS else loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += ("." if path else "") + shown_key(part)
    return path or "snapshot"


def shown_key(key: object) -> str:
    """Return a key as it may be repeated in a message: plain ones as they are, others as `?`."""
    return key if isinstance(key, str) and _PLAIN.fullmatch(key) else "?"


def remedy_of(problem: ErrorDetails) -> str:
    """Say what to send instead."""
    loc, context = problem["loc"], dict[str, Any](problem.get("ctx", {}))
    if problem["type"] in _OWN:
        return problem["msg"]
    if loc[:1] == ("attributes",) and len(loc) > 1:
        return "must have a name of 1 to 200 characters" if loc[-1] == "[key]" else _ANY_ATTRIBUTE
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("'", "")
    return _REMEDIES.get(problem["type"], "has a form that a snapshot does not know").format(**context)
