"""A simulation as JSON values: what `--format json` writes, and what text and page are made of.

`docs/simulate_and_diff.md` tells what each part means. Every list has a stated order: the most first, ties by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from nextplay.authoring.simulation.simulation import Simulation
from nextplay.authoring.simulation.tally import HOUR, Tally
from nextplay.release import Release
from nextplay.rules.rulebook import GapRule, Play, Rulebook, Text
from nextplay.rules.wording import wording

MOST_SHARE: Final = 0.5
"""A rule that fires for more than this share of the book says nothing about anybody."""
KINDS: Final = ("cx", "cs", "mixed", "undetermined", "opportunity")
DIAGNOSES: Final = ("cx", "cs", "mixed", "undetermined", "none")
SEGMENTS: Final = ("enterprise", "mid_market", "smb", "unknown")
"""Segments in the order in which they are shown; others follow by name."""
_SHARE_DIGITS: Final = 4


def simulation_document(found: Simulation, release: Release) -> dict[str, Any]:
    """Return everything that was counted as JSON values."""
    tally, rulebook = found.tally, release.rulebook
    return {
        "book": _book(found),
        "rulebook": {"id": rulebook.id, "label": rulebook.label, "hash": rulebook.content_hash},
        "release": release.release_id.release,
        "diagnosis": _by_kind(tally, DIAGNOSES, tally.diagnosis_segment),
        "lead_of_mixed": dict(sorted(tally.lead.items())),
        "gap_kinds": _by_kind(tally, KINDS, tally.kind_segment),
        "gaps": _gaps(tally, rulebook),
        "signals": _signals(tally, rulebook),
        "plays": _plays(tally, rulebook),
        "actions": _actions(tally, rulebook),
        "nothing": _nothing(tally),
        "withheld": _withheld(tally),
        "never": _beyond(tally, rulebook, lambda count: count == 0),
        "for_most": _beyond(tally, rulebook, lambda count: count > MOST_SHARE * tally.accounts),
        "shadow": _shadow(tally, rulebook),
        "missing_facts": _missing(tally),
        "bad_rows": {
            "reasons": [{"reason": reason, "rows": rows} for reason, rows in ranked(found.bad_reasons)],
            "first": [{"row": row.number, "says": row.told} for row in found.first_bad],
        },
        "input_warnings": [
            {"path": path, "message": message, "accounts": accounts}
            for (path, message), accounts in ranked(tally.warning)
        ],
    }


def ranked(counter: Mapping[Any, int]) -> list[tuple[Any, int]]:
    """Order a counter: the most first, ties by key."""
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))


def share(part: int, whole: int) -> float:
    """Return a part of a whole, 0..1, with four digits; 0 of nothing."""
    return round(part / whole, _SHARE_DIGITS) if whole else 0.0


def in_order(segments: Iterable[str]) -> list[str]:
    """Put segments in the order in which they are shown."""
    return sorted(segments, key=lambda name: (SEGMENTS.index(name) if name in SEGMENTS else len(SEGMENTS), name))


def title_of(text: Text, rulebook: Rulebook) -> str:
    """Return a title in the first language of the rulebook."""
    return wording(text, locale=rulebook.locales[0])


def label_of(word: str, vocabulary: str, rulebook: Rulebook) -> str:
    """Return what a word of a vocabulary is called, or the word where it has no label."""
    label = rulebook.vocabularies.get(vocabulary, {}).get(word)
    return title_of(label, rulebook) if label else word


def _book(found: Simulation) -> dict[str, Any]:
    tally, bad = found.tally, found.bad_reasons.total()
    return {
        "rows": tally.accounts + bad,
        "decided": tally.accounts,
        "bad": bad,
        "segments": {name: tally.segment[name] for name in in_order(tally.segment)},
    }


def _segments(tally: Tally, key: str, counter: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {name: counter[key, name] for name in in_order(tally.segment) if counter.get((key, name))}


def _by_kind(tally: Tally, kinds: Sequence[str], counter: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    totals = _summed(counter)
    return [
        {
            "kind": kind,
            "accounts": totals[kind],
            "share": share(totals[kind], tally.accounts),
            "segments": _segments(tally, kind, counter),
        }
        for kind in kinds
    ]


def _gaps(tally: Tally, rulebook: Rulebook) -> list[dict[str, Any]]:
    rows = [
        {
            "gap": rule.id,
            "title": title_of(rule.title, rulebook),
            "accounts": tally.gap[rule.id],
            "share": share(tally.gap[rule.id], tally.accounts),
            "kinds": {kind: tally.gap_kind[rule.id, kind] for kind in KINDS if tally.gap_kind[rule.id, kind]},
            "segments": _segments(tally, rule.id, tally.gap_segment),
            "undecided": tally.undecided_gap[rule.id],
            "explained": tally.explained[rule.id],
            "absorbed": tally.absorbed[rule.id],
        }
        for rule in _live(rulebook.gaps)
    ]
    return sorted(rows, key=lambda row: (-int(str(row["accounts"])), str(row["gap"])))


def _signals(tally: Tally, rulebook: Rulebook) -> list[dict[str, Any]]:
    truth = tally.signal_truth
    rows = [
        {
            "signal": rule.id,
            "title": title_of(rule.title, rulebook),
            "true": truth[rule.id, True],
            "false": truth[rule.id, False],
            "unknown": truth[rule.id, None],
            "share": share(truth[rule.id, True], tally.accounts),
        }
        for rule in rulebook.signals
    ]
    return sorted(rows, key=lambda row: (-int(str(row["true"])), str(row["signal"])))


def _plays(tally: Tally, rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return every live play: for how many accounts it was a candidate, an action, or withheld, and why."""
    rows = [
        {
            "play": play.id,
            "title": title_of(play.title, rulebook),
            "candidates": tally.candidate[play.id],
            "actions": tally.acting[play.id],
            "share": share(tally.acting[play.id], tally.accounts),
            "hours": hours(sum(count for (name, *_), count in tally.effort.items() if name == play.id)),
            "owners": dict(ranked(_owners_of(play.id, tally))),
            "withheld": {reason: count for (name, reason), count in ranked(tally.withheld) if name == play.id},
        }
        for play in _live(rulebook.plays)
    ]
    return sorted(rows, key=lambda row: (-int(str(row["actions"])), -int(str(row["candidates"])), str(row["play"])))


def _owners_of(play: str, tally: Tally) -> Counter[str]:
    found: Counter[str] = Counter()
    for (name, owner, _), count in tally.play_owner_week.items():
        if name == play:
            found[owner] += count
    return found


def _actions(tally: Tally, rulebook: Rulebook) -> dict[str, Any]:
    owners, owner_effort, weeks, week_effort = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for key, count in tally.play_owner_week.items():
        _, owner, week = key
        owners[owner] += count
        owner_effort[owner] += tally.effort[key]
        weeks[week] += count
        week_effort[week] += tally.effort[key]
    with_some = tally.accounts - tally.nothing.total()
    return {
        "total": owners.total(),
        "hours": hours(tally.effort.total()),
        "accounts": with_some,
        "share": share(with_some, tally.accounts),
        "by_owner": [
            {
                "owner": owner,
                "label": label_of(owner, "roles", rulebook),
                "actions": owners[owner],
                "hours": hours(effort),
            }
            for owner, effort in ranked(owner_effort)
        ],
        "by_week": [
            {"week": week, "actions": weeks[week], "hours": hours(week_effort[week])} for week in sorted(weeks)
        ],
    }


def hours(thousandths: int) -> float:
    """Return hours out of thousandths of an hour, with two digits."""
    return round(thousandths / HOUR, 2)


def _nothing(tally: Tally) -> dict[str, Any]:
    accounts = tally.nothing.total()
    return {
        "accounts": accounts,
        "share": share(accounts, tally.accounts),
        "segments": {name: tally.nothing_segment[name] for name in in_order(tally.nothing_segment)},
        "why": dict(ranked(tally.nothing)),
        "gates": [
            {"gate": gate, "play": play, "accounts": accounts} for (gate, play), accounts in ranked(tally.gate_play)
        ],
    }


def _withheld(tally: Tally) -> list[dict[str, Any]]:
    reasons: Counter[str] = Counter()
    for (_, reason), count in tally.withheld.items():
        reasons[reason] += count
    return [{"reason": reason, "candidates": count} for reason, count in ranked(reasons)]


def _beyond(tally: Tally, rulebook: Rulebook, chosen: Any) -> dict[str, list[str]]:  # noqa: ANN401  a condition on a count
    """Name the live rules whose number of accounts is chosen; nobody was asked about an empty book."""
    if not tally.accounts:
        return {"signals": [], "gaps": [], "plays": []}
    return {
        "signals": [rule.id for rule in rulebook.signals if chosen(tally.signal_truth[rule.id, True])],
        "gaps": [rule.id for rule in _live(rulebook.gaps) if chosen(tally.gap[rule.id])],
        "plays": [play.id for play in _live(rulebook.plays) if chosen(tally.acting[play.id])],
    }


def _live(rules: Iterable[Any]) -> list[Any]:
    return [rule for rule in rules if rule.life.status == "live"]


def _shadow(tally: Tally, rulebook: Rulebook) -> dict[str, list[dict[str, Any]]]:
    """Return each rule on trial: for whom it would fire, and which live ones stand beside it there."""
    gaps: list[GapRule] = [rule for rule in rulebook.gaps if rule.life.status == "shadow"]
    plays: list[Play] = [play for play in rulebook.plays if play.life.status == "shadow"]
    return {
        "gaps": [
            {
                "gap": rule.id,
                "title": title_of(rule.title, rulebook),
                "accounts": tally.shadow_gap[rule.id],
                "share": share(tally.shadow_gap[rule.id], tally.accounts),
                "alone": tally.shadow_alone[rule.id],
                "beside": _beside(rule.id, tally.shadow_beside),
            }
            for rule in gaps
        ],
        "plays": [
            {
                "play": play.id,
                "title": title_of(play.title, rulebook),
                "accounts": tally.shadow_play[play.id],
                "share": share(tally.shadow_play[play.id], tally.accounts),
                "beside": _beside(play.id, tally.shadow_play_beside),
            }
            for play in plays
        ],
    }


def _beside(shadow: str, counter: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [{"rule": live, "accounts": count} for (name, live), count in ranked(counter) if name == shadow]


def _missing(tally: Tally) -> list[dict[str, Any]]:
    rows = [
        {
            "fact": fact,
            "decisions": decisions,
            "share": share(decisions, tally.accounts),
            "conditions": tally.conditions[fact],
            "unsettled": tally.unsettled[fact],
        }
        for fact, decisions in tally.blocked.items()
    ]
    return sorted(rows, key=_most_blocking)


def _most_blocking(row: Mapping[str, Any]) -> tuple[int, int, int, str]:
    return -row["unsettled"], -row["decisions"], -row["conditions"], row["fact"]


def _summed(counter: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Add up over segments."""
    found: Counter[str] = Counter()
    for (key, _), count in counter.items():
        found[key] += count
    return found
