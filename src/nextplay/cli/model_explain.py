"""`nextplay model explain`: the score of one account, fact by fact, adding up exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nextplay.churn.calibration import log_odds_of
from nextplay.churn.model import ChurnModel
from nextplay.cli.model_show import VersionOption, model_folder, vocabulary_of
from nextplay.cli.output import Format, FormatOption, say, say_json
from nextplay.cli.places import ModelsOption, RulesOption, models_for
from nextplay.cli.rules_explain import snapshot_of
from nextplay.decision import FactValue
from nextplay.facts import Facts


def explain(
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="JSON file, JSON lines, or - for stdin.")],
    *,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Which account of a book; a book of one needs no name.")
    ] = None,
    version: VersionOption = None,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Explain the risk of one account: base, what each fact adds, and what the model does not know."""
    vocabulary = vocabulary_of(rules)
    model = ChurnModel.load(model_folder(models_for(rules, models), version), vocabulary.specs)
    facts = vocabulary.plan(model.fact_names).read(snapshot_of(snapshot, account))
    document = _document(model, facts)
    if output is Format.JSON:
        say_json(document)
        return
    say(
        f"{document['probability']:.1%} within {model.horizon_days} days, {document['band']} ({document['provenance']})"
    )
    say(f"{document['completeness']:.0%} of the model's facts are known\n")
    say(f"{model.base:+7.3f}  base")
    for family in document["families"]:
        say(f"{family['contribution']:+7.3f}  {family['family']}")
        for fact in family["facts"]:
            say(f"{fact['contribution']:+15.3f}  {fact['fact']}: {_said(fact['value'])}")
    say(f"{document['log_odds']:+7.3f}  log-odds")
    if model.calibrated:
        say(f"{log_odds_of(document['probability']):+7.3f}  behind the calibrator: the log-odds of the probability")
    for name in document["out_of_range"]:
        say(f"`{name}` is beyond what the model was made from")


def _said(value: FactValue) -> str:
    """Write a value with six figures; JSON has all of them."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.0f}" if value.is_integer() else f"{value:.6g}"
    return str(value)


def _document(model: ChurnModel, facts: Facts) -> dict[str, Any]:
    score, adds = model.score(facts), model.contributions(facts)
    return {
        "version": model.version,
        "provenance": model.provenance,
        "base": model.base,
        "log_odds": score.log_odds,
        "probability": score.probability,
        "band": score.band,
        "completeness": score.completeness,
        "out_of_range": score.out_of_range,
        "families": [
            {
                "family": family.family,
                "contribution": family.contribution,
                "facts": [
                    {"fact": name, "value": facts.value(name), "contribution": adds[name]} for name in family.facts
                ],
            }
            for family in score.families
        ],
    }
