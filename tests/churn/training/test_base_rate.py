"""What is matched to a rate depends on what there is, and is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.churn.small_model import SPECS, VERSION, document

from nextplay.churn.artefact import FILE_NAME, Artefact, ModelFile, artefact_bytes, read_artefact, verified
from nextplay.churn.calibration import sigmoid
from nextplay.churn.reference import spread_of_answers
from nextplay.churn.training.base_rate import mean_after, shift_of_rate
from nextplay.churn.training.measures import sigmoids
from nextplay.facts import Vocabulary

ROOT = Path(__file__).parents[3]


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


@pytest.mark.parametrize("rate", [0.01, 0.03, 0.06, 0.15, 0.3, 0.5, 0.8])
def test_accounts_spread_like_a_skewed_reference_get_the_rate(rate: float) -> None:
    """The mean before is the reference's own; the true accounts' mean after is the rate within 4 %."""
    chance = np.random.default_rng(3)
    accounts = np.concatenate([chance.normal(-3.1, 0.9, 18_000), chance.normal(-0.9, 0.9, 2_000)])
    spread = spread_of_answers(sigmoids(accounts))
    was = artefact()
    assert was.reference is not None
    reference = was.reference.model_copy(update=spread)
    skewed = was.model_copy(update={"reference": reference})
    shift = shift_of_rate(skewed, rate, None)
    assert shift.before == pytest.approx(sigmoids(accounts).mean(), abs=1e-5)
    assert sigmoids(accounts + shift.intercept).mean() == pytest.approx(rate, rel=0.04)
    assert mean_after(skewed, 1.0, shift.intercept) == pytest.approx(rate)


def test_the_shipped_reference_has_the_mean_that_it_says() -> None:
    """A spread with a long tail: what lies like it has its mean to the last decimal that is kept."""
    shipped = read_artefact(ROOT / "models" / "churn" / "synthetic-1" / FILE_NAME, Vocabulary.of().specs)
    assert shipped.reference is not None
    assert shift_of_rate(shipped, 0.3, None).before == pytest.approx(shipped.reference.mean, abs=1e-6)


def test_where_there_is_neither_the_average_account_gets_the_rate() -> None:
    """An expert's model was made from nobody: its base becomes the rate, through the calibrator it has."""
    line = {"kind": "sigmoid", "slope": 0.5, "intercept": 0.25}
    golden = [{"values": {}, "log_odds": -1.9375, "probability": round(sigmoid(0.5 * -1.9375 + 0.25), 6)}]
    expert = artefact(provenance="expert", training=None, reference=None, calibrator=line, golden=golden)
    shift = shift_of_rate(expert, 0.06, None)
    assert shift.matched == "prior"
    assert sigmoid(0.5 * expert.base + 0.25 + shift.intercept) == pytest.approx(0.06)
