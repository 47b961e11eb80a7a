"""The most changed accounts with what both rulebooks say of them, side by side: texts only for those that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from nextplay.authoring.book import Row, RowReader
from nextplay.authoring.difference.document import account_document
from nextplay.authoring.difference.outcome import AccountChange
from nextplay.authoring.explain import RuleNotFound, explain_text
from nextplay.decider import Decider
from nextplay.decision import Decision
from nextplay.release import Release
from nextplay.snapshot import CustomerSnapshot

_RULES_EXPLAINED: Final = 3
_LINES_TOLD: Final = 8
_LINES_OF_HEADING: Final = 2
"""Which rule and which account: both stand above."""
_NO_SUCH_RULE: Final = "there is no such rule"


def explained(
    most: Sequence[tuple[AccountChange, Row]], old: Release, new: Release, *, reader: RowReader
) -> list[dict[str, Any]]:
    """Return each account with what changed, and the words of the old and of the new rulebook."""
    deciders = {"old": Decider(old), "new": Decider(new)}
    found = []
    for change, row in most:
        reading = reader.read(row)
        if reading is not None:
            sides = {side: _said(decider.decide(reading)) for side, decider in deciders.items()}
            why = [_why(rule, reading.snapshot, old, new) for rule in _rules(change)]
            found.append(account_document(change) | sides | {"why": why})
    return found


def _rules(change: AccountChange) -> list[str]:
    """Name the rules to explain: gaps that changed, and where none did, the plays."""
    gaps = sorted(change.gaps_touched)
    return (gaps or sorted(change.plays_touched))[:_RULES_EXPLAINED]


def _why(rule: str, snapshot: CustomerSnapshot, old: Release, new: Release) -> dict[str, Any]:
    """Return what the explanations of a rule say differently under both rulebooks, line by line."""
    before, after = _explanation(rule, snapshot, old), _explanation(rule, snapshot, new)
    said: tuple[list[str], list[str]] = ([], [])
    for what, begin, end, other, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what != "equal":
            said[0].extend(before[begin:end])
            said[1].extend(after[other:last])
    return {"rule": rule, "old": said[0][:_LINES_TOLD], "new": said[1][:_LINES_TOLD]}


def _explanation(rule: str, snapshot: CustomerSnapshot, release: Release) -> list[str]:
    try:
        text = explain_text(release, snapshot, rule, locale=release.rulebook.locales[0])
    except RuleNotFound:
        return [_NO_SUCH_RULE]
    return [line.strip() for line in text.splitlines() if line.strip()][_LINES_OF_HEADING:]


def _said(decision: Decision) -> dict[str, Any]:
    """Return what a rep would read: the diagnosis, the gaps with their evidence, the actions, and what was withheld."""
    return {
        "diagnosis": {"kind": decision.diagnosis.kind, "says": decision.diagnosis.says},
        "gaps": [
            {
                "gap": gap.gap,
                "kind": gap.kind,
                "title": gap.title,
                "severity": gap.severity,
                "evidence": [evidence.says for evidence in gap.evidence],
                **({"item": gap.item_label or gap.item} if gap.item else {}),
            }
            for gap in decision.gaps
        ],
        "actions": [
            {
                "rank": action.rank,
                "play": action.play,
                "title": action.title,
                "rationale": action.rationale,
                "owner": action.owner_role,
                "due": action.due_on.isoformat(),
                "channel": action.channel,
            }
            for action in decision.actions
        ],
        "withheld": [
            {"play": entry.play, "title": entry.title, "reason": entry.reason, "says": entry.says}
            for entry in decision.withheld
        ],
    }
