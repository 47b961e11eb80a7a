"""From the document of a model to its page, in the look of the other reports."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from nextplay.authoring.model_report.document import document_of
from nextplay.authoring.model_report.plots import plots
from nextplay.authoring.model_report.subject import Subject
from nextplay.authoring.reports.render import page_environment

_ORIGINS: Final = {
    "trained": "Learned from your own accounts. It knows nobody else's customers.",
    "synthetic": "Learned from invented accounts. It ranks by what was invented and predicts nobody's customers.",
    "expert": "Set by hand, learned from nobody. It ranks by judgement; its probabilities are no rates.",
}
_HOW: Final = {
    "time": (
        "They judged a model of the same recipe that had learned from earlier rows of other accounts alone, with a gap "
        "of the horizon between; the model of this page then learned from all rows, these among them."
    ),
    "account": (
        "In folds, each judged a model of the same recipe that had learned from other accounts alone; the model of "
        "this page then learned from all rows."
    ),
    "given": "They were given to a model made before. Where it learned from them, these figures flatter.",
}


def model_page(subject: Subject) -> str:
    """Return the page of a model. The same subject gives the same bytes."""
    found = document_of(subject)
    return laid_out(found)


def laid_out(found: dict[str, Any]) -> str:
    """Lay the document out with its plots."""
    drawn = {
        name: [Markup(one) for one in svg] if isinstance(svg, list) else Markup(svg)  # noqa: S704  our own drawings
        for name, svg in plots(found).items()
    }
    origin = _ORIGINS[found["provenance"]]
    ours = next(model for model in found["models"] if model["ours"])
    template = _environment().get_template("model.html")
    return template.render(found=found, plots=drawn, origin=origin, how=_HOW[found["how"]], ours=ours)


@cache
def _environment() -> Environment:
    environment = page_environment("nextplay.authoring.model_report")
    environment.filters |= {
        "percents": lambda share: f"{100 * share:.0f}\N{NO-BREAK SPACE}%",
        "share": lambda share: f"{100 * share:.1f}\N{NO-BREAK SPACE}%",
        "three": lambda number: f"{number:.3f}",
        "two": lambda number: f"{number:.2f}".replace("-", "\N{MINUS SIGN}"),
    }
    return environment
