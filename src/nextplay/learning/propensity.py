"""The chance that a play is accepted, after its reactions: the posterior mean of a Beta distribution.

With a prior of `accepted` out of `of`, that is Beta(accepted, of - accepted), and verdicts that weigh w, the mean is
(accepted + sum of w over yes) / (of + sum of w over all): the conjugate update of a Bernoulli chance (Gelman et al.,
Bayesian Data Analysis, 3rd ed., section 2.4). A verdict weighs 0.5 ** (age / half-life), so that what customers like
may change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from nextplay.learning.verdicts import Verdict
from nextplay.rules.rulebook import ALL_SEGMENTS, Prior, Rulebook

HALF_LIFE_DAYS: Final = 180
LEAST_REACTIONS: Final = 10
"""With fewer yes and no a prior says more than they do: one more would move the mean of ten by up to a tenth."""


class Propensity(NamedTuple):
    """The counts of the posterior, the prior's included; `weight` is what the reactions added to `of`."""

    accepted: float
    of: float
    weight: float
    reactions: int
    accounts: int

    @property
    def mean(self) -> float:
        """The chance that the play is accepted, 0 to 1."""
        return self.accepted / self.of


@dataclass(frozen=True, slots=True)
class LearnedPlay:
    """A play: its prior, and what was learned by segment, `all` first. Nothing where reactions are too few."""

    play: str
    prior: Prior
    reactions: int
    learned: Mapping[str, Propensity]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn on a day: each play of the rulebook by id; `gone` counts verdicts on others, by play."""

    as_of: date
    half_life_days: int
    least_reactions: int
    plays: tuple[LearnedPlay, ...]
    gone: Mapping[str, int]

    @property
    def enough(self) -> tuple[LearnedPlay, ...]:
        """The plays about which something was learned."""
        return tuple(one for one in self.plays if one.learned)

    @property
    def few(self) -> tuple[LearnedPlay, ...]:
        """The plays that keep their prior although somebody reacted."""
        return tuple(one for one in self.plays if one.reactions and not one.learned)


def weight_of(on: date, *, as_of: date, half_life_days: float) -> float:
    """Return how much a verdict counts: 1 on the day itself, half after each half-life."""
    return float(0.5 ** ((as_of - on).days / half_life_days))


def posterior(verdicts: Iterable[Verdict], prior: Prior, *, as_of: date, half_life_days: float) -> Propensity:
    """Add the verdicts up to `as_of`, that day included, to the prior; without any, it is the prior itself."""
    counted = [one for one in verdicts if one.on <= as_of]
    weights = [(weight_of(one.on, as_of=as_of, half_life_days=half_life_days), one.is_yes) for one in counted]
    weight = math.fsum(each for each, _ in weights)
    return Propensity(
        accepted=prior.accepted + math.fsum(each for each, is_yes in weights if is_yes),
        of=prior.of + weight,
        weight=weight,
        reactions=len(counted),
        accounts=len({one.account for one in counted}),
    )


def learn(
    verdicts: Iterable[Verdict],
    rulebook: Rulebook,
    *,
    as_of: date,
    half_life_days: int = HALF_LIFE_DAYS,
    least_reactions: int = LEAST_REACTIONS,
) -> Lesson:
    """Learn each play of the rulebook by segment and over all; one that had another id is known by it too."""
    present = {play.id for play in rulebook.plays}
    renamed = {was: play.id for play in rulebook.plays for was in play.life.was}
    by_play: dict[str, list[Verdict]] = {}
    for one in verdicts:
        if one.on <= as_of:
            by_play.setdefault(renamed.get(one.play, one.play), []).append(one)
    plays = []
    for play in rulebook.plays:
        prior, found = play.propensity or rulebook.arbitration.default_prior, by_play.get(play.id, [])
        learned = {
            segment: posterior(each, prior, as_of=as_of, half_life_days=half_life_days)
            for segment, each in _by_segment(found).items()
            if len(each) >= least_reactions
        }
        plays.append(LearnedPlay(play.id, prior, len(found), learned))
    gone = {play: len(each) for play, each in sorted(by_play.items()) if play not in present}
    return Lesson(as_of, half_life_days, least_reactions, tuple(plays), gone)


def _by_segment(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {ALL_SEGMENTS: list(verdicts)}
    for segment in sorted({one.segment for one in verdicts if one.segment is not None}):
        found[segment] = [one for one in verdicts if one.segment == segment]
    return found
