"""`nextplay model`: train a churn model on one's own outcomes, and look into one."""

from __future__ import annotations

import typer

from nextplay.cli.model_adapt import adapt
from nextplay.cli.model_drift import run_drift
from nextplay.cli.model_evaluate import evaluate
from nextplay.cli.model_explain import explain
from nextplay.cli.model_show import show_model
from nextplay.cli.model_train import train

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Train a churn model, and look into one.")


@app.callback()
def model() -> None:
    """Train a churn model on one's own outcomes, and look into one."""


app.command("train")(train)
app.command("adapt")(adapt)
app.command("evaluate")(evaluate)
app.command("drift")(run_drift)
app.command("show")(show_model)
app.command("explain")(explain)
