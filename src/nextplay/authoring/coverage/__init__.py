"""Which rules and leaves the tests of a rulebook have really tried, and customers for those that they have not."""

from __future__ import annotations

from collections.abc import Mapping

from nextplay.authoring.coverage.counts import Coverage, LeafCoverage, RuleCoverage, Truths
from nextplay.authoring.coverage.tally import cover

__all__ = ["Coverage", "LeafCoverage", "Mapping", "RuleCoverage", "Truths", "cover"]
