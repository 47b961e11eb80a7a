"""Exports become snapshots, and nothing on the way is lost silently."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.csv_report import RowResult, Tally
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.snapshot import read_snapshot

AS_OF = datetime(2026, 3, 2, tzinfo=UTC)
ANSWERS: dict[str, object] = {
    "surveys[0].score": "nps",
    "surveys[0].scale": {"constant": "nps_0_10"},
    "surveys[1].score": "csat",
    "surveys[1].scale": {"constant": "csat_1_5"},
}


def converted(
    header: str, *rows: str, fields: dict[str, object], as_of: datetime | None = AS_OF, **top: object
) -> list[RowResult]:
    """Convert rows of one export whose account column is `id`."""
    mapping = CsvMapping.model_validate({"account_id": "id", "fields": fields, **top})
    return list(CsvExport([f"{line}\n" for line in (header, *rows)], mapping, as_of=as_of))


def one(cell: str, field: str, source: dict[str, object] | None = None, **top: object) -> tuple[object, str]:
    """Convert a single cell; return the value under its group, and the complaint if there is one."""
    full = {"column": "cell"} | (source or {})
    (result,) = converted("id;cell", f"a;{cell}", fields={field: full}, as_of=AS_OF, delimiter=";", **top)
    assert result.snapshot is not None
    value: object = result.snapshot
    for key in field.replace("[0]", ".0").split("."):
        if isinstance(value, list):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
    return value, result.problems[0].message if result.problems else ""


@pytest.mark.parametrize(
    ("cell", "field", "source", "value"),
    [
        ("12", "contract.seats", None, 12),
        ("12.0", "contract.seats", None, 12),
        (" 12 ", "contract.seats", None, 12),
        ("1e3", "contract.seats", None, 1000),
        ("0.25", "usage.consumption_pace", None, 0.25),
        (".5", "usage.consumption_pace", None, 0.5),
        ("3", "usage.consumption_pace", {"factor": 0.1}, 0.3),
        ("90", "usage.volume_28d", {"factor": "28/90"}, 28.0),
        ("75", "usage.consumption_pace", {"scale": {"from": [0, 100], "to": [0, 2]}}, 1.5),
        ("Yes", "contract.auto_renew", None, True),
        ("nein", "contract.auto_renew", {"words": {"ja": True, "nein": False}}, False),
        ("L", "profile.segment", {"words": {"L": "enterprise"}}, "enterprise"),
        ("smb", "profile.segment", None, "smb"),
        ("2026-02-01", "contract.started_on", None, "2026-02-01"),
        ("01.02.2026", "contract.started_on", {"date_format": "%d.%m.%Y"}, "2026-02-01"),
        ("10", "usage.last_active_on", {"read": "days_ago"}, "2026-02-20"),
        ("30", "contract.renewal_on", {"read": "days_ahead"}, "2026-04-01"),
        ("12347.0", "profile.owner_id", {"drop_suffix": ".0"}, "12347"),
        ("9", "contract.annual_value", {"currency": "EUR", "factor": 12}, {"amount": 108.0, "currency_code": "EUR"}),
        ("gold", "attributes.plan", None, "gold"),
        ("4", "attributes.sites", {"type": "number"}, 4.0),
        ("", "contract.seats", None, None),
        ("n/a", "contract.seats", {"empty": ["n/a"]}, None),
    ],
)  # fmt: skip
def test_a_cell_becomes_the_value_its_mapping_says(
    cell: str, field: str, source: dict[str, object] | None, value: object
) -> None:
    """Numbers, scales, dates, words and money are read as declared, and an empty cell is unknown without complaint."""
    assert one(cell, field, source) == (value, "")


@pytest.mark.parametrize(
    ("cell", "field", "source", "complaint"),
    [
        ("twelve", "contract.seats", None, "is not a number"),
        ("1.5", "contract.seats", None, "is not a whole number"),
        ("-1", "contract.seats", None, "must be greater than or equal to 0"),
        ("nan", "usage.consumption_pace", None, "is not a number"),
        ("1,200", "usage.volume_28d", None, "is not a number"),
        ("٣", "contract.seats", None, "is not a number"),
        ("101", "usage.consumption_pace", {"scale": {"from": [0, 100], "to": [0, 2]}}, "lies outside the scale"),
        ("perhaps", "contract.auto_renew", None, "is neither yes nor no"),
        ("XL", "profile.segment", {"words": {"L": "enterprise"}}, "is a word that `words` does not list"),
        ("large", "profile.segment", None, "is none of enterprise, mid_market, smb"),
        ("31.02.2026", "contract.started_on", {"date_format": "%d.%m.%Y"}, "is not a date of the form"),
        ("-3", "usage.last_active_on", {"read": "days_ago"}, "is not a count of days"),
        ("1.5", "usage.last_active_on", {"read": "days_ago"}, "is not a count of days"),
    ],
)
def test_an_unreadable_cell_is_left_out_with_a_reason_and_no_value(
    cell: str, field: str, source: dict[str, object] | None, complaint: str
) -> None:
    """A cell that cannot be read leaves its field unknown, and its message never quotes it."""
    value, message = one(cell, field, source)
    assert value is None
    assert message.startswith(complaint)
    assert cell not in message


def test_decimal_comma_and_thousands() -> None:
    """A file with German numbers is read with its own signs, and groups of other than three digits are refused."""
    assert one("1.234.567,5", "usage.volume_28d", decimal=",", thousands=".") == (1234567.5, "")
    assert one("1.23", "usage.volume_28d", decimal=",", thousands=".")[1] == "is not a number"


def test_currency_from_a_column() -> None:
    """An amount takes the currency of its row, and without one it is left out."""
    source: dict[str, object] = {"contract.annual_value": {"column": "v", "currency_column": "c"}}
    good, bad = converted("id,v,c", "a,5,EUR", "b,5,", fields=source)
    assert good.snapshot is not None
    assert good.snapshot["contract"]["annual_value"]["currency_code"] == "EUR"
    assert [problem.message for problem in bad.problems] == ["has an amount without a currency"]


def test_an_item_of_a_list_needs_a_cell() -> None:
    """Constants alone make no survey answer: an account without a score gets none."""
    with_both, with_one, with_none = converted("id,nps,csat", "a,9,4", "b,,4", "c,,", fields=ANSWERS)
    assert with_both.snapshot is not None
    nps, csat = {"score": 9.0, "scale": "nps_0_10"}, {"score": 4.0, "scale": "csat_1_5"}
    assert with_both.snapshot["surveys"] == [nps, csat]
    assert with_one.snapshot is not None
    assert with_one.snapshot["surveys"] == [csat]
    assert with_none.snapshot is not None
    assert "surveys" not in with_none.snapshot


def test_an_item_that_the_snapshot_refuses_is_left_out_alone() -> None:
    """A score off its scale costs that answer, told by the column of the mapping, and not the answers beside it."""
    (result,) = converted("id,nps,csat", "a,,9", fields=ANSWERS)
    assert result.snapshot is not None
    assert "surveys" not in result.snapshot
    assert [(problem.column, problem.field) for problem in result.problems] == [("csat", "surveys[1].score")]


def test_rows_without_an_account_are_dropped_and_counted() -> None:
    """Rows without account or with too many cells give no snapshot, and the tally knows each reason."""
    tally = Tally()
    for result in converted("id,seats", ",5", "a,5", "", "b,5,6", "c", fields={"contract.seats": "seats"}):
        tally.add(result)
    assert (tally.rows, tally.snapshots) == (4, 2)
    assert tally.dropped == {"no account_id": 1, "more cells than the header has columns": 1}
    assert tally.cells == {("seats", "is missing: the row ends before it", ""): 1}


def test_rows_count_as_in_a_spreadsheet() -> None:
    """The header is row 1, and blank rows count."""
    results = converted("id,seats", "a,x", "", "b,x", fields={"contract.seats": "seats"})
    assert [problem.row for result in results for problem in result.problems] == [2, 4]


def test_cells_that_contradict_each_other_do_not_cost_the_row() -> None:
    """A date of the past that lies in the future is left out with its column; the rest of the row stays."""
    (result,) = converted(
        "id,seen,seats", "a,2030-01-01,5", fields={"usage.last_active_on": "seen", "contract.seats": "seats"}
    )
    assert result.snapshot is not None
    assert result.snapshot["contract"] == {"seats": 5}
    assert [problem.column for problem in result.problems] == ["seen"]


def test_every_snapshot_can_be_read() -> None:
    """What comes out is what `read_snapshot` takes."""
    (result,) = converted("id,seats", "a,5", fields={"contract.seats": "seats"})
    assert result.snapshot is not None
    assert read_snapshot(result.snapshot).snapshot.contract.seats == 5


def test_as_of_comes_from_its_column_then_from_the_caller() -> None:
    """A row's own instant wins; a row without one takes the caller's, and without that it is dropped."""
    rows = ("id,seats,on", "a,1,2026-01-05", "b,1,")
    own, filled = _with_as_of(rows, AS_OF)
    assert own.snapshot is not None
    assert own.snapshot["as_of"] == "2026-01-05T00:00:00Z"
    assert filled.snapshot is not None
    assert filled.snapshot["as_of"] == "2026-03-02T00:00:00Z"
    assert [result.dropped for result in _with_as_of(rows, None)] == ["", "no as_of"]


def _with_as_of(rows: tuple[str, ...], as_of: datetime | None) -> list[RowResult]:
    mapping = CsvMapping.model_validate({"account_id": "id", "as_of": "on", "fields": {"contract.seats": "seats"}})
    return list(CsvExport([f"{line}\n" for line in rows], mapping, as_of=as_of))


def test_a_header_that_does_not_fit_names_every_column() -> None:
    """All missing and doubled columns are told at once, with a guess at what was meant."""
    fields: dict[str, object] = {"contract.seats": "Seats", "usage.volume_28d": "Volume", "profile.name": "name"}
    with pytest.raises(ExportInvalid) as caught:
        converted("id,Seat,name,name", fields=fields, as_of=None)
    assert caught.value.reasons == (
        "the column `name` stands 2 times in the header; rename one",
        "the export has no column `Seats`, which `contract.seats` of the mapping reads; did you mean `Seat`?",
        (
            "the export has no column `Volume`, which `usage.volume_28d` of the mapping reads; "
            "name another column in the mapping, or take the key out"
        ),
        "nothing says when the export was taken; map `as_of` or pass --as-of",
    )


def test_an_empty_export_is_said_to_be_empty() -> None:
    """No header row is an error of its own."""
    mapping = CsvMapping.model_validate({"account_id": "id", "fields": {"contract.seats": "seats"}})
    with pytest.raises(ExportInvalid, match="the export is empty"):
        CsvExport([], mapping, as_of=AS_OF)


def test_columns_that_nobody_reads_are_named() -> None:
    """A column that is neither read nor ignored is listed, in the order of the file."""
    mapping = CsvMapping.model_validate(
        {"account_id": "id", "fields": {"contract.seats": "seats"}, "ignored": {"label": "the future"}}
    )
    assert CsvExport(["zone,id,seats,label,age\n"], mapping, as_of=AS_OF).unmapped == ("zone", "age")


def test_the_shipped_excerpt_converts_whole() -> None:
    """Every row of the retail excerpt becomes a snapshot without an unreadable cell or an unexplained column."""
    folder = Path(__file__).parents[2] / "examples" / "online_retail"
    with (folder / "excerpt.csv").open(encoding="utf-8", newline="") as lines:
        export = CsvExport(lines, read_mapping(folder / "mapping.yaml"))
        results = list(export)
    assert len(results) <= 20
    assert export.unmapped == ()
    assert all(result.snapshot is not None and not result.problems for result in results)
    assert results[0].snapshot is not None
    assert results[0].snapshot["account_id"].isdigit()


def test_a_count_of_days_that_leaves_the_calendar_is_unreadable() -> None:
    """Days before the first day of the calendar cost the cell, not the export."""
    fields: dict[str, object] = {"usage.last_active_on": {"column": "cell", "read": "days_ago"}}
    (result,) = converted("id;cell", "a;30", fields=fields, as_of=datetime(1, 1, 5, tzinfo=UTC), delimiter=";")
    assert "leads to a day off the calendar" in [problem.message for problem in result.problems]
