"""Random rulebooks and accounts by seed: wide rather than shrinkable, since drawing whole rulebooks is slow."""

from __future__ import annotations

from random import Random
from typing import Final, Literal

from tests.rules.books import ALL_FACTS, book, contested, plain, play

from nextplay.decision import Side
from nextplay.facts import Facts
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Operator, Parameter, SignalLeaf
from nextplay.rules.rulebook import GapRule, LeadLine, Play, Rulebook, Target

WORDS: Final = ("red", "green", "blue")
PLAIN_KINDS: Final[tuple[Literal["cx", "cs", "opportunity"], ...]] = ("cx", "cs", "opportunity")
CONTESTED_SIDES: Final[tuple[Literal["cx", "cs", "undetermined"], ...]] = ("cx", "cs", "undetermined")
ORDERED: Final[tuple[Operator, ...]] = ("lt", "lte", "gt", "gte")


class RandomBook:
    """A rulebook of a few gaps and plays over random conditions, and accounts to assess with it."""

    def __init__(self, seed: int) -> None:
        """Draw everything from one seed."""
        self._random = Random(seed)  # noqa: S311  repeatable, not secret
        signals: dict[str, Condition] = {}
        for number in range(self._random.randint(1, 6)):
            signals[f"s{number}"] = self._condition(tuple(signals), depth=2)
        self._signals = tuple(signals)
        gaps = [self._gap(f"g{number}") for number in range(self._random.randint(1, 6))]
        plays = [self._play(f"p{number}", gaps) for number in range(self._random.randint(0, 5))]
        lead = (LeadLine("cx", self._any_condition()), LeadLine("cs"))
        self.rulebook: Rulebook = book(signals, gaps, plays, lead=lead)

    def account(self) -> Facts:
        """Draw a value for most facts."""
        random = self._random
        share = random.choice([0.0, 0.5, 0.9, 1.0])
        values = {
            "attributes.flag": random.random() < 0.5,
            "attributes.n0": random.randint(-3, 3),
            "attributes.n1": random.choice([-1.5, 0.0, 0.5, 1.0, 2.5]),
            "attributes.n2": random.randint(0, 4),
            "attributes.word": random.choice(WORDS),
            "attributes.words": tuple(random.sample(WORDS, random.randint(0, 2))),
        }
        return Facts(ALL_FACTS, tuple(values[name] if random.random() < share else None for name in ALL_FACTS))

    def answers(self) -> dict[str, Side]:
        """Draw answers to some questions."""
        contested_gaps = [gap.id for gap in self.rulebook.gaps if gap.kind is None]
        sides: tuple[Side, Side] = ("cx", "cs")
        return {gap: self._random.choice(sides) for gap in contested_gaps if self._random.random() < 0.3}

    def _gap(self, name: str) -> GapRule:
        random = self._random
        weights = [-0.3, 0.1, 0.25, 0.4]
        each = [(signal, random.choice(weights)) for signal in self._signals if random.random() < 0.3]
        base = random.choice([0.3, 0.5, 0.9])
        unless = self._any_condition() if random.random() < 0.3 else None
        if random.random() < 0.5:
            kind = random.choice(PLAIN_KINDS)
            return plain(name, self._any_condition(), kind=kind, base=base, each=each, unless=unless)
        reading, cx, cs = (self._any_condition() for _ in range(3))
        return contested(name, reading, cx, cs, base=base, each=each, unless=unless)

    def _play(self, name: str, gaps: list[GapRule]) -> Play:
        answered = self._random.choices(gaps, k=self._random.randint(1, 3))
        targets = [Target(gap.id, None if gap.kind else self._random.choice(CONTESTED_SIDES)) for gap in answered]
        gates = [self._any_condition() if self._random.random() < 0.5 else None for _ in range(3)]
        return play(name, *targets, eligibility=gates[0], applicability=gates[1], suitability=gates[2])

    def _any_condition(self) -> Condition:
        return self._condition(self._signals, depth=2)

    def _condition(self, named: tuple[str, ...], *, depth: int) -> Condition:
        random = self._random
        shape = random.random()
        if depth and shape < 0.5:
            children = tuple(self._condition(named, depth=depth - 1) for _ in range(random.randint(0, 3) or 2))
            return All(children) if random.random() < 0.5 else AnyOf(children)
        if depth and shape < 0.6:
            return Not(self._condition(named, depth=depth - 1))
        if named and shape < 0.85:
            return SignalLeaf(random.choice(named))
        return self._leaf()

    def _leaf(self) -> FactLeaf:
        random = self._random
        chosen = random.choice([None, None, None, True, False])
        number = random.choice(["attributes.n0", "attributes.n1", "attributes.n2"])
        low, high = sorted(random.sample(range(-3, 5), 2))
        by_word = Parameter("limit", "attributes.word", {"red": low, "blue": high}, random.randint(-1, 2))
        leaves = [
            FactLeaf(number, random.choice(ORDERED), low, chosen),
            FactLeaf(number, random.choice(ORDERED), high),
            FactLeaf(number, random.choice(ORDERED), by_word, chosen),
            FactLeaf(number, "between", (low, high), chosen),
            FactLeaf(number, "eq", high, chosen),
            FactLeaf("attributes.flag", "eq", random.random() < 0.5, chosen),
            FactLeaf("attributes.word", "in", (WORDS[0], WORDS[1]), chosen),
            FactLeaf("attributes.words", "contains", "red", chosen),
            FactLeaf("attributes.words", "contains_any", ("green", "blue"), chosen),
            FactLeaf(random.choice(ALL_FACTS), "is_known"),
            FactLeaf(random.choice(ALL_FACTS), "is_unknown"),
        ]
        return random.choice(leaves)
