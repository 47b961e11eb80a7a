"""What is read without pydantic is what pydantic reads, and nothing that it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from nextplay.snapshot import CustomerSnapshot
from nextplay.snapshot.plain_reading import IN_DOUBT, reader_of

ADAPTER: Final = TypeAdapter(CustomerSnapshot)
READ: Final = reader_of(ADAPTER.core_schema)
EXAMPLES: Final = [
    {name: value for name, value in json.loads(path.read_text()).items() if name != "known_empty"}
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


def _by_pydantic(document: dict[str, Any]) -> CustomerSnapshot:
    """Validate as `read_snapshot` does: `None` is absent at the top and under free names."""
    draft = {name: value for name, value in document.items() if value is not None}
    for name in ("attributes", "team"):
        if isinstance(draft.get(name), dict):
            draft[name] = {key: value for key, value in draft[name].items() if value is not None}
    return ADAPTER.validate_python(draft)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["account_id"]))
def test_every_sound_example_is_read_without_pydantic(example: dict[str, Any]) -> None:
    """Where nothing is odd there is no doubt, and what comes out is equal, types included."""
    document = example | ROWS
    assert repr(READ(document)) == repr(_by_pydantic(document))
    assert READ(document) == _by_pydantic(document)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_changed_is_read_as_pydantic_reads_it_or_left_to_it(seed: int) -> None:
    """A document bent in some places is either in doubt or becomes the snapshot that pydantic makes of it."""
    rng = Random(seed)  # noqa: S311  no secret
    document = json.loads(json.dumps(rng.choice(EXAMPLES) | ROWS))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        place, key = rng.choice(_places(document))
        chance = rng.random()
        if chance < 0.1 and isinstance(place, dict):
            place["odd"] = rng.choice(ODD)
        elif chance < 0.2 and isinstance(place, dict):
            place.pop(key)
        else:
            place[key] = rng.choice(ODD)
    try:
        found = READ(document)
    except IN_DOUBT:
        return
    try:
        assert repr(found) == repr(_by_pydantic(document))
    except ValidationError:
        pytest.fail("pydantic refuses what was taken")
