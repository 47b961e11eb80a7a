"""A mapping file is checked whole: every mistake at once, each with its line and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import matches_golden

from nextplay.authoring.csv_errors import MappingInvalid
from nextplay.authoring.csv_fields import field_of, segments, snapshot_fields
from nextplay.authoring.csv_mapping_file import read_mapping

FOLDER = Path(__file__).parent / "mappings"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_mapping_is_refused_with_all_its_mistakes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole text of the refusal is as recorded: place, code, message, excerpt with caret, hint."""
    monkeypatch.chdir(FOLDER)
    with pytest.raises(MappingInvalid) as caught:
        read_mapping(Path(path.name))
    matches_golden(f"{caught.value}\n", path.with_suffix(".txt"))


def test_a_mapping_that_is_not_there_is_said_to_be_missing() -> None:
    """A file that is not there is told apart from one that cannot be used: commands end with another code."""
    with pytest.raises(FileNotFoundError, match=r"absent\.yaml"):
        read_mapping(FOLDER / "absent.yaml")


def test_a_mapping_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are reported with their line."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"account_id: x\n# gr\xfc\xdfe\n")
    with pytest.raises(MappingInvalid, match=r"latin.yaml:2:1: mapping-file: is not UTF-8"):
        read_mapping(path)


def test_a_huge_mapping_is_refused(tmp_path: Path) -> None:
    """Nobody writes a mapping of over 1 MiB by hand."""
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * 1_100_000)
    with pytest.raises(MappingInvalid, match="over 1 MiB"):
        read_mapping(path)


def test_dates_stay_as_they_were_written(tmp_path: Path) -> None:
    """A constant date reaches its field as text, with its offset."""
    path = tmp_path / "map.yaml"
    path.write_text(
        "account_id: a\nas_of: {constant: 2026-03-01T08:00:00+02:00}\n"
        "fields:\n  contract.started_on: {constant: 2025-01-01}\n",
        encoding="utf-8",
    )
    mapping = read_mapping(path)
    assert mapping.as_of is not None
    assert mapping.as_of.constant == "2026-03-01T08:00:00+02:00"
    assert mapping.fields["contract.started_on"].constant == "2025-01-01"


def test_every_group_of_the_snapshot_can_be_mapped() -> None:
    """The fields are read off the snapshot's own types: top, groups, items of lists, attributes and team."""
    for path in (
        "journey_stage",
        "contract.seats",
        "contract.annual_value",
        "surveys[3].score",
        "attributes.x",
        "team.csm",
    ):
        assert field_of(path) is not None
    for path in ("contract", "surveys[].score", "surveys.score", "contract.nothing", "attributes", "known_empty"):
        assert field_of(path) is None
    kinds = {field.kind for field in snapshot_fields().values()}
    assert kinds == {"text", "word", "whole", "number", "flag", "day", "instant", "money"}


def test_paths_are_split_at_dots_and_indices() -> None:
    """A custom field may have a dot in its name; everything else nests."""
    assert segments("surveys[10].score") == ("surveys", 10, "score")
    assert segments("attributes.a.b") == ("attributes", "a.b")
    assert segments("journey_stage") == ("journey_stage",)
