"""One account before one release: its facts, the truth of every signal, and the decision with its whole trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextplay.authoring.explain.unread import Unread
from nextplay.authoring.explain.words import words
from nextplay.canonical import snapshot_document
from nextplay.decider import Decider
from nextplay.decision import Decision, Options, Side
from nextplay.facts import Facts, FactSpec, Item, ItemKind, items_by_place, kind_of
from nextplay.release import Release
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import GapRule, Play, SignalRule
from nextplay.sentences import fact_label
from nextplay.snapshot import CustomerSnapshot, SnapshotReading

Rule = SignalRule | GapRule | Play


class Decided:
    """What came of one snapshot. `answers` are the sides that reps' valid answers named, by gap."""

    def __init__(self, decider: Decider, snapshot: CustomerSnapshot, options: Options) -> None:
        """Decide, and keep what the decision was made of."""
        release = decider.release
        self.snapshot = snapshot
        self.decision: Decision = decider.decide(SnapshotReading(snapshot), options=options)
        churn = self.decision.churn
        self.facts: Facts = release.plan.read(snapshot).with_churn(churn.probability, churn.band)
        self.signals: Mapping[str, Truth] = {entry.signal: entry.truth for entry in self.decision.trace}
        self.answers: Mapping[str, Side] = dict(_answers(self.decision, release))
        self._rows: dict[ItemKind, Mapping[int, Item] | None] = {}

    def rows(self, kind: ItemKind) -> Mapping[int, Item] | None:
        """Return the items that rules look at by their places in the list; `None` where it was not sent."""
        if kind not in self._rows:
            items = self.facts.items.get(kind)
            self._rows[kind] = None if items is None else items_by_place(kind, self.snapshot, items)
        return self._rows[kind]


class Case:
    """An account to be explained, with the rules by id; other snapshots can be decided the same way."""

    def __init__(
        self, release: Release, snapshot: CustomerSnapshot, *, locale: str = "en", unread: Unread | None = None
    ) -> None:
        """Decide for the account once. `unread` is what was sent and counts as unknown."""
        self.release = release
        self.unread: Unread = unread or {}
        self._decider = Decider(release)
        self._options = Options(locale=locale, explanation="full")
        self.given = self.decide(snapshot)
        self.locale = self.given.decision.locale
        self.signals: Mapping[str, SignalRule] = {rule.id: rule for rule in release.rulebook.signals}
        self.gaps: Mapping[str, GapRule] = {rule.id: rule for rule in release.rulebook.gaps}
        self.plays: Mapping[str, Play] = {rule.id: rule for rule in release.rulebook.plays}
        self.specs: Mapping[str, FactSpec] = {**release.vocabulary.specs, **release.vocabulary.item_specs}

    @property
    def document(self) -> dict[str, Any]:
        """The snapshot as JSON values, fresh for each caller."""
        return snapshot_document(self.given.snapshot)

    def decide(self, snapshot: CustomerSnapshot) -> Decided:
        """Decide for another snapshot with the same release and options."""
        return Decided(self._decider, snapshot, self._options)

    def label(self, fact: str, *, within: str | None = None) -> str:
        """Return what a fact is called in the language of the answer.

        Of a row (`@2`) with the name of its item, unless that is the one `within` which it is told.
        """
        bare = fact.partition("@")[0]
        item = self.item(fact)
        label = fact_label(bare, self.locale)
        if item is None or within == item.name:
            return label
        return words(self.locale, "of_item", label=label, item=item.name)

    def item(self, fact: str) -> Item | None:
        """Return the item that a fact of a row is about; `None` for others, and where the account has no such row."""
        bare, _, place = fact.partition("@")
        kind = kind_of(bare)
        return (self.given.rows(kind) or {}).get(int(place)) if kind is not None and place else None

    def spec(self, fact: str) -> FactSpec:
        """Return the spec of a fact, be it of the account or of a row."""
        return self.specs[fact.partition("@")[0]]

    def rule(self, name: str) -> Rule:
        """Return a gap, play or signal by id, the first of these that has it; `KeyError` where none has.

        `gap:ID`, `play:ID` and `signal:ID` name one sort.
        """
        sort, _, rest = name.rpartition(":")
        books: dict[str, Mapping[str, Rule]] = {"gap": self.gaps, "play": self.plays, "signal": self.signals}
        for one in (sort,) if sort else tuple(books):
            if rest in books[one]:
                return books[one][rest]
        raise KeyError(name)


def _answers(decision: Decision, release: Release) -> list[tuple[str, Side]]:
    asks = {gap.id: gap.ask for gap in release.rulebook.gaps}
    found = [(gap.gap, asks[gap.gap], gap.answered) for gap in decision.gaps]
    return [(gap, ask.options[answer]) for gap, ask, answer in found if ask is not None and answer]
