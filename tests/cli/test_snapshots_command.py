"""`nextplay snapshots from-csv`: an export on the command line, with a full account of what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.console import ROOT, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"
RETAIL = ROOT / "examples" / "online_retail"
EXPORT = "Number;Seats;Renewal;Plan;Zone\nA-1;40;31.12.2026;gold;N\n;5;;;\nA-2;forty;2026-12-31;silver;S\nA-1;41;;;N\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """Write a mapping for the small export."""
    path = tmp_path / "map.yaml"
    path.write_text(
        'delimiter: ";"\naccount_id: Number\nfields:\n  contract.seats: Seats\n'
        '  contract.renewal_on: {column: Renewal, date_format: "%d.%m.%Y"}\nignored: {Plan: not needed}\n',
        encoding="utf-8",
    )
    return path


def test_every_cell_and_row_is_accounted_for(mapping: Path) -> None:
    """Snapshots go to stdout; each cell and row left out is on stderr with its place, and the summary adds them up."""
    ended = nextplay("snapshots", "from-csv", "--mapping", mapping, "--as-of", "2026-03-02", "-", stdin=EXPORT)
    snapshots = [json.loads(text) for text in ended.stdout.splitlines()]
    assert [snapshot["account_id"] for snapshot in snapshots] == ["A-1", "A-2", "A-1"]
    assert "contract" not in snapshots[1]
    assert ended.code == 2
    matches_golden(ended.stderr, GOLDEN / "from_csv_report.txt")


def test_the_report_as_json_lines(mapping: Path) -> None:
    """A program gets each problem as an object, and the summary last."""
    ended = nextplay(
        "snapshots", "from-csv", "--mapping", mapping, "--as-of", "2026-03-02", "--format", "json", "-", stdin=EXPORT
    )
    *problems, last = map(json.loads, ended.stderr.splitlines())
    assert {"row": 3, "dropped": "no account_id"} in problems
    assert [problem["column"] for problem in problems if "column" in problem] == ["Seats", "Renewal"]
    assert (last["summary"]["rows"], last["summary"]["snapshots"]) == (4, 3)


def test_the_shipped_example_becomes_decisions(tmp_path: Path) -> None:
    """The retail excerpt converts without a complaint, and its book can be decided on as it is."""
    book = tmp_path / "book.jsonl"
    ended = nextplay("snapshots", "from-csv", "--mapping", RETAIL / "mapping.yaml", RETAIL / "excerpt.csv", "-o", book)
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "17 rows: 17 snapshots, none dropped\n")
    decided = nextplay("decide", "--format", "json", book)
    assert decided.code == 0
    accounts = [json.loads(text)["account_id"] for text in decided.stdout.splitlines()]
    assert accounts == [json.loads(text)["account_id"] for text in book.read_text(encoding="utf-8").splitlines()]


def test_an_unreadable_cell_is_an_error_only_if_strict(mapping: Path) -> None:
    """A CRM's odd cell must not break its night: exit 0 with a report, exit 2 with --strict."""
    arguments = ("snapshots", "from-csv", "--mapping", mapping, "--as-of", "2026-03-02")
    export = "Number;Seats;Renewal\nA-1;forty;\n"
    assert nextplay(*arguments, "-", stdin=export).code == 0
    assert nextplay(*arguments, "--strict", "-", stdin=export).code == 2


def test_a_wrong_mapping_or_export_is_told_whole(mapping: Path, tmp_path: Path) -> None:
    """Mistakes of the mapping and columns that are missing end with exit 2 and all reasons."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("account_id: a\nfields:\n  contract.seets: b\n  usage.nothing: c\n", encoding="utf-8")
    ended = nextplay("snapshots", "from-csv", "--mapping", wrong, "-")
    assert ended.code == 2
    assert ended.stderr.count("mapping-field") == 2
    ended = nextplay("snapshots", "from-csv", "--mapping", mapping, "-", stdin="Number\n")
    assert ended.code == 2
    assert "no column `Seats`" in ended.stderr
    assert "no column `Renewal`" in ended.stderr
    ended = nextplay("snapshots", "from-csv", "--mapping", mapping, tmp_path / "absent.csv")
    assert ended.code == 1


def test_a_mapping_that_is_not_there() -> None:
    """It ends as any file that is not there; exit 1."""
    ended = nextplay("snapshots", "from-csv", "--mapping", "absent.yaml", "-")
    assert (ended.code, ended.stdout, ended.stderr) == (1, "", "absent.yaml: no such file or directory\n")


@pytest.fixture(name="folder")
def folder_of_exports(tmp_path: Path) -> Path:
    """Write accounts and their tickets as JSON lines, and a mapping that names both."""
    (tmp_path / "a.jsonl").write_text('{"id": "a", "p": {"seats": "5"}}\n{"id": "b"}\n', encoding="utf-8")
    tickets = '{"id": "1", "of": ["a"], "at": "2026-01-01"}\n{"id": "2", "at": "2026-01-01"}\n'
    (tmp_path / "t.jsonl").write_text(tickets, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        "path: a.jsonl\naccount_id: id\nfields: {contract.seats: p.seats}\nfiles:\n  tickets:\n    path: t.jsonl\n"
        "    account_id: of.0\n    rows: tickets\n    complete: true\n    fields: {ticket_id: id, opened_at: at}\n",
        encoding="utf-8",
    )
    return tmp_path


def test_one_mapping_or_one_folder_is_enough(folder: Path, tmp_path: Path) -> None:
    """The files lie beside the mapping, or in the folder that is named, or where --file says: all give the same."""
    arguments = ("snapshots", "from-csv", "--mapping", folder / "map.yaml", "--as-of", "2026-03-02")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("a.jsonl", "t.jsonl"):
        (moved / name).write_bytes((folder / name).read_bytes())
    beside = nextplay(*arguments)
    assert [json.loads(line).get("tickets") for line in beside.stdout.splitlines()] == [
        [{"ticket_id": "1", "opened_at": "2026-01-01T00:00:00Z"}],
        [],
    ]
    assert "file `tickets`: 2 rows: 1 used\n  left out 1 row: has no account_id (row 2)\n" in beside.stderr
    assert nextplay(*arguments, moved).stdout == beside.stdout
    assert nextplay(*arguments, folder / "a.jsonl", "--file", f"tickets={moved / 't.jsonl'}").stdout == beside.stdout


def test_broken_rows_of_further_files_are_errors_only_if_strict(folder: Path) -> None:
    """A ticket without an account is counted; with --strict it ends with 2."""
    arguments = ("snapshots", "from-csv", "--mapping", folder / "map.yaml", "--as-of", "2026-03-02")
    assert nextplay(*arguments).code == 0
    assert nextplay(*arguments, "--strict").code == 2


def test_a_complete_file_without_a_row_is_told(folder: Path) -> None:
    """An export that failed says of every account that it has no tickets: that is said, and --strict ends with 2."""
    (folder / "t.csv").write_text("id,of.0,at\n", encoding="utf-8")
    arguments = ("snapshots", "from-csv", "--mapping", folder / "map.yaml", "--as-of", "2026-03-02")
    file = f"tickets={folder / 't.csv'}"
    ended = nextplay(*arguments, "--file", file)
    assert ended.code == 0
    assert "  has no row at all, and the mapping calls it complete: 2 snapshots say that there are none" in ended.stderr
    assert nextplay(*arguments, "--file", file, "--strict").code == 2


def test_wrong_files_are_told(folder: Path) -> None:
    """A wrong --file, a file that is not there and a mapping without a path end with a sentence each."""
    arguments = ("snapshots", "from-csv", "--mapping", folder / "map.yaml", "--as-of", "2026-03-02")
    assert nextplay(*arguments, "--file", "tickets").code == 2
    absent = nextplay(*arguments, "--file", "tickets=absent.jsonl")
    assert absent.code == 1
    assert "file `tickets` of the mapping: pass --file tickets=..., or correct `files.tickets.path`" in absent.stderr
    assert "no file `ticket`; did you mean `tickets`?" in nextplay(*arguments, "--file", "ticket=x").stderr
    (folder / "map.yaml").write_text("account_id: id\nfields: {contract.seats: p}\n", encoding="utf-8")
    ended = nextplay(*arguments)
    assert ended.code == 2
    assert "give the mapping a `path`" in ended.stderr.replace("\n", " ").replace("│ ", "")
