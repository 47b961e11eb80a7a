"""The linter's workbench: one release, its files, and what every check needs to say something about them."""

from __future__ import annotations

from collections.abc import Mapping

from nextplay.authoring.lint.boxes import Box, Space
from nextplay.authoring.lint.codes import LINTS, Level, LintCode
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import searched_signals, searched_specs
from nextplay.authoring.lint.places import RulePlaces
from nextplay.authoring.lint.search import MOST_STEPS, Goal, Search
from nextplay.authoring.lint.stated import Stated, stated_conditions
from nextplay.authoring.lint.witness import Witnesses
from nextplay.release import Release
from nextplay.rules.condition import FactLeaf, leaves_of
from nextplay.rules.rulebook import GapRule, Place


class Bench:
    """What the checks share. Witnesses are only built where they are asked for: they cost more than the findings."""

    def __init__(
        self, release: Release, files: Mapping[str, bytes], *, with_witnesses: bool, most_steps: int = MOST_STEPS
    ) -> None:
        """Cut the facts at everything that the rulebook compares."""
        self.release = release
        self.book = release.rulebook
        self.stated: tuple[Stated, ...] = tuple(stated_conditions(self.book))
        self.gaps: Mapping[str, GapRule] = {gap.id: gap for gap in self.book.gaps}
        self.signals = searched_signals(self.book)
        self.specs = searched_specs(release.vocabulary)
        conditions = (*(one.condition for one in self.stated), *self.signals.values())
        leaves = (leaf for one in conditions for leaf in leaves_of(one) if isinstance(leaf, FactLeaf))
        space = Space(leaves, self.specs)
        self.search = Search(space, self.signals, most_steps=most_steps)
        self.places = RulePlaces(files)
        self.witnesses = Witnesses(release, self.search, self.signals)
        self._with_witnesses = with_witnesses

    def finding(
        self,
        place: Place,
        code: LintCode,
        message: str,
        *,
        hint: str = "",
        shown_by: tuple[Goal, ...] | None = None,
        start: Box | None = None,
        level: Level | None = None,
    ) -> Finding:
        """Return a finding with its line; a witness is a customer that reaches `shown_by` within `start`."""
        excerpt = self.places.excerpt(place)
        witness = None
        if self._with_witnesses and shown_by is not None:
            witness = self.witnesses.find(f"{code}: {message.replace('`', '')}", *shown_by, start=start)
        return Finding(place, code, level or LINTS[code].level, message, hint, excerpt, witness)

    def place_of(self, stated: Stated, path: tuple[int, ...] = ()) -> Place:
        """Return where a condition, or a part of it, stands."""
        return self.places.part(stated.folder, stated.rule, stated.keys, path) or stated.place
