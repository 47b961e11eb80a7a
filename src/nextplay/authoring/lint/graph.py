"""Rules that do not find each other: plays never reached, gaps without an answer, signals that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import asked_of, signal_id
from nextplay.authoring.lint.search import Goal, NotDecided
from nextplay.authoring.lint.stated import reached_by, standing, standings
from nextplay.rules.condition import signals_of
from nextplay.rules.rulebook import Play


def graph_findings(bench: Bench) -> Iterator[Finding]:
    """Check that every rule leads somewhere."""
    for play in bench.book.plays:
        yield from _of_play(bench, play)
    yield from _unanswered(bench)
    yield from _absorbed(bench)
    yield from _unused(bench)


def _of_play(bench: Bench, play: Play) -> Iterator[Finding]:
    place = bench.places.key("plays", play.id, "for") or play.place
    try:
        reachable = any(
            bench.search.is_possible(*reached_by(play, target, bench.gaps[target.gap])) for target in play.answers
        )
    except NotDecided:
        message = f"whether play `{play.id}` can be reached was not decided: its conditions are too large"
        yield bench.finding(place, "not-decided", message)
        return
    if not reachable:
        first = play.answers[0]
        yield bench.finding(
            place,
            "unreachable-play",
            f"play `{play.id}` is never offered: none of its gaps stands where its gates are open",
            hint="compare its gates with what its gaps read",
            shown_by=standing(bench.gaps[first.gap], first.side).goals,
        )


def _unanswered(bench: Bench) -> Iterator[Finding]:
    by_life: dict[str, set[tuple[str, str | None]]] = {"live": set(), "shadow": set()}
    for play in bench.book.plays:
        by_life[play.life.status] |= {(target.gap, target.side) for target in play.answers}
    for gap in bench.book.gaps:
        answered = by_life["live"] if gap.life.status == "live" else by_life["live"] | by_life["shadow"]
        for one in standings(gap):
            side = None if gap.kind is not None else one.side
            if (gap.id, side) not in answered:
                told = "" if side is None else f" as `{side}`"
                yield bench.finding(
                    bench.places.key("gaps", gap.id, "id") or gap.place,
                    "unanswered-gap",
                    f"no play answers gap `{gap.id}`{told}",
                    hint="write a play for it, or add it to the `for` of one",
                    shown_by=one.goals,
                )


def _absorbed(bench: Bench) -> Iterator[Finding]:
    """Report parts whose plays do what no play of the compound does. A question needs no answer once it is absorbed."""
    purposes: dict[str, set[tuple[str | None, str]]] = {}
    for play in bench.book.plays:
        for target in play.answers:
            purposes.setdefault(target.gap, set()).add((target.side, play.purpose))
    for gap in bench.book.gaps:
        place = bench.places.key("gaps", gap.id, "absorbs") or gap.place
        for part in gap.absorbs:
            kept = {purpose for _, purpose in purposes.get(gap.id, set())}
            lost = {
                purpose
                for side, purpose in purposes.get(part, set())
                if gap.kind in (None, side) or side is None  # a plain compound settles which side of its part it is
            } - (kept | {"ask"})
            if lost:
                named = " and ".join(f"`{purpose}`" for purpose in sorted(lost))
                yield bench.finding(
                    bench.places.find(place, part),
                    "absorbed-purpose",
                    f"gap `{part}` has a play of purpose {named}, and gap `{gap.id}`, which absorbs it, has none",
                    hint=f"let such a play answer `{gap.id}` too",
                    shown_by=standing(gap).goals,
                )


def _unused(bench: Bench) -> Iterator[Finding]:
    used = {signal_id(signal) for stated in bench.stated for signal in signals_of(stated.condition)}
    used |= {signal for gap in bench.book.gaps for signal, _ in gap.severity.each}
    for signal in bench.book.signals:
        if signal.id not in used:
            shown: tuple[Goal, ...] = ((asked_of(signal.when, signal.for_each), "true"),)
            yield bench.finding(
                bench.places.key("signals", signal.id, "id") or signal.place,
                "unused-signal",
                f"nothing names signal `{signal.id}`",
                hint="name it where it is meant to count, or remove it",
                shown_by=shown,
            )
