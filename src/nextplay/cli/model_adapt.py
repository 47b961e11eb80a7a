"""`nextplay model adapt`: a model's ranking with probabilities of one's own accounts, as a new version."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nextplay.authoring.train_config import TrainConfig, mapping_of, read_train_config
from nextplay.churn.adaptation import adapted_artefact, line_words
from nextplay.churn.artefact import FILE_NAME, VERSION_PATTERN, Adaptation, Artefact, ModelFile, model_file, verified
from nextplay.churn.calibration import calibrated_log_odds
from nextplay.churn.model import ChurnModel
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.model_show import VersionOption, model_folder, vocabulary_of
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json, writing
from nextplay.cli.places import ModelsOption, RulesOption, models_for
from nextplay.errors import InputInvalid, NextplayError, Violation
from nextplay.facts import Vocabulary

if TYPE_CHECKING:
    from nextplay.churn.training.ladder import Rung
    from nextplay.churn.training.table import Floats


_DAY_ZERO: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Source:
    """The model to start from."""

    file: ModelFile
    artefact: Artefact
    model: ChurnModel
    vocabulary: Vocabulary

    def log_odds(self, values: Any) -> Floats:  # noqa: ANN401  columns of facts
        """Return the log-odds of the probabilities of accounts, unrounded."""
        import numpy as np  # noqa: PLC0415  looking into a model needs no numpy

        function = calibrated_log_odds(self.artefact.calibrator)
        return np.array([function(one) for one in self.model.score_many(values).log_odds.tolist()])


@dataclass(frozen=True, slots=True)
class _Adapted:
    """What was fitted, and what a person should know: `notes` are findings, `warnings` go to stderr."""

    adaptation: Adaptation
    rung: Rung | None
    notes: list[str]
    warnings: list[str]


def adapt(  # noqa: PLR0913  each parameter is an option of the command
    *,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Name of the new version, and of its folder.")],
    base_rate: Annotated[
        float | None, typer.Option("--base-rate", metavar="SHARE", help="Your own share that leaves, such as 0.06.")
    ] = None,
    per_days: Annotated[
        int | None,
        typer.Option("--per-days", min=1, metavar="DAYS", help="What the share is per; left out, the model's horizon."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FILE", help="Your snapshots; or, with --config, your outcomes.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="TRAIN.toml", help="How to read the outcomes, as for training.")
    ] = None,
    version: VersionOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the models; left out, that of the model.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write it even where it is no better on accounts it did not see.")
    ] = False,
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Fit the probabilities of a model to your own accounts, and keep its ranking.

    With --base-rate the log-odds are shifted until the mean probability over your book (--data) is your rate. With
    outcomes (--data and --config) the intercept is fitted, and the slope where it is better on accounts not seen.
    """
    _checked(base_rate, per_days, data, config, name)
    place = models_for(rules, models)
    folder = (out or place) / "churn" / name
    if folder.exists():
        raise InputInvalid([Violation("--as", f"`{folder}` is there already; a version stays what it was")])
    source = _source(model_folder(place, version), rules)
    if config is not None and data is not None:
        found = _by_outcomes(source, data, config)
    else:
        found = _by_rate(source, base_rate or 0.0, per_days, data=data, as_of=instant(as_of))
    written = found.rung is None or found.rung.better or force
    if written:
        _write(folder, source, found)
    document = _document(source, found, folder if written else None)
    if output is Format.JSON:
        say_json(document)
    else:
        _say(source, found, name)
    for warning in found.warnings:
        complain(f"warning: {warning}")
    if not written:
        raise NextplayError(
            f"{found.adaptation.kind} is no better than `{source.artefact.version}` on accounts it did not see: "
            "nothing is written; keep the model, bring more outcomes, or write it with --force"
        )
    if output is Format.TEXT:
        say(f"\nwritten to {folder}; read its card.md, then let {folder.parent / 'current'} name it to serve it")


def _checked(rate: float | None, per_days: int | None, data: Path | None, config: Path | None, name: str) -> None:
    """Refuse options that do not go together, with every reason."""
    reasons = []
    if (rate is None) == (config is None):
        reasons.append(Violation("--base-rate", "or --config: name one of them, your rate or your outcomes"))
    if config is not None and data is None:
        reasons.append(Violation("--data", "is needed beside --config: the file of outcomes"))
    if per_days is not None and rate is None:
        reasons.append(Violation("--per-days", "belongs to --base-rate"))
    if rate is not None and not 0 < rate < 1:
        reasons.append(Violation("--base-rate", "is a share above 0 and below 1: 0.06 for 6 %"))
    if not re.fullmatch(VERSION_PATTERN, name):
        reasons.append(Violation("--as", "is a name of small letters, digits, points and hyphens, up to 64"))
    if reasons:
        raise InputInvalid(reasons)


def _source(folder: Path, rules: Path) -> _Source:
    vocabulary = vocabulary_of(rules)
    file = model_file(folder)
    model = ChurnModel.load(file, vocabulary.specs)
    return _Source(file, verified(file, vocabulary.specs), model, vocabulary)


def _by_rate(source: _Source, told: float, per_days: int | None, *, data: Path | None, as_of: str | None) -> _Adapted:
    from nextplay.authoring.unlabelled import book_facts  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.training.base_rate import rate_within, shift_of_rate  # noqa: PLC0415  likewise

    days = source.artefact.horizon_days
    rate = rate_within(told, per_days=per_days or days, days=days)
    notes, warnings = [], []
    if per_days not in {None, days}:
        notes.append(f"{told:.1%} in {per_days} days are {rate:.1%} in {days}, where accounts leave at an even pace")
    plan = source.vocabulary.plan(source.model.fact_names)
    book = None if data is None else book_facts(data, plan, as_of=as_of)
    shift = shift_of_rate(source.artefact, rate, None if book is None else source.log_odds(book.values))
    if book is not None and book.bad:
        warnings.append(
            f"left out {plural(len(book.bad), 'row')}, the first: line {book.bad[0].number}: {book.bad[0].told}"
        )
    what = {
        "book": "the mean over your book",
        "reference": "the mean over accounts like those it was learned from",
        "prior": "an account of average signs",
    }[shift.matched]
    notes.append(f"{what}: {shift.before:.1%} before, {rate:.1%} after")
    if shift.matched == "reference" and source.artefact.reference and source.artefact.reference.mean is None:
        warnings.append("an earlier writer kept no mean, so a low rate may be missed by a third")
    if shift.matched != "book":
        warnings.append(
            "none of your accounts was looked at; name your snapshots with --data to match the mean over them"
        )
    adaptation = Adaptation(
        from_version=source.artefact.version,
        from_hash=source.artefact.content_hash,
        kind="shift",
        matched=shift.matched,
        slope=1.0,
        intercept=shift.intercept,
        rate=rate,
        rows=0 if book is None else len(book.days),
        accounts=0 if book is None else len(set(book.accounts.tolist())),
        churners=None,
        day=None if book is None else max(book.days).isoformat(),
    )
    return _Adapted(adaptation, None, notes, warnings)


def _by_outcomes(source: _Source, data: Path, config: Path) -> _Adapted:
    from nextplay.authoring.labelled import labelled_rows  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.training.ladder import fitted_rung  # noqa: PLC0415  likewise

    asked: TrainConfig = read_train_config(config)
    days = source.artefact.horizon_days
    if asked.horizon_days != days:
        message = (
            f"is {asked.horizon_days}, but `{source.artefact.version}` speaks of {days} days; label who left by then"
        )
        raise InputInvalid([Violation("horizon_days", message)])
    plan = source.vocabulary.plan(source.model.fact_names)
    rows = labelled_rows(data, asked, mapping_of(config, asked), plan)
    rung = fitted_rung(source.log_odds(rows.values), rows.left, rows.accounts, seed=asked.seed)
    adaptation = Adaptation(
        from_version=source.artefact.version,
        from_hash=source.artefact.content_hash,
        kind=rung.kind,
        matched="outcomes",
        slope=rung.line.slope,
        intercept=rung.line.intercept,
        rate=rung.after.rate,
        rows=rung.rows,
        accounts=rung.accounts,
        churners=rung.churners,
        day=(_DAY_ZERO + timedelta(days=int(rows.days.max()))).isoformat(),
    )
    notes = [f"left out {plural(count, 'row')}: {reason}" for reason, count in rows.left_out.items()]
    if rows.without_row:
        notes.append(f"left out {plural(rows.without_row, 'outcome')} of an account and day that is in no row")
    notes.append(rung.next_rung)
    warnings = []
    if rung.better and rung.gain_interval[0] <= 0:
        warnings.append("the gain may be chance: its interval holds 0")
    return _Adapted(adaptation, rung, notes, warnings)


def _write(folder: Path, source: _Source, found: _Adapted) -> None:
    from nextplay.churn.training.adapted_card import adapted_card  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.training.base_rate import mean_after  # noqa: PLC0415  likewise

    specs, about = source.vocabulary.specs, source.artefact
    line = found.adaptation
    mean = mean_after(about, line.slope, line.intercept)
    content = adapted_artefact(source.file, specs, version=folder.name, adaptation=line, mean=mean)
    ChurnModel.load(ModelFile(folder / FILE_NAME, content), specs)
    card = adapted_card(folder.name, about.provenance, about.horizon_days, adaptation=found.adaptation, rung=found.rung)
    with writing(folder):
        folder.mkdir(parents=True)
        (folder / FILE_NAME).write_bytes(content)
        (folder / "card.md").write_text(card, encoding="utf-8")


def _document(source: _Source, found: _Adapted, folder: Path | None) -> dict[str, Any]:
    rung = found.rung
    return {
        "adaptation": found.adaptation.model_dump(),
        "provenance": source.artefact.provenance,
        "horizon_days": source.artefact.horizon_days,
        "judged": None if rung is None else asdict(rung) | {"better": rung.better},
        "notes": found.notes,
        "warnings": found.warnings,
        "folder": None if folder is None else str(folder),
    }


def _say(source: _Source, found: _Adapted, name: str) -> None:
    about = source.artefact
    say(f"{name}: the ranking of {about.version} ({about.provenance}), risk within {about.horizon_days} days")
    say(f"log-odds = {line_words(found.adaptation)}")
    for note in found.notes:
        say(f"  {note}")
    if found.rung is not None:
        _say_rung(found.rung, about.version)


def _say_rung(rung: Rung, source: str) -> None:
    from nextplay.churn.training.adapted_card import measure_lines  # noqa: PLC0415  looking into a model needs no numpy

    counted = f"{plural(rung.rows, 'row')} of {plural(rung.accounts, 'account')}, {rung.churners} left"
    say(f"\njudged on {counted}, in {rung.folds} folds of whole accounts, 95 % intervals\n")
    for name, before, after in (("", source, "adapted"), *measure_lines(rung)):
        say(f"{name:<17} {before:<26} {after}".rstrip())
    tried = ", ".join(f"{kind} {loss:.4f}" for kind, loss in rung.log_loss.items())
    low, high = rung.gain_interval
    say(f"\nlog-loss by what is fitted: {tried}")
    say(f"chosen: {rung.kind}; it lowers the log-loss by {rung.gain:.4f} ({low:.4f} to {high:.4f})")
