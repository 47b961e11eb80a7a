"""The report on plays and gaps, written: as lines for people and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nextplay.learning.intervals import Share, difference
from nextplay.learning.play_report import LEAST, OUTCOMES, Afterwards, GapRow, HeldBack, PlayRow, Report

_DIGITS: Final = 4
_FEW: Final = "too few for a rate"


def report_lines(report: Report) -> Iterator[str]:
    """Yield the lines of the report."""
    if report.since is None:
        yield f"no decisions up to {report.as_of}"
        return
    yield f"{report.decisions} decisions of {report.accounts} accounts, {report.since} to {report.as_of}"
    yield f"outcomes within {report.horizon_days} days; in brackets what holds the truth 95 times of 100"
    for play in report.plays:
        yield ""
        yield f"play {play.play}"
        yield from (f"  {line}" for line in _play_lines(play))
    yield ""
    yield "gaps"
    for gap in report.gaps:
        wrong = _rate(Share(gap.called_wrong, gap.accounts))
        yield f"  {gap.gap}: stood in {gap.stood} decisions of {gap.accounts} accounts; called wrong in {wrong}"


def _play_lines(play: PlayRow) -> Iterator[str]:
    yield f"shown in {play.shown} decisions of {play.accounts} accounts"
    if play.reactions:
        yield f"reactions: {_listed(play.reactions)}"
    if play.reasons:
        yield f"declined for: {_listed(play.reasons)}"
    if play.answers:
        yield f"yes: {_rate(Share(play.yes, play.answers))}"
    if play.accounts:
        yield f"afterwards, of {play.afterwards.accounts} accounts shown it at least so long ago:"
        yield from (f"  {name}: {_rate(play.afterwards.share(name))}" for name in play.afterwards.outcomes)
    if play.held_back is not None:
        yield from _held_lines(play.held_back)


def _held_lines(held: HeldBack) -> Iterator[str]:
    without, shown = held.without, held.shown
    yield f"kept back since {held.since}: {without.accounts} accounts without it, {shown.accounts} with it"
    if min(without.accounts, shown.accounts) < LEAST:
        yield f"  too few to compare: at least {LEAST} of each, whose days are over"
        return
    for name in _either(held):
        one, other = without.share(name), shown.share(name)
        found, low, high = difference(one, other)
        told = "" if low <= 0 <= high else "; not by chance alone"
        yield (
            f"  {name}: {_percent(one.value)} without, {_percent(other.value)} with: "
            f"{100 * found:+.0f} points ({100 * low:+.0f} to {100 * high:+.0f}){told}"
        )


def _either(held: HeldBack) -> list[str]:
    return [name for name in OUTCOMES if name in held.without.outcomes or name in held.shown.outcomes]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _rate(share: Share) -> str:
    told = f"{share.count} of {share.of}"
    if share.of < LEAST:
        return f"{told}, {_FEW}"
    low, high = share.interval
    return f"{told}, {_percent(share.value)} ({_percent(low)} to {_percent(high)})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def report_document(report: Report) -> dict[str, Any]:
    """Return the report as JSON values; a rate and its interval are absent where numbers are too small."""
    return {
        "since": None if report.since is None else report.since.isoformat(),
        "as_of": report.as_of.isoformat(),
        "horizon_days": report.horizon_days,
        "least": LEAST,
        "decisions": report.decisions,
        "accounts": report.accounts,
        "plays": [_play_document(play) for play in report.plays],
        "gaps": [_gap_document(gap) for gap in report.gaps],
    }


def _play_document(play: PlayRow) -> dict[str, Any]:
    document: dict[str, Any] = {
        "play": play.play,
        "shown": play.shown,
        "accounts": play.accounts,
        "reactions": dict(play.reactions),
        "declined_for": dict(play.reasons),
        "yes": _share_document(play.yes, play.answers),
        "afterwards": _after_document(play.afterwards),
    }
    if play.held_back is not None:
        document["held_back"] = _held_document(play.held_back)
    return document


def _after_document(after: Afterwards) -> dict[str, Any]:
    return {
        "accounts": after.accounts,
        "outcomes": {name: _share_document(count, after.accounts) for name, count in after.outcomes.items()},
    }


def _held_document(held: HeldBack) -> dict[str, Any]:
    document: dict[str, Any] = {
        "since": held.since.isoformat(),
        "without": _after_document(held.without),
        "with": _after_document(held.shown),
    }
    if min(held.without.accounts, held.shown.accounts) >= LEAST:
        document["differences"] = {
            name: dict(
                zip(
                    ("difference", "low", "high"),
                    (round(each, _DIGITS) for each in difference(held.without.share(name), held.shown.share(name))),
                    strict=True,
                )
            )
            for name in _either(held)
        }
    return document


def _gap_document(gap: GapRow) -> dict[str, Any]:
    wrong = _share_document(gap.called_wrong, gap.accounts)
    return {"gap": gap.gap, "stood": gap.stood, "accounts": gap.accounts, "called_wrong": wrong}


def _share_document(count: int, of: int) -> dict[str, Any]:
    if of < LEAST:
        return {"count": count, "of": of}
    share = Share(count, of)
    low, high = (round(each, _DIGITS) for each in share.interval)
    return {"count": count, "of": of, "rate": round(share.value, _DIGITS), "low": low, "high": high}
