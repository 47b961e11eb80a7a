"""The learner itself, kept beside the tables for who wants to study it or go on with it. Serving never reads it.

An object from a file can do whatever its types can. So it is written by skops, which writes no code, and it is read
only where its bytes are those that were written, scikit-learn is the one it was made with, and every single part is of
a type on the list below: the list is ours, never what the file asks for.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from skops.io import dumps, loads

from nextplay.churn.artefact import Artefact, model_file, verified
from nextplay.churn.model import ChurnModel
from nextplay.churn.tables import AnyTable, FlagTable, NumberTable, WordTable
from nextplay.churn.training.fit import Fitted
from nextplay.churn.training.table import Floats
from nextplay.decision import FactValue
from nextplay.errors import ModelInvalid
from nextplay.facts.spec import FactSpec

FILE_NAME: Final = "model.skops"
NOTE_NAME: Final = "model.skops.json"
"""What stands beside the file: its hash, the model it belongs to, the versions, and the columns in their order."""

PARITY: Final = 1e-9
"""How far the log-odds of learner and tables may be apart."""
_PROBES: Final = 500
_SKLEARN: Final = "scikit-learn"
_TREES: Final = "sklearn.ensemble._hist_gradient_boosting"
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "DictNode": frozenset({"builtins.dict"}),
    "FunctionNode": frozenset({"sklearn.utils.validation.check_array"}),
    "JsonNode": frozenset({"builtins.str"}),
    "ListNode": frozenset({"builtins.list"}),
    "LossNode": frozenset({"sklearn._loss._loss.CyHalfBinomialLoss"}),
    "NdArrayNode": frozenset(
        f"numpy.{name}" for name in ("bool", "float64", "int64", "ndarray", "uint32", "uint64", "uint8")
    ),
    "ObjectNode": frozenset(
        {
            "sklearn._loss.link.Interval",
            "sklearn._loss.link.LogitLink",
            "sklearn._loss.loss.HalfBinomialLoss",
            "sklearn.compose._column_transformer.ColumnTransformer",
            f"{_TREES}.binning._BinMapper",
            f"{_TREES}.gradient_boosting.HistGradientBoostingClassifier",
            f"{_TREES}.predictor.TreePredictor",
            "sklearn.preprocessing._encoders.OrdinalEncoder",
            "sklearn.preprocessing._function_transformer.FunctionTransformer",
            "sklearn.preprocessing._label.LabelEncoder",
        }
    ),
    "PartialNode": frozenset({"functools.partial"}),
    "RandomGeneratorNode": frozenset({"numpy.random._generator.Generator"}),
    "SliceNode": frozenset({"builtins.slice"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "TypeNode": frozenset({"builtins.int", "builtins.str", "numpy.float64"}),
}
"""How skops reads a part -> the types that such a part may have. Whatever else a file holds is refused unread."""
_TRUSTED: Final = ("functools.partial", "sklearn.utils.validation.check_array", f"{_TREES}.predictor.TreePredictor")


@dataclass(frozen=True, slots=True)
class Learner:
    """scikit-learn's `HistGradientBoostingClassifier` as it was fitted, and its columns in their order.

    `words` are by column: a cell of such a column is the place of its word, NaN where unknown.
    """

    estimator: Any
    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]

    def matrix(self, rows: list[Mapping[str, FactValue]]) -> Floats:
        """Return the matrix of rows of facts; what a row does not have is unknown."""
        return np.array([[self._cell(name, row.get(name)) for name in self.columns] for row in rows], dtype=np.float64)

    def _cell(self, name: str, value: FactValue) -> float:
        if value is None:
            return float("nan")
        return float(self.words[name].index(str(value))) if name in self.words else float(value)  # type: ignore[arg-type]  # a number or a flag


def learner_files(model: Fitted, artefact: bytes) -> dict[str, bytes]:
    """Return the file of the learner and the note beside it, for the artefact made of the same model."""
    content: bytes = dumps(model.boosted.estimator)
    note = {
        "sha256": sha256(content).hexdigest(),
        "model": json.loads(artefact)["content_hash"],
        "versions": {name: version(name) for name in (_SKLEARN, "skops")},
        "columns": [{"name": column.name, "words": list(column.words)} for column in model.table.columns],
    }
    return {FILE_NAME: content, NOTE_NAME: (json.dumps(note, indent=1, sort_keys=True) + "\n").encode()}


def load_learner(folder: Path, specs: Mapping[str, FactSpec]) -> Learner:
    """Read the learner of a model folder, and prove that it says what the tables say.

    Raises `ModelInvalid` where a file is missing, its bytes are not those that were written, it belongs to another
    model or another scikit-learn, holds a part that no learner of ours has, or says anything else than the tables.
    """
    model, artefact = ChurnModel.load(folder, specs), verified(model_file(folder), specs)
    path = folder / FILE_NAME
    try:
        content, note = path.read_bytes(), json.loads((folder / NOTE_NAME).read_bytes())
        told, owner, made_with = note["sha256"], note["model"], note["versions"][_SKLEARN]
        columns = {str(column["name"]): tuple(map(str, column["words"])) for column in note["columns"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path}: it or `{NOTE_NAME}` cannot be read; train with --keep-learner to have both"
        raise ModelInvalid(message) from error
    for wrong, reason in (
        (sha256(content).hexdigest() != told, f"is not the file that `{NOTE_NAME}` tells of; train anew"),
        (owner != artefact.content_hash, "belongs to another `model.json`; take both from one training"),
        (made_with != version(_SKLEARN), f"was made with {_SKLEARN} {made_with}; install that, or train anew"),
    ):
        if wrong:
            raise ModelInvalid(f"{path}: {reason}")
    strangers = sorted(_strangers(content, path))
    if strangers:
        raise ModelInvalid(f"{path}: holds what no learner has ({', '.join(strangers)}); do not use it, train anew")
    learner = Learner(
        loads(content, trusted=list(_TRUSTED)),
        tuple(columns),
        {name: words for name, words in columns.items() if words},
    )
    _prove(learner, model, artefact, path)
    return learner


def _strangers(content: bytes, path: Path) -> set[str]:
    """Name every part of a type that is not allowed. Nothing is made of the file for that: its plan is read as text."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            plan = json.loads(parts.read("schema.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError) as error:
        raise ModelInvalid(f"{path}: is no file of skops; train anew") from error
    return {
        f"{part.get('__loader__')} of {part.get('__module__')}.{part.get('__class__')}"
        for part in _parts(plan)
        if f"{part.get('__module__')}.{part.get('__class__')}" not in ALLOWED.get(str(part.get("__loader__")), ())
    }


def _parts(plan: object) -> Iterator[Mapping[str, Any]]:
    """Yield whatever will be made into an object, at any depth."""
    left = [plan]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if one.keys() & {"__class__", "__module__", "__loader__"}:
                yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _prove(learner: Learner, model: ChurnModel, artefact: Artefact, path: Path) -> None:
    """Compare learner and tables on rows drawn from all steps and words. Raises `ModelInvalid` where they part."""
    missing = [table.fact for table in artefact.tables if table.fact not in learner.columns]
    chance = np.random.default_rng(1)
    drawn = {table.fact: [*_drawn(table, chance)] for table in artefact.tables}
    rows: list[Mapping[str, FactValue]] = [
        {fact: values[place] for fact, values in drawn.items()} for place in range(_PROBES)
    ]
    if not missing:
        own = learner.estimator.decision_function(learner.matrix(rows))
        if np.abs(own - model.score_many(drawn).log_odds).max() <= PARITY:
            return
    raise ModelInvalid(f"{path}: does not say what the tables of `model.json` say; take both from one training")


def _drawn(table: AnyTable, chance: np.random.Generator) -> Iterator[FactValue]:
    choices: list[FactValue]
    match table:
        case NumberTable():
            middles = (np.array(table.thresholds)[1:] + np.array(table.thresholds)[:-1]) / 2
            choices = [*table.range, *table.thresholds, *middles.tolist()]
        case FlagTable():
            choices = [True, False]
        case WordTable():
            choices = [*sorted(table.values)]
    for place in chance.integers(-1, len(choices), _PROBES).tolist():
        yield None if place < 0 else choices[place]
