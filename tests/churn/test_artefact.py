"""What a model file must be to be served, and that nothing else gets in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.small_model import SPECS, VERSION, document, loaded, written

from nextplay.churn.artefact import FILE_NAME, artefact_bytes
from nextplay.churn.model import ChurnModel
from nextplay.errors import ModelInvalid

CHAMPION, P1, ACTIVE, LIVE = range(4)


def set_in(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    """Return a change that puts a value at a path of the artefact."""

    def change(spoiled: dict[str, Any]) -> None:
        place: Any = spoiled
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return change


def isotonic(log_odds: list[float], probabilities: list[float]) -> dict[str, Any]:
    """Return a calibrator of points."""
    return {"kind": "isotonic", "log_odds": log_odds, "probabilities": probabilities}


def test_a_sound_artefact_loads(tmp_path: Path) -> None:
    """What the writer writes, the reader takes, with what the file says of itself."""
    model = loaded(tmp_path, document())

    assert (model.version, model.provenance, model.horizon_days) == (VERSION, "synthetic", 90)
    assert model.content_hash.startswith("sha256:")
    assert model.families["usage"] == ("usage.active_ratio", "usage.live")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (set_in("tables", ACTIVE, "thresholds", to=[0.75, 0.5]), "thresholds must rise"),
        (set_in("tables", ACTIVE, "thresholds", to=[0.5, 0.5]), "thresholds must rise"),
        (set_in("tables", ACTIVE, "values", to=[0.5, 0.25]), "2 thresholds need 3 values"),
        (set_in("tables", ACTIVE, "range", to=[3.0, 0.0]), "range must rise"),
        (set_in("tables", ACTIVE, "values", to=[0.25, 0.75, -0.25]), "values go against the sign -1"),
        (set_in("tables", LIVE, "if_true", to=0.5), "values go against the sign -1"),
        (set_in("tables", P1, "sign", to=-1), "sign must be 1, since the fact is declared `lower_is_better`"),
        (set_in("tables", ACTIVE, "sign", to=0), "sign must be -1"),
        (set_in("tables", LIVE, "fact", to="usage.lives"), "tables.usage.lives: is no fact that a model may read"),
        (set_in("tables", ACTIVE, "fact", to="churn.probability"), "is no fact that a model may read"),
        (set_in("tables", LIVE, "fact", to="usage.note"), "is a text, the table is for a flag"),
        (set_in("tables", CHAMPION, "values", to={"present": 0.0}), "needs a value for each of present, left, never"),
        (set_in("tables", CHAMPION, "worsening", to=["present", "left"]), "worsening must name each word once"),
        (set_in("tables", CHAMPION, "worsening", to=["left", "never", "present"]), "values go against `worsening`"),
        (set_in("tables", P1, "missing", to=0.1), "value must be a multiple of 2^-44"),
        (set_in("tables", P1, "values", to=[0.0, 1.0, 32.0]), "value must be a multiple of 2^-44 between -16 and 16"),
        (set_in("tables", P1, "unit", to="days"), "unit is `days`, the fact is declared in ``"),
        (set_in("tables", CHAMPION, "unseen", to=["left"]), "needs a value for each of present, left, never"),
        (set_in("calibrator", to={"kind": "magic"}), "calibrator"),
        (set_in("calibrator", to={"kind": "sigmoid", "slope": -1.0, "intercept": 0.0}), "calibrator.sigmoid.slope"),
        (set_in("calibrator", to=isotonic([0.0, 0.0], [0.1, 0.2])), "calibrator: log_odds must rise"),
        (set_in("calibrator", to=isotonic([0.0, 1.0], [0.2, 0.1])), "calibrator: probabilities must be as many"),
        (set_in("calibrator", to=isotonic([0.0, 1.0], [0.2])), "calibrator: probabilities must be as many"),
        (set_in("training", to=None), "training, reference: must be there exactly where the provenance is not"),
        (set_in("provenance", to="expert"), "training, reference: must be there exactly where"),
        (set_in("reference", "facts", to={}), "reference.facts: must be the facts of the tables"),
        (set_in("reference", "facts", "usage.live", "binned", to=[1.0]), "reference.facts.usage.live: binned must"),
        (set_in("base", to=-2.1), "base must be a multiple of 2^-44"),
        (set_in("bands", 0, "below", to=0.3), "bands: must be low, moderate, high, critical with rising limits"),
        (set_in("bands", 3, "below", to=0.9), "bands: must be"),
        (set_in("tables", P1, "family", to="weather"), "tables.1.number.family"),
        (set_in("tables", P1, "weight", to=1), "tables.1.number.weight: extra inputs are not permitted"),
        (set_in("provenance", to="guess"), "provenance"),
        (set_in("horizon_days", to=True), "horizon_days"),
        (set_in("version", to="small-2"), f"version: is `small-2`, but the folder is named `{VERSION}`"),
        (set_in("golden", to=[]), "golden"),
        (set_in("golden", 0, "log_odds", to=-2.0), "golden.0: the table gives another score than the row says"),
        (set_in("golden", 0, "probability", to=0.125924), "golden.0: the table gives another score"),
        (set_in("golden", 0, "values", to={"usage.lives": True}), "golden.0: the table gives another score"),
    ],
)
def test_an_unsound_artefact_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None], reason: str) -> None:
    """A table that is unsorted, against its sign, not for this vocabulary or wrong about itself is not served."""
    spoiled = document()
    change(spoiled)

    with pytest.raises(ModelInvalid) as refused:
        loaded(tmp_path, spoiled)

    assert reason in str(refused.value)


def test_tables_out_of_order_or_twice_are_refused(tmp_path: Path) -> None:
    """Every fact has one table, at its place."""
    spoiled = document()
    spoiled["tables"].append(spoiled["tables"][0])

    with pytest.raises(ModelInvalid, match="tables: must be sorted by fact, each fact once"):
        loaded(tmp_path, spoiled)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(tmp_path: Path, number: str) -> None:
    """NaN and infinity are JSON to Python, and never a value of a table."""
    content = artefact_bytes(document()).replace(b'"base": -2.0', f'"base": {number}'.encode())

    with pytest.raises(ModelInvalid, match="base: input should be a finite number"):
        loaded(tmp_path, content)


def test_all_reasons_come_at_once(tmp_path: Path) -> None:
    """Three mistakes and a wrong hash are four lines of one error."""
    spoiled = document()
    set_in("tables", P1, "missing", to=0.1)(spoiled)
    set_in("tables", ACTIVE, "thresholds", to=[0.75, 0.5])(spoiled)
    set_in("bands", 3, "below", to=0.9)(spoiled)
    content = artefact_bytes(spoiled).replace(b'"horizon_days": 90', b'"horizon_days": 91')

    with pytest.raises(ModelInvalid) as refused:
        loaded(tmp_path, content)

    reasons = str(refused.value).splitlines()
    assert len(reasons) == 4
    assert all(line.startswith(str(tmp_path / VERSION / FILE_NAME)) for line in reasons)


@settings(max_examples=200)
@given(st.data())
def test_no_flipped_bit_is_served(data: st.DataObject) -> None:
    """Whichever bit of the file flips, the file is refused: no byte lies outside the hash."""
    content = bytearray(artefact_bytes(document()))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))

    with tempfile.TemporaryDirectory() as folder, pytest.raises(ModelInvalid):
        loaded(Path(folder), bytes(content))


def test_another_spelling_of_the_same_content_is_refused(tmp_path: Path) -> None:
    """A file that says the same with other blanks was not made by the writer."""
    content = json.dumps(json.loads(artefact_bytes(document()))).encode()

    with pytest.raises(ModelInvalid, match="is not spelled as the writer spells it"):
        loaded(tmp_path, content)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"null", b"[]", b'{"base": 1}'])
def test_what_is_no_artefact_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever bytes stand in the file, the answer is a reason and never another exception."""
    with pytest.raises(ModelInvalid, match=FILE_NAME):
        loaded(tmp_path, content)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A version folder without a model says what belongs there."""
    with pytest.raises(ModelInvalid, match=r"a model folder holds `model\.json`"):
        ChurnModel.load(tmp_path, SPECS)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """The hash covers the content alone, not an older hash."""
    once = artefact_bytes(document())
    place = written(tmp_path, once)

    assert artefact_bytes(json.loads((place / FILE_NAME).read_bytes())) == once
