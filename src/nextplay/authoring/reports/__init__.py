"""Findings as one page each: complete in one file, without scripts, readable in light, in dark and on paper."""

from nextplay.authoring.reports.render import difference_page, simulation_page

__all__ = ["difference_page", "simulation_page"]
