"""From the document of a simulation or a difference to its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

Document = Mapping[str, Any]


def simulation_page(document: Document) -> str:
    """Return the page of a simulation."""
    return page_environment().get_template("simulation.html").render(found=document)


def difference_page(document: Document) -> str:
    """Return the page of a difference."""
    return page_environment().get_template("difference.html").render(found=document)


@cache
def page_environment(*packages: str) -> Environment:
    """Return what lays pages out in the look of all reports; templates of `packages` come beside the shared ones."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, "nextplay.authoring.reports")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "count": lambda number: f"{number:,}",
        "hours": lambda number: f"{number:,.1f}",
        "whole": lambda number: f"{number:,.0f}",
        "signed": lambda number: f"{number:+,.1f}" if round(number, 1) else "0",
        "share": _share,
        "percent": lambda share: f"{min(share, 1) * 100:.2f}%",
        "words": lambda name: str(name).replace("_", " ").replace("-", " "),
        "greatest": _greatest,
    }
    return environment


def _share(share: float) -> str:
    """Write a share in per cent; what is little and not nothing is never written as nothing."""
    return "<0.1 %" if 0 < share < 0.001 else f"{share * 100:.1f} %"  # noqa: PLR2004  the last digit shown


def _greatest(rows: Iterable[Mapping[str, Any]], *keys: str) -> float:
    """Return the greatest number under any of the keys, at least 1: what bars are drawn against."""
    return max((abs(row[key]) for row in rows for key in keys), default=1) or 1
