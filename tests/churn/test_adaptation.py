"""An adapted model ranks as before, says what was fitted, and is as hard to damage as any."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.small_model import FACTS, SPECS, document, facts, loaded, written

from nextplay.churn.adaptation import adapted_artefact
from nextplay.churn.artefact import FILE_NAME, Adaptation, ModelFile, artefact_bytes, model_file, verified
from nextplay.churn.calibration import (
    AnyCalibrator,
    IsotonicCalibrator,
    IsotonicLineCalibrator,
    NoCalibrator,
    SigmoidCalibrator,
    calibration,
    log_odds_of,
    sigmoid,
    with_line,
)
from nextplay.churn.model import ChurnModel
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid, ModelInvalid

POINTS = IsotonicCalibrator(kind="isotonic", log_odds=[-4.0, -1.0, 0.5, 3.0], probabilities=[0.02, 0.1, 0.1, 0.8])
CALIBRATORS: list[AnyCalibrator] = [
    NoCalibrator(kind="none"),
    SigmoidCalibrator(kind="sigmoid", slope=0.7, intercept=-0.4),
    POINTS,
    IsotonicLineCalibrator(kind="isotonic_line", points=POINTS, slope=1.5, intercept=0.25),
]
SLOPES = st.floats(0.05, 5)
SHIFTS = st.floats(-4, 4)
ACCOUNTS: list[dict[str, FactValue]] = [
    {},
    {"relationship.champion": "left", "support.open_p1": 4.0, "usage.active_ratio": 0.1, "usage.live": False},
    {"relationship.champion": "present", "support.open_p1": 0.0, "usage.active_ratio": 2.0, "usage.live": True},
    {"usage.active_ratio": 9.0, "relationship.champion": "unheard of"},
]


def about(**changes: object) -> Adaptation:
    """Return an adaptation of the small model."""
    fields: dict[str, Any] = {
        "from_version": "small-1",
        "from_hash": "sha256:" + "1" * 64,
        "kind": "line",
        "matched": "outcomes",
        "slope": 0.8,
        "intercept": -0.3,
        "rate": 0.1,
        "rows": 80,
        "accounts": 60,
        "churners": 12,
        "day": "2026-05-01",
    }
    return Adaptation.model_validate(fields | changes)


def adapted(folder: Path, calibrator: AnyCalibrator, adaptation: Adaptation) -> tuple[ChurnModel, ChurnModel, bytes]:
    """Return a model with a calibrator, the same adapted, and the file of the latter."""
    content = document() | {"calibrator": calibrator.model_dump()}
    content["golden"] = [{"values": {}, "log_odds": -1.9375}]
    chance = calibration(calibrator)(-1.9375)
    content["golden"][0]["probability"] = round(chance * 1e6) / 1e6
    before = loaded(folder, content)
    new = adapted_artefact(model_file(folder / before.version), SPECS, version="own-1", adaptation=adaptation)
    return before, ChurnModel.load(ModelFile(Path("own-1") / FILE_NAME, new), SPECS), new


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda one: one.kind)
@settings(max_examples=60, deadline=None)
@given(slope=SLOPES, shift=SHIFTS, log_odds=st.lists(st.floats(-8, 8), min_size=2, max_size=12))
def test_a_line_behind_any_calibrator(
    calibrator: AnyCalibrator, slope: float, shift: float, log_odds: list[float]
) -> None:
    """The adapted probability is sigmoid(intercept + slope · logit(p)), and never falls where p rises."""
    before, after = calibration(calibrator), calibration(with_line(calibrator, slope, shift))
    for one in log_odds:
        assert after(one) == pytest.approx(sigmoid(shift + slope * log_odds_of(before(one))), abs=1e-12)
    rising = [after(one) for one in sorted(log_odds)]
    assert all(high >= low - 1e-15 for low, high in pairwise(rising))


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda one: one.kind)
def test_lines_behind_lines_are_one_line(calibrator: AnyCalibrator) -> None:
    """To adapt twice is to adapt once by both lines."""
    twice = calibration(with_line(with_line(calibrator, 0.5, 1.0), 2.0, -0.5))
    once = calibration(with_line(calibrator, 1.0, 1.5))
    for log_odds in np.linspace(-6, 6, 25).tolist():
        assert twice(log_odds) == pytest.approx(once(log_odds), abs=1e-12)


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda one: one.kind)
def test_one_and_many_agree_bit_for_bit(tmp_path: Path, calibrator: AnyCalibrator) -> None:
    """An adapted model serves one account and a book of them alike, and its log-odds are those of the tables."""
    before, after, _ = adapted(tmp_path, calibrator, about())
    columns = {name: [one.get(name) for one in ACCOUNTS] for name in FACTS}
    many = after.score_many(columns)
    singles = [after.score(facts(FACTS, one)) for one in ACCOUNTS]
    assert list(many) == singles
    for one, account in zip(singles, ACCOUNTS, strict=True):
        old = before.score(facts(FACTS, account))
        assert (one.log_odds, one.families) == (old.log_odds, old.families)
        chance = calibration(calibrator)(old.log_odds)
        expected = sigmoid(0.8 * math.log(chance / (1 - chance)) - 0.3)
        assert one.probability == pytest.approx(expected, abs=6e-7)


def test_the_file_keeps_the_origin_and_moves_the_reference(tmp_path: Path) -> None:
    """Provenance, training and facts stay those of the tables; quantiles of answers go through the line."""
    _, _, content = adapted(tmp_path, NoCalibrator(kind="none"), about())
    told = json.loads(content)
    assert (told["provenance"], told["training"]) == (document()["provenance"], document()["training"])
    assert told["reference"]["facts"] == document()["reference"]["facts"]
    moved = [sigmoid(0.8 * log_odds_of(one) - 0.3) for one in document()["reference"]["probabilities"]]
    assert told["reference"]["probabilities"] == pytest.approx(moved, abs=1e-6)
    assert told["adaptation"]["churners"] == 12


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """A golden row of before the adaptation, a slope that is no shift's, or a flipped byte: each is told."""
    _, _, content = adapted(tmp_path, POINTS, about())
    place = Path("own-1") / FILE_NAME
    golden = json.loads(content)
    golden["golden"][0]["probability"] += 0.001
    with pytest.raises(ModelInvalid, match=r"golden\.0"):
        ChurnModel.load(ModelFile(place, artefact_bytes(golden)), SPECS)
    shift = json.loads(content)
    shift["adaptation"]["kind"] = "shift"
    with pytest.raises(ModelInvalid, match="a shift has the slope 1"):
        verified(ModelFile(place, artefact_bytes(shift)), SPECS)
    falling = json.loads(content)
    falling["calibrator"]["points"]["probabilities"].reverse()
    with pytest.raises(ModelInvalid, match="never fall"):
        verified(ModelFile(place, artefact_bytes(falling)), SPECS)
    with pytest.raises(ModelInvalid, match="content_hash"):
        verified(ModelFile(place, content.replace(b'"rows": 80', b'"rows": 81')), SPECS)


def test_a_line_that_leads_too_far_is_refused(tmp_path: Path) -> None:
    """A slope on a slope may leave what a calibrator can be: a sentence, no traceback."""
    steep = SigmoidCalibrator(kind="sigmoid", slope=90.0, intercept=0.0)
    folder = written(tmp_path, document() | {"calibrator": steep.model_dump()})
    with pytest.raises(InputInvalid, match="beyond what a calibrator may be"):
        adapted_artefact(model_file(folder), SPECS, version="own-1", adaptation=about(slope=2.0))
