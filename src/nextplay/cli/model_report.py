"""The page about a model: made where matplotlib is installed, and otherwise left out with one line."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from nextplay.errors import InputInvalid, Violation

if TYPE_CHECKING:
    from nextplay.authoring.model_report.subject import Subject

REPORT_FILE: Final = "report.html"
LEFT_OUT: Final = f"{REPORT_FILE} is left out: its plots need the extra `report`; install `nextplay[report]`"


def can_draw() -> bool:
    """Say whether the plots can be drawn here."""
    return find_spec("matplotlib") is not None


def refuse_without_plots() -> None:
    """Raise `InputInvalid` where a page was asked for and cannot be drawn."""
    if not can_draw():
        raise InputInvalid([Violation("--report", "its plots need the extra `report`; install `nextplay[report]`")])


def report_of(subject: Subject) -> str:
    """Return the page."""
    from nextplay.authoring.model_report.page import model_page  # noqa: PLC0415  only this draws

    return model_page(subject)
