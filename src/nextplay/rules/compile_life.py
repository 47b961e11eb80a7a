"""The life of gaps and plays: when they count, the ids that they had, and the rules that are switched off."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format import GapForm, LifeForm, PlayForm
from nextplay.rules.rulebook import ALWAYS, GapRule, Life, Play, Rulebook, RuleTest, Target
from nextplay.rules.shape import Name

RANKS: Final = ("off", "shadow", "live")
"""What a rule may be, from the least alive on."""


def compile_life(form: LifeForm, log: FaultLog) -> Life:
    """Check the days of a rule. One that is off is live here: it is checked like any other and left out later."""
    starts_on, ends_on = (None if day is None else day.value for day in (form.from_, form.until))
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        message = f"`until` is {ends_on.isoformat()}, before `from`"
        log.add(form.key_place("until"), "reversed-range", message, hint="both days are included; swap them")
    was = tuple(dict.fromkeys(name.value for name in _old_names(form)))
    life = Life("shadow" if rank_of(form) == "shadow" else "live", starts_on, ends_on, was)
    return ALWAYS if life == ALWAYS else life


def rank_of(form: LifeForm) -> str:
    """Return what the rule is: live where nothing is written."""
    return "live" if form.status is None else form.status.value


def _old_names(form: LifeForm) -> tuple[Name, ...]:
    return () if form.was is None else form.was.value


def report_old_names(forms: Sequence[GapForm | PlayForm], kind: str, log: FaultLog) -> None:
    """Report old ids that a present rule bears, or that two rules claim: history could not tell whom it is about."""
    present = {form.id.value: form.id.place for form in reversed(forms) if form.id is not None}
    claimed: dict[str, Name] = {}
    for form in forms:
        for name in _old_names(form):
            before = claimed.setdefault(name.value, name)
            if name.value in present:
                place = present[name.value]
                message = f"{kind} `{name.value}` is there, at {place.path}:{place.line}; `was` takes ids of the past"
                log.add(
                    name.place, "duplicate-id", message, hint="remove it from `was`, or rename the rule that has it"
                )
            elif before.place != name.place:
                message = f"`{name.value}` stands in the `was` of another {kind} at {_spot(before)}"
                log.add(name.place, "duplicate-id", message, hint="history can follow one of them only")


def _spot(name: Name) -> str:
    return f"{name.place.path}:{name.place.line}"


def switched_off(rulebook: Rulebook, gaps: Iterable[GapForm], plays: Iterable[PlayForm]) -> Rulebook:
    """Leave out the rules that are off, and every mention of them.

    A play that answers none but gaps that are off is off itself. What tests expect of such rules is left out too.
    """
    gaps_off, plays_off = _off(gaps), _off(plays)
    if not gaps_off and not plays_off:
        return rulebook
    plays_off |= {play.id for play in rulebook.plays if all(target.gap in gaps_off for target in play.answers)}
    levers = rulebook.arbitration.lever_by_play
    return dataclasses.replace(
        rulebook,
        gaps=tuple(_gap_without(gap, gaps_off) for gap in rulebook.gaps if gap.id not in gaps_off),
        plays=tuple(_play_without(play, gaps_off, plays_off) for play in rulebook.plays if play.id not in plays_off),
        tests=tuple(_test_without(test, gaps_off, plays_off) for test in rulebook.tests),
        arbitration=dataclasses.replace(
            rulebook.arbitration, lever_by_play={name: pct for name, pct in levers.items() if name not in plays_off}
        ),
        off=tuple(sorted({*gaps_off, *plays_off})),
    )


def _off(forms: Iterable[GapForm | PlayForm]) -> set[str]:
    return {form.id.value for form in forms if form.id is not None and rank_of(form) == "off"}


def _gap_without(gap: GapRule, gaps_off: Collection[str]) -> GapRule:
    kept = tuple(part for part in gap.absorbs if part not in gaps_off)
    return gap if kept == gap.absorbs else dataclasses.replace(gap, absorbs=kept)


def _play_without(play: Play, gaps_off: Collection[str], plays_off: Collection[str]) -> Play:
    def kept(targets: tuple[Target, ...]) -> tuple[Target, ...]:
        return tuple(target for target in targets if target.gap not in gaps_off)

    return dataclasses.replace(
        play,
        answers=kept(play.answers),
        hold_while=kept(play.hold_while),
        excludes=tuple(other for other in play.excludes if other not in plays_off),
    )


def _test_without(test: RuleTest, gaps_off: Collection[str], plays_off: Collection[str]) -> RuleTest:
    """Drop what a test expects of rules that are off; an expectation of which nothing is left goes as a whole."""
    expect: dict[str, Any] = {}
    for key, written in test.expect.items():
        off = {"gaps": gaps_off, "undetermined": gaps_off, "actions": plays_off, "withheld": plays_off}.get(key, ())
        kept = _kept(written, off) if off else written
        if kept or not written:
            expect[key] = kept
    return dataclasses.replace(test, expect=expect)


def _kept(written: Any, off: Collection[str]) -> Any:  # noqa: ANN401  a list or a mapping of ids
    if isinstance(written, Mapping):
        return {name: word for name, word in written.items() if name not in off}
    return [name for name in written if name not in off]
