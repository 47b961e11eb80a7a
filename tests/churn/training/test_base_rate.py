"""What is matched to a rate depends on what there is, and is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.churn.small_model import SPECS, VERSION, document

from nextplay.churn.artefact import FILE_NAME, Artefact, ModelFile, artefact_bytes, verified
from nextplay.churn.calibration import sigmoid
from nextplay.churn.training.base_rate import shift_of_rate
from nextplay.churn.training.measures import sigmoids


def artefact(**changes: Any) -> Artefact:  # noqa: ANN401  parts of a document
    """Return the small model's artefact, changed."""
    content = artefact_bytes(document() | changes)
    return verified(ModelFile(Path(VERSION) / FILE_NAME, content), SPECS)


def test_a_book_is_matched_before_anything_else() -> None:
    """The mean over the accounts that were given is the rate, whatever the reference says."""
    book = np.random.default_rng(1).normal(-1, 2, 200)
    shift = shift_of_rate(artefact(), 0.06, book)
    assert shift.matched == "book"
    assert sigmoids(book + shift.intercept).mean() == pytest.approx(0.06)
    assert shift.before == pytest.approx(sigmoids(book).mean())


def test_without_a_book_the_reference_is_matched() -> None:
    """Probabilities spread evenly from 0.1 to 0.9 have a mean of a half before, and the rate after."""
    shift = shift_of_rate(artefact(), 0.5, None)
    assert shift.matched == "reference"
    assert shift.before == pytest.approx(0.5)
    assert shift.intercept == pytest.approx(0.0, abs=1e-9)
    assert shift_of_rate(artefact(), 0.2, None).intercept < 0


def test_where_there_is_neither_the_average_account_gets_the_rate() -> None:
    """An expert's model was made from nobody: its base becomes the rate, through the calibrator it has."""
    line = {"kind": "sigmoid", "slope": 0.5, "intercept": 0.25}
    golden = [{"values": {}, "log_odds": -1.9375, "probability": round(sigmoid(0.5 * -1.9375 + 0.25), 6)}]
    expert = artefact(provenance="expert", training=None, reference=None, calibrator=line, golden=golden)
    shift = shift_of_rate(expert, 0.06, None)
    assert shift.matched == "prior"
    assert sigmoid(0.5 * expert.base + 0.25 + shift.intercept) == pytest.approx(0.06)
