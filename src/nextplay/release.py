"""A release: the rulebook and the model that decide together, loaded, cross-checked and hashed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nextplay import __version__
from nextplay.account import ACCOUNT_FACTS
from nextplay.canonical import digest
from nextplay.churn.artefact import ModelFile, model_file
from nextplay.churn.model import ChurnModel
from nextplay.decision import ReleaseId
from nextplay.errors import Fault, ModelInvalid
from nextplay.facts import FactPlan, Vocabulary
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.source import read_rulebook_folder
from nextplay.rules.wording import facts_in_texts

InferenceEngine = Literal["durable", "python"]


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that a decision depends on beside the snapshot and its history. Immutable; `close` frees the engine.

    `plan` reads just the facts that rules, texts, model and arbitration name. `model` is `None` where none can serve:
    the decisions then say that they are degraded. `model_file` is what it was read from: other rules can be
    loaded with it.
    """

    rulebook: Rulebook
    warnings: tuple[Fault, ...]
    vocabulary: Vocabulary
    evaluator: Evaluator
    model: ChurnModel | None
    plan: FactPlan
    release_id: ReleaseId
    model_file: ModelFile | None = None

    def close(self) -> None:
        """Free what the inference engine holds outside Python. The release must no longer be in use."""
        self.evaluator.close()


def load_release(
    rules: Path | Mapping[str, bytes], models: Path | ModelFile | None, *, inference: InferenceEngine = "durable"
) -> Release:
    """Load the rulebook (a folder, or its files by relative path) and the model (a folder's current one, or its file).

    Raises `RulebookInvalid` with every fault, `ModelInvalid` with every reason. Rule tests are not run here.
    """
    files = read_rulebook_folder(rules) if isinstance(rules, Path) else rules
    compiled = compile_rulebook(files)
    rulebook = compiled.rulebook
    vocabulary = Vocabulary.of(
        stale_after_days=rulebook.stale_after_days,
        attributes=rulebook.attributes,
        counts=rulebook.counts,
        cohorts=rulebook.cohorts,
    )
    source = model_file(current_model_folder(models)) if isinstance(models, Path) else models
    model = None if source is None else ChurnModel.load(source, vocabulary.specs)
    evaluator = Evaluator(rulebook, vocabulary, inference=inference)
    model_facts = frozenset(model.fact_names) if model else frozenset()
    names = evaluator.fact_names | facts_in_texts(rulebook) | model_facts | ACCOUNT_FACTS
    return Release(
        rulebook=rulebook,
        warnings=compiled.warnings,
        vocabulary=vocabulary,
        evaluator=evaluator,
        model=model,
        plan=vocabulary.plan(names),
        release_id=_release_id(rulebook.content_hash, model.content_hash if model else ""),
        model_file=source,
    )


def current_model_folder(models: Path) -> Path:
    """Return the folder of the version that the file `current` in `models/churn` names.

    Raises `ModelInvalid` where the file is missing or names no folder beside it.
    """
    pointer = models / "churn" / "current"
    try:
        version = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{pointer}: cannot be read; it must hold the name of a version folder beside it"
        raise ModelInvalid(message) from error
    folder = pointer.parent / version
    if not version or folder.parent != pointer.parent or not folder.is_dir():
        message = f"{pointer}: names no version folder beside it"
        raise ModelInvalid(message)
    return folder


def _release_id(rulebook_hash: str, model_hash: str) -> ReleaseId:
    release = digest({"engine": __version__, "rulebook": rulebook_hash, "model": model_hash}, prefix="r1-", digits=32)
    return ReleaseId(release=release, rulebook_hash=rulebook_hash, model_hash=model_hash, engine_version=__version__)
