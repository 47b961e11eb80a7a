"""Further files are joined by account, and each of their rows is used or counted, once."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_report import RowResult
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.authoring.exports import CsvRows, JsonRows, ParquetRows, Rows
from nextplay.authoring.keyed_files import KeyedFiles
from nextplay.authoring.keyed_rows import KeyedRows
from nextplay.authoring.keyed_tally import FileTally
from nextplay.snapshot import read_snapshot

TICKETS: dict[str, Any] = {
    "account_id": "acc",
    "rows": "tickets",
    "fields": {"ticket_id": "id", "opened_at": "opened", "resolved_at": "closed", "priority": "prio"},
}
TICKET_HEADER = "acc,id,opened,closed,prio"


def joined(
    files: Mapping[str, tuple[dict[str, Any], Sequence[str]]],
    *,
    accounts: Sequence[str] = ("a,2026-03-02", "b,2026-03-02"),
    fields: Mapping[str, Any] | None = None,
) -> tuple[list[RowResult], dict[str, FileTally]]:
    """Join CSV files (mapping and lines each) to accounts whose columns are `id` and `day`."""
    written = {name: file for name, (file, _) in files.items()}
    top = {"account_id": "id", "as_of": "day", "fields": fields or {"profile.name": "id"}, "files": written}
    mapping = CsvMapping.model_validate(top)
    indexed = [
        KeyedRows(name, mapping.files[name], CsvRows([f"{line}\n" for line in lines], mapping.files[name]))
        for name, (_, lines) in files.items()
    ]
    keyed = KeyedFiles(indexed)
    export = CsvExport([f"{line}\n" for line in ("id,day", *accounts)], mapping, keyed=keyed)
    results = list(export)
    return results, {told.name: told for told in keyed.tallies()}


def snapshot_of(results: Sequence[RowResult], place: int = 0) -> dict[str, Any]:
    """Return a snapshot that must be there."""
    found = results[place].snapshot
    assert found is not None
    return found


def test_rows_become_items_in_the_order_of_their_dates() -> None:
    """The oldest row stands first, and what was known only after `as_of` is not there: neither rows nor replies."""
    lines = [
        TICKET_HEADER,
        "a,late,2026-02-01T10:00:00Z,2026-03-05,p2",
        "a,early,2025-12-01,2025-12-09,p1",
        "a,after,2026-04-01,,p1",
        "other,x,2026-01-01,,p1",
    ]
    results, told = joined({"tickets": (TICKETS, lines)})
    assert snapshot_of(results)["tickets"] == [
        {
            "ticket_id": "early",
            "opened_at": "2025-12-01T00:00:00Z",
            "resolved_at": "2025-12-09T00:00:00Z",
            "priority": "p1",
        },
        {"ticket_id": "late", "opened_at": "2026-02-01T10:00:00Z", "priority": "p2"},
    ]
    assert told["tickets"].used == 2
    assert told["tickets"].left_out == {
        "is from after `as_of`": 1,
        "is of an account that the accounts do not have": 1,
    }
    assert told["tickets"].later == {"closed": 1}


def test_two_snapshots_of_an_account_each_have_the_rows_of_their_own_day() -> None:
    """A row that is too late for one snapshot and in time for another is used; an earlier day does not know it."""
    lines = [TICKET_HEADER, "a,one,2026-01-15,,p2", "a,two,2026-02-15,,p2"]
    results, told = joined({"tickets": (TICKETS, lines)}, accounts=["a,2026-03-02", "a,2026-02-01"])
    assert [len(snapshot_of(results, place)["tickets"]) for place in (0, 1)] == [2, 1]
    assert (told["tickets"].used, told["tickets"].left_out) == (2, {})


@pytest.mark.parametrize(("complete", "expected"), [(True, []), (False, None)])
def test_a_list_is_known_empty_only_where_the_file_is_complete(complete: bool, expected: object) -> None:  # noqa: FBT001  a case of the table
    """An account without a row has no tickets if the file holds all of them; otherwise nobody knows."""
    results, _ = joined({"tickets": (TICKETS | {"complete": complete}, [TICKET_HEADER, "a,1,2026-01-01,,"])})
    assert snapshot_of(results, 1).get("tickets") == expected


def test_a_broken_row_keeps_a_list_from_being_known_empty() -> None:
    """Where an account has a row that cannot be read, nobody may say that it has none."""
    lines = [TICKET_HEADER, "a,1,yesterday,,p1"]
    results, told = joined({"tickets": (TICKETS | {"complete": True}, lines)})
    assert "tickets" not in snapshot_of(results)
    assert told["tickets"].broken == 1
    assert str(results[0].problems[0]).startswith("file `tickets`, row 2, column `opened`: is not a date")


def test_the_newest_row_gives_the_fields() -> None:
    """One row is picked by its date; the others are counted, and a row from after `as_of` is no choice."""
    contract = {
        "account_id": "acc",
        "pick": "newest",
        "by": "start",
        "dated": "made",
        "fields": {"contract.seats": "seats", "contract.started_on": "start"},
    }
    lines = [
        "acc,start,made,seats",
        "a,2025-01-01,2024-12-01,5",
        "a,2026-01-01,2025-12-01,7",
        "a,2026-09-01,2026-08-01,9",
    ]
    results, told = joined({"contract": (contract, lines)})
    assert snapshot_of(results)["contract"] == {"seats": 7, "started_on": "2026-01-01"}
    assert told["contract"].left_out == {"is from after `as_of`": 1, "is not the row that `pick` takes": 1}


def test_several_rows_without_pick_give_nothing_and_are_counted() -> None:
    """Which of two rows counts is never guessed."""
    contract = {"account_id": "acc", "as_exported": True, "fields": {"contract.seats": "seats"}}
    results, told = joined({"contract": (contract, ["acc,seats", "a,5", "a,6", "b,7"])})
    assert "contract" not in snapshot_of(results)
    assert snapshot_of(results, 1)["contract"] == {"seats": 7}
    assert told["contract"].left_out == {"is one of several of its account; say which one under `pick`": 2}


def test_a_picked_field_that_contradicts_others_is_named_with_its_file() -> None:
    """The place in the report is the cell of the further file, not the row of the account."""
    contact = {
        "account_id": "acc",
        "as_exported": True,
        "fields": {"usage.last_active_on": "day"},
    }
    results, _ = joined({"contact": (contact, ["acc,day", "b,2026-01-01", "a,2026-12-24"])})
    (problem,) = results[0].problems
    assert (problem.file, problem.row, problem.column) == ("contact", 3, "day")


def test_where_lets_only_the_named_words_through() -> None:
    """Rows with another word are counted as left out on purpose."""
    lines = [TICKET_HEADER, "a,1,2026-01-01,,p1", "a,2,2026-01-01,,p3"]
    results, told = joined({"tickets": (TICKETS | {"where": {"prio": ["p1", "p2"]}}, lines)})
    assert [item["ticket_id"] for item in snapshot_of(results)["tickets"]] == ["1"]
    assert told["tickets"].left_out == {"is left out by `where`": 1}


def test_a_list_takes_the_newest_rows_that_it_has_room_for() -> None:
    """Over the limit the oldest rows stay away, and are counted."""
    events = {"account_id": "acc", "rows": "events", "fields": {"occurred_on": "day", "kind": {"constant": "incident"}}}
    days = [f"a,2025-{month:02}-{day:02}" for month in range(1, 10) for day in range(1, 26)]
    results, told = joined({"events": (events, ["acc,day", *days])})
    items = snapshot_of(results)["events"]
    assert (len(items), items[0]["occurred_on"], items[-1]["occurred_on"]) == (200, "2025-02-01", "2025-09-25")
    assert told["events"].left_out == {"is older than the rows that the list has room for": 25}


def test_a_week_counts_once_it_is_over() -> None:
    """A week that contains `as_of` would look like a fall in use, and know what comes after."""
    weeks = {"account_id": "acc", "rows": "usage_weekly", "fields": {"week_start": "week", "active_users": "people"}}
    results, _ = joined({"weeks": (weeks, ["acc,week,people", "a,2026-02-23,5", "a,2026-02-16,6", "a,2026-02-16,7"])})
    assert [item["week_start"] for item in snapshot_of(results)["usage_weekly"]] == ["2026-02-16", "2026-02-23"]


def test_what_an_answer_contradicts_is_left_out_of_it() -> None:
    """A score off its scale is left out with its reason; the rest of the row stays."""
    answers = {
        "account_id": "acc",
        "rows": "surveys",
        "fields": {"answered_on": "day", "score": "score", "scale": {"constant": "csat_1_5"}},
    }
    results, _ = joined({"answers": (answers, ["acc,day,score", "a,2026-01-01,9"])})
    assert snapshot_of(results)["surveys"] == [{"answered_on": "2026-01-01", "scale": "csat_1_5"}]
    assert "must be 1 to 5" in results[0].problems[0].message


def test_files_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    """Files that are not given, unknown names and missing columns stand in one report, each with its file."""
    (tmp_path / "t.csv").write_text("acc,opend,ID\n", encoding="utf-8")
    files = {"tickets": TICKETS, "weeks": TICKETS}
    mapping = CsvMapping.model_validate({"account_id": "id", "fields": {"profile.name": "id"}, "files": files})
    with pytest.raises(ExportInvalid) as caught:
        KeyedFiles.read(mapping, {"tickets": tmp_path / "t.csv", "week": tmp_path / "w.csv"})
    assert caught.value.reasons == (
        "the mapping has no file `week`; did you mean `weeks`?",
        (
            "file `tickets`: the export has no column `closed`, which `files.tickets.resolved_at` of the mapping "
            "reads; name another column in the mapping, or take the key out"
        ),
        (
            "file `tickets`: the export has no column `id`, which `files.tickets.ticket_id` of the mapping reads; "
            "did you mean `ID`?"
        ),
        (
            "file `tickets`: the export has no column `opened`, which `files.tickets.opened_at` of the mapping reads; "
            "did you mean `opend`?"
        ),
        (
            "file `tickets`: the export has no column `prio`, which `files.tickets.priority` of the mapping reads; "
            "name another column in the mapping, or take the key out"
        ),
        "file `weeks` is not given: pass --file weeks=FILE, or name its `path` in the mapping",
    )


def test_the_three_forms_of_a_file_say_the_same(tmp_path: Path) -> None:
    """CSV, JSON lines with nested keys, and Parquet give the same rows."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    cells = [["1", "2026-01-01", ""], ["2", "", "true"]]
    mapping = CsvMapping.model_validate({"account_id": "id", "fields": {"profile.name": "id"}})
    columns = ["id", "properties.opened", "properties.done"]
    text = [",".join(columns) + "\n", *(",".join(row) + "\n" for row in cells)]
    lines = [
        orjson.dumps({"id": 1, "properties": {"opened": "2026-01-01", "done": None}}),
        orjson.dumps({"id": "2", "properties": {"done": True}}),
    ]
    table = {columns[0]: ["1", "2"], columns[1]: ["2026-01-01", None], columns[2]: [None, True]}
    parquet.write_table(pa.table(table), tmp_path / "t.parquet")
    forms: list[Rows] = [CsvRows(text, mapping), JsonRows(lines, columns), ParquetRows(tmp_path / "t.parquet")]
    assert [[row for _, row in form] for form in forms] == [cells, cells, cells]


def test_a_line_that_is_no_object_is_told() -> None:
    """JSON lines may begin with a byte order mark and hold blank lines; what is no object is a broken row."""
    rows = JsonRows([b'\xef\xbb\xbf{"id": "a", "x": {"y": [{"z": 5}]}}\n', b"\n", b"[1]\n", b"{\n"], ["id", "x.y.0.z"])
    assert list(rows) == [(1, ["a", "5"]), (3, None), (4, None)]
    assert rows.unread({"id"}) == ("x.y.0.z",)


DAYS = st.dates(min_value=date(2025, 6, 1), max_value=date(2026, 6, 1))
TICKET = st.fixed_dictionaries(
    {"acc": st.sampled_from("abx"), "opened": st.one_of(st.none(), DAYS), "closed": st.one_of(st.none(), DAYS)},
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TICKET, max_size=25), st.randoms(use_true_random=False))
def test_a_join_is_what_a_nested_document_says(tickets: list[dict[str, Any]], shuffle: random.Random) -> None:
    """Joined lists equal those of one wide document; shuffled lines change nothing; each row is counted once."""
    numbered = [ticket | {"id": str(place)} for place, ticket in enumerate(tickets)]
    lines = [f"{row['acc']},{row['id']},{row['opened'] or ''},{row['closed'] or ''},p2" for row in numbered]
    results, told = joined({"tickets": (TICKETS, [TICKET_HEADER, *lines])})
    shuffle.shuffle(lines)
    again, told_again = joined({"tickets": (TICKETS, [TICKET_HEADER, *lines])})
    assert [row.snapshot for row in results] == [row.snapshot for row in again]
    assert (told["tickets"].used, told["tickets"].left_out) == (
        told_again["tickets"].used,
        told_again["tickets"].left_out,
    )
    assert told["tickets"].rows == told["tickets"].used + sum(told["tickets"].left_out.values())
    for place, account in enumerate("ab"):
        mine = [row for row in numbered if row["acc"] == account and str(row["opened"] or "9") <= "2026-03-02"]
        expected = {
            row["id"]: {
                "ticket_id": row["id"],
                "opened_at": f"{row['opened']}T00:00:00Z",
                "priority": "p2",
                **({"resolved_at": f"{row['closed']}T00:00:00Z"} if str(row["closed"] or "9") <= "2026-03-02" else {}),
            }
            for row in mine
        }
        found = snapshot_of(results, place).get("tickets", [])
        assert {item["ticket_id"]: item for item in found} == expected
        assert [item["opened_at"] for item in found] == sorted(item["opened_at"] for item in found)
        read_snapshot(snapshot_of(results, place))
