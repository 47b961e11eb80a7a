"""A comparison as JSON values: what `--format json` writes, and what text and page are made of.

`docs/simulate_and_diff.md` tells what each part means.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nextplay.authoring.difference.comparison import Comparison
from nextplay.authoring.difference.limits import Limit
from nextplay.authoring.difference.outcome import AccountChange, GapKey
from nextplay.authoring.difference.reach import Reaches
from nextplay.authoring.difference.revision import RuleFiles
from nextplay.authoring.difference.rule_changes import RuleChange, rule_changes
from nextplay.authoring.difference.tally import CHANGES, DifferenceTally
from nextplay.authoring.simulation.document import in_order, label_of, ranked, share, title_of
from nextplay.authoring.simulation.tally import HOUR
from nextplay.release import Release
from nextplay.rules.rulebook import Rulebook

_CENTS: Final = 100
_MONEY: Final = ("accounts-changed", "actions-gained", "actions-lost")


@dataclass(frozen=True, slots=True)
class Sides:
    """Both rulebooks that were compared, where they are from, and their releases."""

    old: RuleFiles
    new: RuleFiles
    old_release: Release
    new_release: Release


def difference_document(found: Comparison, sides: Sides, limits: Sequence[Limit]) -> dict[str, Any]:
    """Return everything that differs as JSON values; the most changed accounts come without their explanations."""
    tally, old, new = found.tally, sides.old_release.rulebook, sides.new_release.rulebook
    bad = found.rows.bad_reasons.total()
    return {
        "old": _side(sides.old, old),
        "new": _side(sides.new, new),
        "book": {
            "rows": tally.accounts + bad,
            "decided": tally.accounts,
            "bad": bad,
            "segments": {name: tally.segment[name] for name in in_order(tally.segment)},
        },
        "rule_changes": _rule_changes(rule_changes(old, new), Reaches(old, new), tally),
        "totals": _totals(tally),
        "diagnosis": [
            {"old": before, "new": after, "accounts": accounts} for (before, after), accounts in ranked(tally.diagnosis)
        ],
        "gaps": _by_rule(tally.gap, "gap", ("gained", "lost", "kind"), titles=_titles(old, new, "gaps")),
        "plays": _by_rule(tally.play, "play", ("gained", "lost", "changed"), titles=_titles(old, new, "plays")),
        "owners": _owners(tally, new),
        "money": _money(tally),
        "limits": _limits(limits, tally, bad),
        "most_changed": [],
        "accounts": [account_document(change) for change in found.changes],
        "bad_rows": {
            "reasons": [{"reason": reason, "rows": rows} for reason, rows in ranked(found.rows.bad_reasons)],
            "first": [{"row": row.number, "says": row.told} for row in found.rows.first_bad],
        },
    }


def account_document(change: AccountChange) -> dict[str, Any]:
    """Return what changed for one account; what did not is left out."""
    document: dict[str, Any] = {"row": change.number, "account_id": change.account, "segment": change.segment}
    if change.diagnosis:
        document["diagnosis"] = {"old": change.diagnosis[0], "new": change.diagnosis[1]}
    lists = {
        "actions_gained": list(change.gained),
        "actions_lost": list(change.lost),
        "actions_changed": [
            {"play": play, **{name: {"old": old, "new": new} for name, (old, new) in changes.items()}}
            for play, changes in change.changed.items()
        ],
        "gaps_gained": [_gap(key) | {"kind": kind} for key, kind in change.gaps_gained.items()],
        "gaps_lost": [_gap(key) | {"kind": kind} for key, kind in change.gaps_lost.items()],
        "kinds_changed": [_gap(key) | {"old": old, "new": new} for key, (old, new) in change.kinds.items()],
    }
    return document | {name: entries for name, entries in lists.items() if entries}


def _gap(key: GapKey) -> dict[str, Any]:
    gap, item = key
    return {"gap": gap, "item": item} if item else {"gap": gap}


def _side(files: RuleFiles, rulebook: Rulebook) -> dict[str, Any]:
    document = {"name": files.name, "label": rulebook.label, "hash": rulebook.content_hash}
    return document | ({"commit": files.commit} if files.commit else {})


def _rule_changes(changes: Sequence[RuleChange], reaches: Reaches, tally: DifferenceTally) -> list[dict[str, Any]]:
    found = []
    for change in changes:
        touched = reaches.touched(change, tally.reach)
        row = {"sort": change.sort, "rule": change.rule, "what": change.what, "says": str(change)}
        found.append(row | ({} if touched is None else {"accounts": touched}))
    return found


def _totals(tally: DifferenceTally) -> list[dict[str, Any]]:
    return [
        {
            "what": what,
            "accounts": tally.changed(what),
            "share": share(tally.changed(what), tally.accounts),
            "segments": {name: tally.change_segment[what, name] for name in in_order(tally.segment)},
        }
        for what in CHANGES
    ]


def _titles(old: Rulebook, new: Rulebook, rules: str) -> dict[str, str]:
    return {rule.id: title_of(rule.title, rulebook) for rulebook in (old, new) for rule in getattr(rulebook, rules)}


def _by_rule(
    counter: Counter[tuple[str, str]], key: str, whats: Sequence[str], *, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    names = {name for name, _ in counter}
    rows = [
        {key: name, "title": titles.get(name, name), **{what: counter[name, what] for what in whats}} for name in names
    ]
    return sorted(rows, key=lambda row: (-sum(int(str(row[what])) for what in whats), str(row[key])))


def _owners(tally: DifferenceTally, rulebook: Rulebook) -> list[dict[str, Any]]:
    """Return the work of each owner under both rulebooks, in the order of the greatest difference of hours."""
    rows = []
    for owner in tally.old_effort.keys() | tally.new_effort.keys():
        old, new = tally.old_effort[owner], tally.new_effort[owner]
        rows.append(
            {
                "owner": owner,
                "label": label_of(owner, "roles", rulebook),
                "old_actions": tally.old_actions[owner],
                "new_actions": tally.new_actions[owner],
                "old_hours": round(old / HOUR, 2),
                "new_hours": round(new / HOUR, 2),
                "difference": round((new - old) / HOUR, 2),
            }
        )
    return sorted(rows, key=lambda row: (-abs(row["difference"]), -row["new_hours"], row["owner"]))


def _money(tally: DifferenceTally) -> list[dict[str, Any]]:
    """Return what is at stake: for each kind of change, each currency by itself; currencies are never added."""
    return [
        {
            "what": what,
            "currencies": [
                {
                    "currency": currency,
                    "accounts": tally.valued[what, currency],
                    "annual_value": tally.value[what, currency] / _CENTS,
                    "value_at_risk": tally.at_risk[what, currency] / _CENTS,
                }
                for currency in sorted({currency for name, currency in tally.value if name == what})
            ],
            "accounts_without_value": tally.without_value[what],
        }
        for what in _MONEY
    ]


def _limits(limits: Sequence[Limit], tally: DifferenceTally, bad: int) -> list[dict[str, Any]]:
    found = []
    for limit in limits:
        value = limit.broken_by(tally, bad=bad)
        shown = {} if value is None or math.isinf(value) else {"value": round(value, 2)}
        found.append({"limit": limit.written, "broken": value is not None} | shown)
    return found
