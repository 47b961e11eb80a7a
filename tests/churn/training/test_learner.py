"""The kept learner is read where it is what was written, and refused in a sentence where anything else stands there."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer
from tests.authoring.model_report.small_subject import SPECS
from tests.churn.training.small_book import book, small_model

from nextplay.churn.artefact import FILE_NAME as TABLES
from nextplay.churn.training.assembly import artefact_of, title
from nextplay.churn.training.fit import fitted
from nextplay.churn.training.learner import FILE_NAME, NOTE_NAME, learner_files, load_learner
from nextplay.churn.training.stumps import Recipe
from nextplay.errors import ModelInvalid


@pytest.fixture(name="folder")
def kept(tmp_path: Path) -> Path:
    """Write the small model with its learner."""
    folder = tmp_path / "small-1"
    folder.mkdir()
    artefact = artefact_of(small_model(), SPECS, title("small-1", "trained", horizon_days=90))
    for name, content in ({TABLES: artefact} | learner_files(small_model(), artefact)).items():
        (folder / name).write_bytes(content)
    return folder


def noted(folder: Path, **changes: object) -> None:
    """Change the note, which an attacker could, too."""
    note = json.loads((folder / NOTE_NAME).read_bytes()) | changes
    (folder / NOTE_NAME).write_text(json.dumps(note), encoding="utf-8")


def put(folder: Path, thing: Any) -> None:  # noqa: ANN401  any object
    """Put another object in the learner's place, with the right hash in the note."""
    content = skops.io.dumps(thing)
    (folder / FILE_NAME).write_bytes(content)
    noted(folder, sha256=sha256(content).hexdigest())


def test_what_was_kept_is_the_learner(folder: Path) -> None:
    """It gives the probabilities of the model that was fitted, and knows its columns and words."""
    learner = load_learner(folder, SPECS)
    matrix = small_model().table.matrix
    own = small_model().boosted.estimator.predict_proba(matrix)
    np.testing.assert_array_equal(learner.estimator.predict_proba(matrix), own)
    assert learner.columns == small_model().table.names
    [row] = learner.matrix([{"relationship.champion": "left", "usage.live": True}]).tolist()
    told = dict(zip(learner.columns, row, strict=True))
    assert (told["relationship.champion"], told["usage.live"]) == (2.0, 1.0)
    assert np.isnan(told["support.open_p1"])


def test_a_changed_byte_is_refused_before_anything_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is looked at first: nothing of the file reaches skops."""
    monkeypatch.setattr("nextplay.churn.training.learner.loads", lambda *_, **__: pytest.fail("was loaded"))
    content = bytearray((folder / FILE_NAME).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / FILE_NAME).write_bytes(content)
    with pytest.raises(ModelInvalid, match=r"is not the file that `model.skops.json` tells of; train anew"):
        load_learner(folder, SPECS)


@pytest.mark.parametrize(
    "thing",
    [
        FunctionTransformer(os.system),
        functools.partial(os.system, "true"),
        [print],
        {"a": "".join},
        np.random.RandomState(1),
    ],
    ids=["function in a transformer", "partial", "function", "method", "foreign object"],
)
def test_a_foreign_part_is_refused_unread(folder: Path, monkeypatch: pytest.MonkeyPatch, thing: object) -> None:
    """Even with the right hash: whatever is not on the list is named, and nothing is made of it."""
    monkeypatch.setattr("nextplay.churn.training.learner.loads", lambda *_, **__: pytest.fail("was loaded"))
    put(folder, thing)
    with pytest.raises(ModelInvalid, match=r"holds what no learner has .*; do not use it, train anew"):
        load_learner(folder, SPECS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"versions": {"scikit-learn": "1.5.2"}}, "was made with scikit-learn 1.5.2; install that, or train anew"),
        ({"model": "sha256:0"}, "belongs to another `model.json`"),
        ({"sha256": "0" * 64}, "is not the file that"),
        ({"columns": "none"}, "cannot be read; train with --keep-learner"),
    ],
)
def test_a_note_that_does_not_fit_is_refused(folder: Path, change: dict[str, object], message: str) -> None:
    """Another version, another model, another hash, or no columns."""
    noted(folder, **change)
    with pytest.raises(ModelInvalid, match=message):
        load_learner(folder, SPECS)


def spoil_bytes(folder: Path) -> None:
    """Write what is no file of skops, with the right hash."""
    (folder / FILE_NAME).write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    noted(folder, sha256=sha256((folder / FILE_NAME).read_bytes()).hexdigest())


def spoil_learner(folder: Path) -> None:
    """Put a sound learner of other rows in its place."""
    put(folder, fitted(book(seed=8), Recipe(rounds=10, folds=3)).boosted.estimator)


def remove(folder: Path) -> None:
    """Take the learner away."""
    (folder / FILE_NAME).unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_bytes, "is no file of skops"),
        (spoil_learner, "does not say what the tables of `model.json` say"),
        (remove, "cannot be read; train with --keep-learner to have both"),
    ],
)
def test_what_is_not_this_learner_is_refused(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    """A pickle, a learner of other rows, no file at all."""
    spoil(folder)
    with pytest.raises(ModelInvalid, match=message):
        load_learner(folder, SPECS)
