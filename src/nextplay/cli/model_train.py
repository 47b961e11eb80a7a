"""`nextplay model train`: from an export with outcomes to a model folder that can be served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress

from nextplay.authoring.fact_columns import with_columns
from nextplay.authoring.train_config import TrainConfig, mapping_of, read_train_config
from nextplay.churn.artefact import FILE_NAME, Artefact, ModelFile, verified
from nextplay.churn.model import ChurnModel
from nextplay.cli.model_report import LEFT_OUT, REPORT_FILE, can_draw, report_of
from nextplay.cli.model_show import vocabulary_of
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json, writing
from nextplay.cli.places import RulesOption
from nextplay.errors import InputInvalid, Violation

if TYPE_CHECKING:
    from nextplay.authoring.labelled import Labelled
    from nextplay.churn.training.evaluation import Evaluation
    from nextplay.churn.training.fit import Fitted
    from nextplay.facts import Vocabulary

CARD_FILE: Final = "card.md"
_HALVES: Final = 2  # judged first, then learned from all rows


def train(
    *,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="What was known: an export, or snapshots.")],
    config: Annotated[Path, typer.Option("--config", metavar="TRAIN.toml", help="What to learn, and how.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the models.")] = Path("models"),
    keep_learner: Annotated[
        bool, typer.Option("--keep-learner", help="Also write scikit-learn's own object, for who goes on with it.")
    ] = False,
    rules: RulesOption = Path("rules"),
    output: FormatOption = Format.TEXT,
) -> None:
    """Train a churn model on your own outcomes, judge it on rows it did not see, and write it to a folder.

    Columns that seem to know the outcome are refused by name, and so are fewer than 20 accounts that left. The model is
    not served before `models/churn/current` names it.
    """
    from nextplay.authoring.labelled import labelled_table  # noqa: PLC0415  looking into a model needs no numpy

    if keep_learner and find_spec("skops") is None:
        raise InputInvalid([Violation("--keep-learner", "needs the extra `learner`; install `nextplay[learner]`")])
    asked = read_train_config(config)
    folder = out / "churn" / asked.version
    if folder.exists():
        raise InputInvalid([Violation("version", f"`{folder}` is there already; a version stays what it was")])
    vocabulary = vocabulary_of(rules)
    mapping = mapping_of(config, asked)
    labelled = labelled_table(data, asked, mapping, vocabulary)
    bands = _bands(labelled, asked)
    try:
        model, evaluation = _trained(labelled, asked)
    except InputInvalid as error:
        raise with_columns(error, mapping, vocabulary.specs) from error
    files = _files(model, evaluation, asked, vocabulary)
    file = ModelFile(folder / FILE_NAME, files[FILE_NAME])
    ChurnModel.load(file, vocabulary.specs)
    artefact = verified(file, vocabulary.specs)
    if keep_learner:
        from nextplay.churn.training.learner import learner_files  # noqa: PLC0415  only who keeps it needs skops

        files |= learner_files(model, files[FILE_NAME])
    if can_draw():
        files[REPORT_FILE] = _report(artefact, asked, vocabulary, (labelled, model, evaluation))
    else:
        complain(LEFT_OUT)
    with writing(folder):
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    if output is Format.JSON:
        tabled = [table.fact for table in artefact.tables]
        say_json(_document(labelled, model, evaluation) | {"tables": tabled, "bands": bands, "folder": str(folder)})
    else:
        _say(labelled, model, evaluation, tables=len(artefact.tables))
        _say_bands(bands, labelled)
        read = " and ".join(name for name in (REPORT_FILE, CARD_FILE) if name in files)
        say(f"\nwritten to {folder}; read its {read}, then let {out / 'churn' / 'current'} name it to serve it")


def _bands(labelled: Labelled, asked: TrainConfig) -> dict[str, float]:
    """Return the bands that the model will have; before the training, so that a mistake in them costs no time."""
    from nextplay.churn.training.bands import bands_of  # noqa: PLC0415  looking into a model needs no numpy

    return bands_of(float(labelled.table.label.mean()), asked.bands.model_dump())


def _trained(labelled: Labelled, asked: TrainConfig) -> tuple[Fitted, Evaluation]:
    from nextplay.churn.training.evaluation import evaluated  # noqa: PLC0415  only training needs scikit-learn
    from nextplay.churn.training.fit import fitted  # noqa: PLC0415  likewise
    from nextplay.churn.training.stumps import Recipe  # noqa: PLC0415  likewise

    recipe = Recipe(seed=asked.seed)
    with _progress() as told:
        evaluation = evaluated(
            labelled.table,
            recipe,
            split=asked.split,
            horizon_days=asked.horizon_days,
            vouched=asked.known_at_the_time,
            progress=lambda done, of: told(done / of / _HALVES),
        )
        model = fitted(
            labelled.table,
            recipe,
            vouched=asked.known_at_the_time,
            progress=lambda done, of: told((1 + done / of) / _HALVES),
        )
    return model, evaluation


def _files(model: Fitted, evaluation: Evaluation, asked: TrainConfig, vocabulary: Vocabulary) -> dict[str, bytes]:
    from nextplay.churn.training.assembly import Title, artefact_of  # noqa: PLC0415  only training needs scikit-learn
    from nextplay.churn.training.card import card_of  # noqa: PLC0415  likewise

    about = Title(asked.version, asked.provenance, asked.horizon_days, asked.bands.model_dump(), asked.families)
    artefact = artefact_of(model, vocabulary.specs, about)
    return {FILE_NAME: artefact, CARD_FILE: card_of(artefact, evaluation).encode()}


def _report(
    artefact: Artefact, asked: TrainConfig, vocabulary: Vocabulary, found: tuple[Labelled, Fitted, Evaluation]
) -> bytes:
    from nextplay.authoring.model_report.subject import subject_of_training  # noqa: PLC0415  it needs scikit-learn

    labelled, model, evaluation = found
    subject = subject_of_training(
        artefact,
        vocabulary.specs,
        labelled=labelled,
        model=model,
        evaluation=evaluation,
        vouched=tuple(asked.known_at_the_time),
    )
    return report_of(subject).encode()


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Show on stderr how far the training is, while somebody watches there; yields what takes the share done."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal) as bar:
        task = bar.add_task("learning", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _document(labelled: Labelled, model: Fitted, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "rows": labelled.rows,
        "left_out": dict(labelled.left_out),
        "cells_left_out": labelled.cells,
        "outcomes_without_row": labelled.without_row,
        "facts": list(model.table.names),
        "churners": model.table.churners,
        "rounds": model.rounds,
        "calibrator": model.calibrator.kind,
        "warnings": list(model.warnings),
        "split": evaluation.split,
        "judged_rows": evaluation.rows,
        "measures": {name: asdict(found) for name, found in evaluation.measures.items()},
        "intervals": dict(evaluation.intervals),
        "rivals": [asdict(rival) | {"clear": rival.clear} for rival in evaluation.rivals],
    }


def _say_bands(bands: dict[str, float], labelled: Labelled) -> None:
    from nextplay.churn.training.bands import bands_words  # noqa: PLC0415  looking into a model needs no numpy

    rate = float(labelled.table.label.mean())
    say(f"\nbands: {bands_words(bands, rate)}")
    if rate >= bands["moderate"]:
        complain("warning: an account with the base rate stands in one of the upper two bands; raise `bands`")


def _say(labelled: Labelled, model: Fitted, evaluation: Evaluation, *, tables: int) -> None:
    from nextplay.churn.training.card import measure_rows  # noqa: PLC0415  only training needs scikit-learn
    from nextplay.churn.training.rivals import rival_sentence  # noqa: PLC0415  likewise

    table = model.table
    say(f"{plural(len(table), 'row')} of {labelled.rows} learned from; {plural(table.churners, 'account')} left")
    for reason, count in labelled.left_out.items():
        say(f"  left out {plural(count, 'row')}: {reason}")
    if labelled.cells:
        say(f"  left out {plural(labelled.cells, 'cell')} that could not be read; `snapshots from-csv` names each")
    if labelled.without_row:
        say(f"  left out {plural(labelled.without_row, 'outcome')} of an account and day that is in no row")
    say(f"{plural(len(table.names), 'fact')} could be fed, {tables} turned out to tell something")
    say(f"{plural(model.rounds, 'round')}, calibrator {model.calibrator.kind}")
    how = (
        "later than those it learned from and of other accounts, after a gap of the horizon"
        if evaluation.split == "time"
        else "in folds, of accounts other than those it learned from"
    )
    say(f"\na model of the same recipe, judged on {plural(evaluation.rows, 'row')} {how};")
    say("the model that is written then learned from all rows\n\n| | AUC | log-loss | Brier | slope |")
    for row in ("|---|---|---|---|---|", *measure_rows(evaluation)):
        say(row)
    for rival in evaluation.rivals:
        say(f"\n{rival_sentence(rival)}")
    for warning in model.warnings:
        complain(f"warning: {warning}")
    if evaluation.deep_is_better:
        complain("warning: boosting with deep trees ranks better here: facts act together; think of a fact for that")
