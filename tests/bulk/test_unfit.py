"""What neither Python nor JSON can read is refused by its place, and its neighbours are decided as ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.unfit import unfit_rows
from nextplay.decider import Decider
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder, without_tests

ROOT = Path(__file__).parents[2]
PLAIN = BulkOptions()
AT = 1_772_442_000
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
INFINITY = 2**63 - 1
BEYOND = "is beyond the years 1 to 9999; send a day of the calendar, or null for unknown"


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Return what is shipped."""
    found = load_release(without_tests(read_rulebook_folder(ROOT / "rules")), ROOT / "models", inference="python")
    yield found
    found.close()


def broken_text(*parts: bytes) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return a column of texts whose bytes nobody has looked at."""
    return pa.array(parts, pa.binary()).view(pa.string())


def book(**columns: Any) -> pa.RecordBatch:  # noqa: ANN401  pyarrow is not typed
    """Return three accounts, with columns that differ."""
    plain = {"account_id": pa.array(["a", "b", "c"]), "as_of": pa.array([AT * 10**6] * 3, pa.timestamp("us", "UTC"))}
    return pa.record_batch(plain | columns)


def instants(*values: int | None, unit: str = "us") -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return a column of instants."""
    return pa.array(values, pa.timestamp(unit, "UTC"))


def nested(field: str, column: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return a column of structs with one field."""
    return pa.StructArray.from_arrays([column], [field])


def listed(column: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return a column of lists: none, all but the last value, the last."""
    return pa.ListArray.from_arrays([0, 0, len(column) - 1, len(column)], column)


DAYS = pa.array([20_500, 2**31 - 1, None], pa.date32())
TICKETS = pa.StructArray.from_arrays(
    [pa.array(["1", "2", "3"]), instants(AT * 10**6, INFINITY, None)], ["ticket_id", "resolved_at"]
)


@pytest.mark.parametrize(
    ("columns", "row", "reason"),
    [
        ({"as_of": instants(AT * 10**6, INFINITY, AT * 10**6)}, 1, f"as_of: {BEYOND}"),
        ({"contract": nested("renewal_on", DAYS)}, 1, f"contract.renewal_on: {BEYOND}"),
        ({"contract": nested("renewal_on", DAYS.dictionary_encode())}, 1, f"contract.renewal_on: {BEYOND}"),
        ({"tickets": listed(TICKETS)}, 1, f"tickets[1].resolved_at: {BEYOND}"),
        ({"account_id": broken_text(b"a", b"\xff", b"c")}, 1, "account_id: must be UTF-8"),
        (
            {"profile": nested("segment", broken_text(b"smb", b"smb", b"\xc3"))},
            2,
            "profile.segment: must be UTF-8",
        ),
        (
            {"snapshot": broken_text(b'{"account_id": "a", "as_of": "2026-03-02T09:00:00Z"}', b'{"\xff', b"{}")},
            1,
            "snapshot: must be UTF-8",
        ),
    ],
    ids=["an account's instant", "a group's day", "packed days", "an entry's instant", "an id", "a word", "JSON text"],
)
def test_what_nobody_can_read_is_refused_by_its_place(
    release: Release, columns: dict[str, Any], row: int, reason: str
) -> None:
    """The row says where; the others are decided as they are alone."""
    batch, decider = book(**columns), Decider(release)
    found = decide_arrow(batch, decider, options=PLAIN).to_pylist()
    assert found[row]["refused"] == reason
    others = [place for place in range(3) if place != row]
    alone = [decide_arrow(batch.take(pa.array([place])), decider, options=PLAIN).to_pylist()[0] for place in others]
    assert [found[place] for place in others] == alone


def test_an_id_that_can_be_read_is_told(release: Release) -> None:
    """Whoever mends the row finds it by its account."""
    batch = book(contract=nested("renewal_on", DAYS))
    assert [row["account_id"] for row in decide_arrow(batch, Decider(release), options=PLAIN).to_pylist()] == [*"abc"]


@given(
    unit=st.sampled_from(sorted(UNITS)),
    seconds=st.lists(st.one_of(st.none(), st.integers(-(2**34), 2**38)), min_size=1, max_size=5),
)
def test_a_year_that_calendars_count_is_fit(unit: str, seconds: list[int | None]) -> None:
    """Exactly the instants from year 1 to 9999 are, in any unit that can hold them."""
    fitting = [one for one in seconds if one is None or -(2**63) <= one * UNITS[unit] < 2**63]
    column = instants(*(None if one is None else one * UNITS[unit] for one in fitting), unit=unit)
    beyond = {
        place for place, one in enumerate(fitting) if one is not None and not -62_135_596_800 <= one < 253_402_300_800
    }
    assert set(unfit_rows(pa.record_batch({"as_of": column}))) == beyond


def test_the_first_and_the_last_day_are_fit() -> None:
    """And those beside them are not."""
    days = pa.record_batch({"day": pa.array([-719_163, -719_162, 2_932_896, 2_932_897], pa.date32())})
    assert set(unfit_rows(days)) == {0, 3}


def test_map_keys_and_values_are_looked_at() -> None:
    """Free fields come as maps too."""
    maps = pa.array([[("day", 1)], [("day", INFINITY)]], pa.map_(pa.string(), pa.timestamp("us", "UTC")))
    (unfit,) = unfit_rows(pa.record_batch({"attributes": maps})).values()
    assert [violation.path for violation in unfit.error.violations] == ["attributes[0].value"]
