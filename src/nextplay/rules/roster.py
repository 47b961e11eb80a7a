"""Which gaps and plays count on a day, which of them are on trial, and the names that they had before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from nextplay.rules.rulebook import GapRule, Play, Rulebook
from nextplay.snapshot import HistoryEntry

_NOBODY: Final[frozenset[str]] = frozenset()


class Absent(NamedTuple):
    """Ids of what does not count: `gaps` and `plays` are out of their days or on trial, the others on trial alone."""

    gaps: frozenset[str] = _NOBODY
    plays: frozenset[str] = _NOBODY
    gaps_on_trial: frozenset[str] = _NOBODY
    plays_on_trial: frozenset[str] = _NOBODY


ALL_PRESENT: Final = Absent()


class Roster:
    """The life of every rule. Where all are live without an end, asking costs next to nothing."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Keep the rules that do not always count."""
        self._gaps = _mortal(rulebook.gaps)
        self._plays = _mortal(rulebook.plays)

    def on(self, day: date | None) -> Absent:
        """Return what does not count on `day`; without a day, every rule is within its days."""
        if not self._gaps and not self._plays:
            return ALL_PRESENT
        gaps, gaps_on_trial = _absent(self._gaps, day)
        plays, plays_on_trial = _absent(self._plays, day)
        return Absent(gaps, plays, gaps_on_trial, plays_on_trial)


class Renaming:
    """The ids that rules had before: what history says of them counts for the rules that bear new ones."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Gather every `was`."""
        self._gaps = {old: rule.id for rule in rulebook.gaps for old in rule.life.was}
        self._plays = {old: play.id for play in rulebook.plays for old in play.life.was}

    def followed(self, history: tuple[HistoryEntry, ...], absent: Absent) -> tuple[HistoryEntry, ...]:
        """Return the history under the ids of today. A rule that does not count on this day claims no past."""
        if not self._gaps and not self._plays:
            return history
        gaps = {old: new for old, new in self._gaps.items() if new not in absent.gaps}
        plays = {old: new for old, new in self._plays.items() if new not in absent.plays}
        return tuple(_renamed(entry, gaps, plays) for entry in history)


def _renamed(entry: HistoryEntry, gaps: Mapping[str, str], plays: Mapping[str, str]) -> HistoryEntry:
    if entry.gap not in gaps and entry.play not in plays:
        return entry
    gap, play = entry.gap and gaps.get(entry.gap, entry.gap), entry.play and plays.get(entry.play, entry.play)
    return replace(entry, gap=gap, play=play)


def _mortal(rules: Iterable[GapRule | Play]) -> tuple[GapRule | Play, ...]:
    return tuple(rule for rule in rules if rule.life.status != "live" or rule.life.starts_on or rule.life.ends_on)


def _absent(rules: Iterable[GapRule | Play], day: date | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rules that do not count, and those of them that are on trial."""
    within = [rule for rule in rules if day is None or rule.life.covers(day)]
    trial = frozenset(rule.id for rule in within if rule.life.status == "shadow")
    return frozenset(rule.id for rule in rules) - {rule.id for rule in within} | trial, trial
