"""`nextplay model evaluate`: how right a model was about accounts whose outcome is known."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nextplay.authoring.train_config import mapping_of, read_train_config
from nextplay.churn.artefact import model_file, verified
from nextplay.churn.model import ChurnModel
from nextplay.cli.model_report import refuse_without_plots, report_of
from nextplay.cli.model_show import VersionOption, model_folder, vocabulary_of
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json, write_text
from nextplay.cli.places import ModelsOption, RulesOption, models_for

if TYPE_CHECKING:
    from nextplay.authoring.labelled import LabelledRows


def evaluate(
    *,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="What was known: an export, or snapshots.")],
    config: Annotated[
        Path, typer.Option("--config", metavar="TRAIN.toml", help="How to read the export: mapping, label, horizon.")
    ],
    version: VersionOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="Also write a page with plots there.")
    ] = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Measure a model on accounts whose outcome is known: ranking, log-loss, Brier, calibration, with intervals.

    On rows that the model learned from the figures flatter; take later ones.
    """
    from nextplay.authoring.labelled import labelled_rows  # noqa: PLC0415  looking into a model needs no numpy

    if report is not None:
        refuse_without_plots()
    asked = read_train_config(config)
    vocabulary = vocabulary_of(rules)
    file = model_file(model_folder(models_for(rules, models), version))
    model = ChurnModel.load(file, vocabulary.specs)
    plan = vocabulary.plan(model.fact_names)
    rows = labelled_rows(data, asked, mapping_of(config, asked), plan)
    if asked.horizon_days != model.horizon_days:
        days = f"within {asked.horizon_days} days, the model speaks of {model.horizon_days}"
        complain(f"warning: the outcomes are {days}")
    if report is not None:
        from nextplay.authoring.model_report.subject import subject_of_rows  # noqa: PLC0415  likewise

        artefact = verified(file, vocabulary.specs)
        write_text(report, report_of(subject_of_rows(artefact, model, rows, vocabulary.specs, seed=asked.seed)))
    document = _measured(model, rows, seed=asked.seed)
    if output is Format.JSON:
        say_json(document)
    else:
        _say(document)


def _measured(model: ChurnModel, rows: LabelledRows, *, seed: int) -> dict[str, Any]:
    from nextplay.churn.training.measures import intervals, measured  # noqa: PLC0415  looking in needs no numpy

    scores = model.score_many(rows.values)
    return {
        "version": model.version,
        "provenance": model.provenance,
        "rows": len(rows.left),
        "rows_of_the_file": rows.rows,
        "left_out": dict(rows.left_out),
        "outcomes_without_row": rows.without_row,
        "left": int(rows.left.sum()),
        "completeness": float(scores.completeness.mean()),
        "measures": asdict(measured(scores.probability, rows.left)),
        "intervals": intervals(scores.probability, rows.left, rows.accounts, seed=seed),
    }


def _say(document: dict[str, Any]) -> None:
    rows = plural(document["rows"], "row")
    say(f"{document['version']} ({document['provenance']}) on {rows}, {document['left']} left")
    for reason, count in document["left_out"].items():
        say(f"  left out {plural(count, 'row')}: {reason}")
    if document["outcomes_without_row"]:
        say(f"  left out {plural(document['outcomes_without_row'], 'outcome')} of an account and day that is in no row")
    say(f"{document['completeness']:.0%} of the model's facts are known\n")
    for name, value in document["measures"].items():
        low, high = document["intervals"][name]
        say(f"{name.replace('_', '-'):<9} {value:7.3f}  ({low:.3f} to {high:.3f})")
