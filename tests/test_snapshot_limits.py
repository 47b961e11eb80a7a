"""The edges of what a snapshot takes: full lists, the calendar's ends, raw lists, and documents bent out of shape."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.errors import InputInvalid
from nextplay.facts import Vocabulary
from nextplay.snapshot import MAX_RAW_ROWS, MAX_ROWS, read_snapshot

YEARS: Final = "as_of: must lie in the years 1970 to 2200"
VOCABULARY: Final = Vocabulary.of()
EVERY_FACT: Final = VOCABULARY.plan(VOCABULARY.specs)
CONFIDED: Final = "Żelazna Tajemnica 4711"
FULL: Final[dict[str, Any]] = {
    "account_id": "a-1",
    "as_of": "2026-03-02T09:00:00Z",
    "profile": {"segment": "smb"},
    "contract": {"renewal_on": "2026-07-01", "auto_renew": True, "auto_renew_cancelled_on": "2026-01-10"},
    "usage": {"active_users_28d": 3, "last_active_on": "2026-03-01"},
    "surveys": [{"kind": "nps", "scale": "nps_0_10", "score": 3, "answered_on": "2026-02-01", "drivers": ["price"]}],
    "touchpoints": [{"name": "support", "expectation": "below"}],
    "objectives": [{"objective_id": "o", "starts_on": "2025-01-01", "due_on": "2026-04-01", "target": 2, "current": 1}],
    "events": [{"kind": "incident", "occurred_on": "2026-02-01"}],
    "history": [{"kind": "contacted", "at": "2026-02-01T09:00:00Z", "channel": "email"}],
    "tickets": [{"kind": "defect", "opened_at": "2026-02-01T09:00:00Z"}],
    "usage_weekly": [{"week_start": "2026-02-01"}],
    "interactions": [{"direction": "ours"}],
    "attributes": {"plan": "x"},
    "known_empty": [],
}
ODD: Final[tuple[Any, ...]] = (
    CONFIDED, "", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    None, True, -1, 0.5, 10**400, float("nan"), [], {}, [[]], {"": {}}, ["price"] * 9, [CONFIDED] * 9,
)  # fmt: skip


def _raw(**fields: object) -> dict[str, Any]:
    return {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", **fields}


def _violations(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(InputInvalid) as caught:
        read_snapshot(raw)
    return [str(violation) for violation in caught.value.violations]


@pytest.mark.parametrize(
    ("name", "good", "unseen"),
    [
        ("surveys", {"kind": "nps"}, {"kind": CONFIDED}),
        ("surveys", {"kind": "nps"}, {"drivers": [CONFIDED]}),
        ("touchpoints", {"expectation": "met"}, {"name": CONFIDED}),
        ("objectives", {}, {"status": CONFIDED}),
        ("events", {"kind": "incident"}, {"kind": CONFIDED}),
        ("tickets", {}, {"kind": CONFIDED}),
        ("interactions", {}, {"direction": CONFIDED}),
    ],
)
def test_an_unseen_word_in_a_list_that_is_full(name: str, good: dict[str, Any], unseen: dict[str, Any]) -> None:
    """The limit counts every row that was sent: a full list is read, one row more is refused, seen words or not."""
    most = MAX_RAW_ROWS if name in {"tickets", "interactions"} else MAX_ROWS
    reading = read_snapshot(_raw(**{name: [good] * (most - 1) + [unseen]}))
    assert any(warning.path.startswith(f"{name}[{most - 1}].") for warning in reading.input_warnings)
    assert _violations(_raw(**{name: [good] * most + [unseen]})) == [f"{name}: must have at most {most} entries"]


def test_drivers_beside_unseen_ones_keep_their_limit() -> None:
    """Nine known reasons are too many, whatever else stands beside them, and eight are not."""
    reading = read_snapshot(_raw(surveys=[{"drivers": [CONFIDED, *["price"] * 8]}]))
    assert reading.snapshot.surveys is not None
    assert reading.snapshot.surveys[0].drivers == ("price",) * 8
    assert _violations(_raw(surveys=[{"drivers": [CONFIDED, *["price"] * 9]}])) == [
        "surveys[0].drivers: must have at most 8 entries"
    ]


def test_a_touchpoint_of_ones_own_beside_all_known_ones() -> None:
    """A sender with more places of contact than there are words can send them all; the unseen ones are named."""
    names = [*FULL["touchpoints"], *({"name": f"kiosk {number}"} for number in range(20))]
    reading = read_snapshot(_raw(touchpoints=names))
    assert reading.snapshot.touchpoints is not None
    assert len(reading.snapshot.touchpoints) == 21
    assert len(reading.input_warnings) == 20


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z"])
def test_an_instant_outside_of_the_years_that_accounts_live_in(as_of: str) -> None:
    """`as_of` is refused where dates reckoned from it could leave the calendar."""
    assert _violations(_raw() | {"as_of": as_of}) == [YEARS]
    assert _violations(_raw() | {"as_of": "9999-12-31T23:59:59Z"}) == [YEARS]


@pytest.mark.parametrize("as_of", ["1970-01-01T00:00:00Z", "2200-12-31T23:59:59Z"])
def test_the_first_and_the_last_day_of_those_years(as_of: str) -> None:
    """Both ends are allowed, and every fact can be read of dates at the ends of the calendar."""
    dates = {"started_on": "0001-01-01", "renewal_on": "9999-12-31", "auto_renew_cancelled_on": "9999-12-31"}
    fields = deepcopy(FULL) | {"as_of": as_of, "contract": dates, "history": []}
    assert EVERY_FACT.read(read_snapshot(fields).snapshot).value("contract.days_to_renewal") == 36_500


def test_raw_lists_are_no_fault() -> None:
    """A raw list that is valid is taken without a word, strictly or not."""
    rows: dict[str, Any] = {"tickets": [{"kind": "defect"}] * 3, "usage_weekly": [{}], "interactions": []}
    for strict in (False, True):
        reading = read_snapshot(_raw(**rows), strict=strict)
        assert reading.input_warnings == ()
        assert EVERY_FACT.read(reading.snapshot).input_warnings == ()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_whatever_is_sent_is_read_or_refused(seed: int) -> None:
    """No document of JSON values raises anything but `InputInvalid`, and neither it nor a warning repeats a value."""
    raw = _bent(Random(seed))  # noqa: S311  nothing is kept secret here
    said: object
    try:
        reading = read_snapshot(raw)
        EVERY_FACT.read(reading.snapshot)
        said = reading.input_warnings
    except InputInvalid as error:
        said = error
    assert CONFIDED not in str(said)


def _bent(random: Random) -> dict[str, Any]:
    """Fill some lists to the brim or over it, then put odd values into a few places."""
    raw = deepcopy(FULL)
    for name, rows in list(raw.items()):
        if isinstance(rows, list) and random.random() < 0.2:
            raw[name] = [deepcopy(row) for row in rows for _ in range(MAX_ROWS + random.randrange(-1, 2))]
    for _ in range(random.randrange(1, 6)):
        place: Any = raw
        key = random.choice([*place])
        while isinstance(place[key], dict | list) and place[key] and random.random() < 0.9:
            place = place[key]
            key = random.choice([*place]) if isinstance(place, dict) else random.randrange(len(place))
        place[key] = random.choice(ODD)
    return raw
