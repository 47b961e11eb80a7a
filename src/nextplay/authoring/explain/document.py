"""An explanation as JSON values, under the names of its dataclasses; what is absent is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from nextplay.authoring.explain.account import AccountExplanation
from nextplay.authoring.explain.explanation import RuleExplanation


def explanation_document(explanation: RuleExplanation | AccountExplanation) -> dict[str, Any]:
    """Return the JSON shape; the truth of every node stays, `null` is unknown."""
    found: dict[str, Any] = _document(explanation)
    return found


def _document(value: Any) -> Any:  # noqa: ANN401  JSON has no narrower type
    if is_dataclass(value):
        return _present({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _present(value._asdict())
    if isinstance(value, Mapping):
        return {name: _document(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_document(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _document(item) for name, item in values.items() if name == "truth" or item not in (None, "", ())}
