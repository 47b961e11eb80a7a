"""`nextplay model drift`: whether accounts now look like those a model was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nextplay.authoring.train_config import mapping_of, read_train_config
from nextplay.churn.artefact import model_file, verified
from nextplay.churn.model import ChurnModel
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.exits import ExitCode
from nextplay.cli.model_show import VersionOption, model_folder, vocabulary_of
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json
from nextplay.cli.places import ModelsOption, RulesOption, models_for
from nextplay.cli.store_place import now as now_of_clock
from nextplay.cli.store_place import opened
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import FactPlan

if TYPE_CHECKING:
    from nextplay.authoring.labelled import LabelledRows
    from nextplay.churn.artefact import Artefact, Reference
    from nextplay.churn.drift import Finding, Sample

_TITLES: Final[Mapping[str, str]] = {
    "missing": "1. unknown values",
    "fact": "2. facts",
    "score": "3. answers",
    "calibration": "4. calibration",
}
_WORDS: Final[Mapping[str, str]] = {
    "drifted": "DRIFTED",
    "small": "more than chance, too small to matter",
    "steady": "steady",
    "too few": "no verdict",
}
_SEED: Final = 7
"""Of the draws that tell how sure a slope is."""
_NAMES: Final[Mapping[str, str]] = {"psi": "all answers", "rank": "mean rank", "auc": "AUC"}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Accounts now: scored, with their outcomes where there are any, and what was left out."""

    sample: Sample
    rows: int
    labelled: LabelledRows | None
    left_out: Mapping[str, int]


def run_drift(  # noqa: PLR0913  each parameter is an option of the command
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="Accounts now: snapshots; or, with --config, with outcomes."),
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="URL", help="Accounts now out of a store, in place of --data.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="INSTANT", help="With --store: only what was decided since.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="FILE", help="Earlier snapshots to compare with, not the model's reference."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="TRAIN.toml", help="How to read outcomes, as for evaluating.")
    ] = None,
    version: VersionOption = None,
    fail_if_drift: Annotated[
        bool, typer.Option("--fail-if-drift", help="End with exit code 6 if one drifted, with 7 if none could be told.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what is steady, line by line.")] = False,
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Tell whether accounts have drifted away from those a model was made from, and what to do about it.

    In the order in which to look: unknown values, facts, answers, and with outcomes the calibration. All tests share
    one rate of false alarms.
    """
    from nextplay.churn.drift import drift  # noqa: PLC0415  looking into a model needs no numpy

    _checked(data, store, config)
    vocabulary = vocabulary_of(rules)
    file = model_file(model_folder(models_for(rules, models), version))
    model, artefact = ChurnModel.load(file, vocabulary.specs), verified(file, vocabulary.specs)
    plan = vocabulary.plan(model.fact_names)
    moment = instant(as_of)
    matured: tuple[Finding, ...] = ()
    if data is None:
        now, matured = _logged(model, artefact, plan, store=store or "", since=instant(since, "--since"))
    else:
        now = _snapshots(model, data, plan, moment) if config is None else _outcomes(model, data, config, plan)
    earlier = None if against is None else _snapshots(model, against, plan, moment)
    reference, accounts = _reference(artefact, earlier)
    findings = drift(artefact.tables, reference, now.sample, reference_accounts=accounts)
    findings += matured or _matured(artefact, now, config)
    then_rows = f"{plural(reference.rows, 'row')} of {'that file' if against else 'its reference'}"
    document = _document(artefact, now, findings, against=then_rows)
    if output is Format.JSON:
        say_json(document)
    else:
        _say(document, everything=everything)
    if fail_if_drift and document["drifted"]:
        raise typer.Exit(ExitCode.DRIFTED)
    if fail_if_drift and not document["judged"]:
        raise typer.Exit(ExitCode.NO_VERDICT)


def _checked(data: Path | None, store: str | None, config: Path | None) -> None:
    """Refuse options that do not go together."""
    if (data is None) == (store is None) or (store is not None and config is not None):
        message = "give one of --data and --store; --config tells how to read outcomes of --data, the store has its own"
        raise InputInvalid([Violation("--data", message)])


def _reference(artefact: Artefact, earlier: _Rows | None) -> tuple[Reference, int | None]:
    """Return what to compare with, and of how many accounts it is: earlier rows, else what the model keeps."""
    from nextplay.churn.drift import reference_of  # noqa: PLC0415  looking into a model needs no numpy

    if earlier is not None:
        return reference_of(artefact.tables, earlier.sample), earlier.sample.accounts
    if artefact.reference is None:
        message = f"is needed: `{artefact.version}` was made from no accounts; name a file of earlier snapshots"
        raise InputInvalid([Violation("--against", message)])
    return artefact.reference, artefact.training.accounts if artefact.training else None


def _logged(
    model: ChurnModel, artefact: Artefact, plan: FactPlan, *, store: str, since: str | None
) -> tuple[_Rows, tuple[Finding, ...]]:
    """Read accounts as they were asked about last, and judge the probabilities of those whose outcome is known."""
    from nextplay.churn.drift import Sample  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.matured import calibration_drift  # noqa: PLC0415  likewise
    from nextplay.cli import drift_log  # noqa: PLC0415  likewise

    with opened(store) as there:
        book = drift_log.questions_now(there, plan, since=None if since is None else datetime.fromisoformat(since))
        matured = drift_log.matured_rows(there, plan, horizon_days=model.horizon_days, today=now_of_clock().date())
    sample = Sample(book.values, model.score_many(book.values).probability, len(set(book.accounts.tolist())))
    left_out = {"cannot be used": len(book.bad)} if book.bad else {}
    if matured is not None and matured.unknown:
        left_out[drift_log.UNKNOWN] = matured.unknown
    rows = _Rows(sample, len(book.days), None, left_out)
    if matured is None or not 0 < matured.left.sum() < len(matured.left):
        complain("no calibration: of no accounts is it known that some left and some stayed within the horizon")
        return rows, ()
    probability = model.score_many(matured.facts.values).probability
    trained = artefact.training.measures.get("auc") if artefact.training else None
    return rows, calibration_drift(probability, matured.left, matured.facts.accounts, trained_auc=trained, seed=_SEED)


def _snapshots(model: ChurnModel, path: Path, plan: FactPlan, as_of: str | None) -> _Rows:
    from nextplay.authoring.unlabelled import book_facts  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.drift import Sample  # noqa: PLC0415  likewise

    book = book_facts(path, plan, as_of=as_of)
    probability = model.score_many(book.values).probability
    sample = Sample(book.values, probability, len(set(book.accounts.tolist())))
    if book.bad:
        complain(f"left out {plural(len(book.bad), 'row')}; the first, line {book.bad[0].number}: {book.bad[0].told}")
    return _Rows(sample, len(book.days), None, {"cannot be used": len(book.bad)} if book.bad else {})


def _outcomes(model: ChurnModel, path: Path, config: Path, plan: FactPlan) -> _Rows:
    from nextplay.authoring.labelled import labelled_rows  # noqa: PLC0415  looking into a model needs no numpy
    from nextplay.churn.drift import Sample  # noqa: PLC0415  likewise

    asked = read_train_config(config)
    if asked.horizon_days != model.horizon_days:
        message = f"is {asked.horizon_days}, but `{model.version}` speaks of {model.horizon_days} days"
        raise InputInvalid([Violation("horizon_days", f"{message}; label who left by then")])
    rows = labelled_rows(path, asked, mapping_of(config, asked), plan)
    probability = model.score_many(rows.values).probability
    return _Rows(
        Sample(rows.values, probability, len(set(rows.accounts.tolist()))), len(rows.left), rows, rows.left_out
    )


def _matured(artefact: Artefact, now: _Rows, config: Path | None) -> tuple[Finding, ...]:
    from nextplay.churn.matured import calibration_drift  # noqa: PLC0415  looking into a model needs no numpy

    rows = now.labelled
    if rows is None or config is None:
        return ()
    trained = artefact.training.measures.get("auc") if artefact.training else None
    return calibration_drift(
        now.sample.probabilities, rows.left, rows.accounts, trained_auc=trained, seed=read_train_config(config).seed
    )


def _document(artefact: Artefact, now: _Rows, findings: Sequence[Finding], *, against: str) -> dict[str, Any]:
    from nextplay.churn.drift import FALSE_ALARMS  # noqa: PLC0415  looking into a model needs no numpy

    return {
        "version": artefact.version,
        "provenance": artefact.provenance,
        "rows": now.rows,
        "accounts": now.sample.accounts,
        "left_out": dict(now.left_out),
        "against": against,
        "false_alarms": FALSE_ALARMS,
        "findings": [asdict(one) for one in findings],
        "judged": sum(one.verdict != "too few" for one in findings),
        "drifted": sum(one.verdict == "drifted" for one in findings),
    }


def _say(document: Mapping[str, Any], *, everything: bool) -> None:
    findings = document["findings"]
    counted = f"{plural(document['rows'], 'row')} of {plural(document['accounts'], 'account')}"
    say(f"{document['version']} ({document['provenance']}): {counted} against {document['against']}")
    for reason, count in document["left_out"].items():
        say(f"  left out {plural(count, 'row')}: {reason}")
    judged = document["judged"]
    if judged:
        rate = f"{document['false_alarms']:.0%}"
        say(f"{plural(judged, 'test')}; where nothing drifted one of them alarms in about {rate} of the runs")
    for step, title in _TITLES.items():
        found = [one for one in findings if one["step"] == step]
        if found:
            _say_step(title, found, everything=everything)
    say(f"\n{_closing(document)}")


def _closing(document: Mapping[str, Any]) -> str:
    from nextplay.churn.drift import FEWEST  # noqa: PLC0415  looking into a model needs no numpy

    drifted, judged, of = document["drifted"], document["judged"], len(document["findings"])
    if not judged:
        return f"no verdict: none of {of} tests has enough accounts; bring at least {FEWEST} on each side"
    if drifted:
        return f"{plural(drifted, 'figure')} drifted"
    return (
        "nothing drifted" if judged == of else f"nothing drifted in {judged} of {of} tests; the others have no verdict"
    )


def _say_step(title: str, found: Sequence[Mapping[str, Any]], *, everything: bool) -> None:
    say(f"\n{title}")
    shown = [
        one for one in found if everything or one["verdict"] in {"drifted", "small"} or one["step"] == "calibration"
    ]
    for one in shown:
        name = one["fact"] or _NAMES.get(one["measure"], one["measure"])
        say(f"  {name}: {_WORDS[one['verdict']]}")
        if one["verdict"] == "too few":
            say(f"    {one['says']}")
            continue
        sign = "" if one["measure"] in {"psi", "rank"} else "+"
        say(f"    {one['says']}; {_figure(one, sign)}")
        if one["verdict"] == "drifted":
            say(f"    {one['remedy']}")
    for verdict in ("steady", "too few"):
        count = sum(one["verdict"] == verdict and one not in shown for one in found)
        if count:
            say(f"  {_WORDS[verdict]}: {count} of {len(found)}")


def _figure(one: Mapping[str, Any], sign: str) -> str:
    names = {"missing": "difference", "psi": "PSI", "rank": "rank"}
    name = names.get(one["measure"], "difference")
    figure = round(one["figure"], 3) + 0.0  # no -0.000
    return f"{name} {figure:{sign}.3f}, threshold {one['threshold']:.3f}"
