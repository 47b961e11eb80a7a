"""The figures of the page are those of the rows that judged, and its sentences say what the figures say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.authoring.model_report.small_subject import of_one_month, subject, undated

from nextplay.authoring.model_report.document import document_of
from nextplay.authoring.model_report.verdict import gap_sentences, verdict
from nextplay.churn.training.baselines import BASELINES, DEEPER
from nextplay.churn.training.evaluation import HIDDEN_SHARES


@pytest.fixture(name="found", scope="module")
def gathered() -> dict[str, Any]:
    """Gather the figures once."""
    return document_of(subject())


def test_every_model_stands_with_intervals_beside_this_one(found: dict[str, Any]) -> None:
    """The model comes first, the baselines follow, and each figure lies within its interval."""
    assert [model["name"] for model in found["models"]] == ["this model", *BASELINES, *DEEPER]
    for model in found["models"][2:]:
        for measure in ("auc", "log_loss", "brier"):
            low, high = model["intervals"][measure]
            assert low <= model[measure] <= high
    assert found["models"][1]["flat"]
    assert found["models"][1]["brier_skill"] == 0


def test_what_was_left_out_and_vouched_for_is_told(found: dict[str, Any]) -> None:
    """Rows by reason, cells, outcomes without a row, and facts that a person vouched for are counted on the page."""
    assert found["counted"] == {"rows": 412, "left_out": {"no label": 12}, "cells": 3, "without_row": 2}
    assert found["vouched"] == ["usage.live"]
    assert found["judged"]["rows"] == 400


def test_groups_and_scores_count_every_row(found: dict[str, Any]) -> None:
    """The reliability groups and the histogram both hold all rows that judged."""
    told = found["reliability"]
    assert sum(group["rows"] for group in told["groups"]) == 400
    assert sum(told["left"]) + sum(told["stayed"]) == 400
    assert sum(told["left"]) == found["judged"]["left"]


def test_calling_more_reaches_more(found: dict[str, Any]) -> None:
    """The curve rises from nobody to everybody, within its band, and the table stands on it."""
    lift = found["lift"]
    curve = lift["curves"]["this model"]
    assert (curve[0], curve[-1]) == (0, 1)
    assert curve == sorted(curve)
    assert [row["share"] for row in lift["rows"]] == [0.05, 0.1, 0.2]
    for row in lift["rows"]:
        assert row["low"] <= row["found"]["this model"] <= row["high"]


def test_shapes_are_sorted_by_span_and_centred_on_what_is_known(found: dict[str, Any]) -> None:
    """The widest comes first; steps have one value for each interval between edges."""
    spans = [shape["span"] for shape in found["shapes"]]
    assert spans == sorted(spans, reverse=True)
    assert len(found["shapes"]) + len(found["faint"]) == found["facts"]
    for shape in found["shapes"]:
        if shape["kind"] == "number":
            assert len(shape["edges"]) == len(shape["values"]) + 1
            assert shape["edges"] == sorted(shape["edges"])


def test_the_model_is_put_under_stress(found: dict[str, Any]) -> None:
    """With three quarters hidden it ranks worse than with nothing hidden, and speaks of the same rows."""
    assert [row["share"] for row in found["stress"]] == [*HIDDEN_SHARES]
    assert found["stress"][0]["auc"] > found["stress"][-1]["auc"]
    assert len({row["rate"] for row in found["stress"]}) == 1


def test_dates_are_told_where_there_are_several() -> None:
    """Two months give two periods, one gives one, no days give none."""
    found = subject()
    assert [len(document_of(one)["periods"]) for one in (found, of_one_month(found), undated(found))] == [2, 1, 0]


def verdict_with(found: dict[str, Any], over: dict[str, float] | None = None, **ours: object) -> str:
    """Return the verdict of the document with some figures changed."""
    models = [model | ours if model["ours"] else model for model in found["models"]]
    return " ".join(verdict(found | {"models": models, "over_health": over})).replace("\N{NO-BREAK SPACE}", " ")


def test_the_verdict_says_what_the_figures_say(found: dict[str, Any]) -> None:
    """Chance, a better or worse health score, and each way of being wrong have words of their own."""
    ends = found["models"][0]["intervals"]
    blind = ends | {"auc": [0.48, 0.6]}
    assert "It cannot be shown to tell" in verdict_with(found, intervals=blind)
    assert ", better than an equal-weight" in verdict_with(found, {"difference": 0.05, "error": 0.01})
    assert "would then be the better choice" in verdict_with(found, {"difference": -0.05, "error": 0.01})
    assert "cannot tell from an equal-weight" in verdict_with(found, {"difference": 0.01, "error": 0.01})
    wrong = ends | {"slope": [0.4, 0.8], "rate": [0.2, 0.3]}
    assert "too high on average and too sure of themselves" in verdict_with(found, intervals=wrong, mean=0.4)
    wrong = ends | {"slope": [1.2, 1.8], "rate": [0.2, 0.3]}
    assert "right on average and too cautious" in verdict_with(found, intervals=wrong, mean=0.25)
    assert "use the order, not the numbers" in verdict_with(found, brier_skill=-0.01)
    assert "Logistic does better" in verdict_with(found | {"rivals": ["Logistic does better."]})
    assert "does better" not in verdict_with(found | {"rivals": []})


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.02, "ranks better by more than a standard error"), (-0.02, "ranks worse"), (0.005, "ranks alike")],
)
def test_deep_trees_are_judged_by_their_error(difference: float, words: str) -> None:
    """A difference under its standard error is none."""
    [told] = gap_sentences({"gaps": [{"name": "default boosting", "difference": difference, "error": 0.01}]})
    assert words in told
