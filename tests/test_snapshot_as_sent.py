"""What is read the short way, as it was sent, is what is read the long way, and nothing that is refused there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.errors import InputInvalid
from nextplay.snapshot import KNOWN_EMPTY, read_snapshot

EXAMPLES: Final[list[dict[str, Any]]] = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "examples" / "snapshots").glob("*.json"))
]
ROWS: Final[dict[str, Any]] = {
    "tickets": [{"ticket_id": "t", "opened_at": "2026-02-01T09:00:00+02:00", "sla_breached": False, "kind": "defect"}],
    "usage_weekly": [{"week_start": "2026-02-02", "active_users": 0, "volume": 3}],
    "interactions": [{"occurred_at": "2026-02-01T09:00:00Z", "direction": "ours", "no_show": True}],
    "history": [{"kind": "snoozed", "at": "2026-02-01T09:00:00Z", "play": "p", "until": "2026-04-01"}],
    "surveys": [{"kind": "nps", "scale": "nps_0_10", "score": 3, "drivers": ["price", "fit"]}],
    "attributes": {"plan": "Żółć", "beta": True, "seats": 3, "share": 0.5, "none": None},
}
ODD: Final[tuple[Any, ...]] = (
    "", "a", "x" * 201, "x" * 501, "EUR", "EUR\n", "\ud800", "2026-03-02", "2026-W10-1", "2026-03-02T09:00:00Z", "smb",
    None, True, False, 0, 1, -1, 1.0, -0.0, 10**9, 10**9 + 1, 10**15, 10**15 + 1, 10**400, 1e15, float("nan"),
    float("inf"), "nps",
    [], {}, (), [{}], ["price"] * 9, {"a": 1}, {"a": None}, {"a": "b"}, {"": "b"}, {str(n): "p" for n in range(101)},
)  # fmt: skip


def _places(document: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401  any JSON value
    """Return every place of a document as what holds it and the key."""
    if not isinstance(document, dict | list):
        return []
    pairs = list(document.items() if isinstance(document, dict) else enumerate(document))
    return [(document, key) for key, _ in pairs] + [place for _, value in pairs for place in _places(value)]


def _outcome(document: Mapping[str, Any]) -> str:
    """Return what comes of reading a document, types included."""
    try:
        return repr(read_snapshot(document))
    except InputInvalid as error:
        return "\n".join(map(str, error.violations))


def _bent(seed: int) -> dict[str, Any]:
    """Return an example that is odd in some places."""
    rng = Random(seed)  # noqa: S311  no secret
    document: dict[str, Any] = json.loads(json.dumps(rng.choice(EXAMPLES) | ROWS))
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        place, key = rng.choice(_places(document))
        chance = rng.random()
        if chance < 0.1 and isinstance(place, dict):
            place["odd"] = rng.choice(ODD)
        elif chance < 0.2 and isinstance(place, dict):
            place.pop(key)
        else:
            place[key] = rng.choice(ODD)
    return document


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_read_as_it_was_sent_is_read_as_by_a_draft(seed: int) -> None:
    """A document bent in some places has the same snapshot, warnings and refusals by the short way as by the long one.

    What is no `dict` goes the long way.
    """
    document = _bent(seed)
    assert _outcome(document) == _outcome(MappingProxyType(document))


@pytest.mark.parametrize("name", KNOWN_EMPTY)
@pytest.mark.parametrize("rows", [set(), frozenset(), iter(()), {}.keys()], ids=lambda rows: type(rows).__name__)
def test_a_list_is_a_list(name: str, rows: object) -> None:
    """Whatever else could be gone through row by row is refused."""
    with pytest.raises(InputInvalid, match="must be a list"):
        read_snapshot(EXAMPLES[0] | {name: rows})
