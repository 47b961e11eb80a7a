"""A small book's model, judged: what pages are made from in the tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from tests.churn.training.small_book import PLANS, SMALL, WORDS, book

from nextplay.authoring.labelled import Labelled
from nextplay.authoring.model_report.subject import Subject, subject_of_training
from nextplay.churn.artefact import FILE_NAME, ModelFile, verified
from nextplay.churn.training.assembly import artefact_of, title
from nextplay.churn.training.evaluation import evaluated
from nextplay.churn.training.fit import fitted
from nextplay.facts.spec import FactSpec

SPECS = {
    spec.name: spec
    for spec in (
        FactSpec("usage.active_ratio", "number", "use", unit="ratio", preference="higher_is_better"),
        FactSpec("support.open_p1", "number", "open P1", unit="count", preference="lower_is_better"),
        FactSpec("usage.live", "flag", "went live", preference="higher_is_better"),
        FactSpec("relationship.champion", "word", "who speaks for us", words=WORDS),
        FactSpec("profile.plan", "word", "what was bought", words=PLANS),
    )
}
QUICK = replace(SMALL, rounds=25)


@cache
def subject() -> Subject:
    """Train and judge by account once for all tests: accounts at two dates, a month apart."""
    table = book(400, per_account=2)
    model = fitted(table, QUICK)
    evaluation = evaluated(table, QUICK, split="account", horizon_days=90)
    content = artefact_of(model, SPECS, title("small-1", "synthetic", horizon_days=90))
    artefact = verified(ModelFile(Path("small-1") / FILE_NAME, content), SPECS)
    labelled = Labelled(table, 412, {"no label": 12}, 3, 2)
    return subject_of_training(
        artefact, SPECS, labelled=labelled, model=model, evaluation=evaluation, vouched=("usage.live",)
    )


def undated(found: Subject) -> Subject:
    """Return the subject without days."""
    return replace(found, dated=replace(found.dated, days=None), judged=replace(found.judged, days=None))


def of_one_month(found: Subject) -> Subject:
    """Return the subject with all rows of one day."""
    return replace(found, dated=replace(found.dated, days=np.full(len(found.dated.label), 20_000)))
