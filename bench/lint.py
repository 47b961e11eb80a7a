"""What `rules check` costs for rulebooks of some sizes: loading the files, then every lint, without witnesses.

    python -m bench.lint [--rules 500 1000 2000] [--json]

The rulebooks are invented: signals of one to three comparisons, gaps of two to four signals, a fifth of them contested,
plays of which half have a gate, in the shares of the shipped rulebook, and one test for each rule. The same size is
always the same rulebook. CPU time of this process, so that a busy machine does not count as cost; wall time beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from nextplay.authoring.lint import lint_rulebook
from nextplay.authoring.sample_book import sample_book
from nextplay.facts import FactSpec, Vocabulary
from nextplay.release import load_release

_SIGNALS, _GAPS = 0.56, 0.21
"""Shares of all rules; the rest are plays."""
_CONTESTED: Final = 0.2
_IN_FILE: Final = 50
_CAUSES: Final = tuple(f"cause_{number}" for number in range(24))
_TOUCHPOINTS: Final = ("support", "onboarding", "product", "billing")
_EFFECTS: Final = {"small": 0.05, "medium": 0.15, "large": 0.3}


def invented(rules: int) -> dict[str, bytes]:
    """Return the files of a rulebook of so many rules."""
    chance = Random(rules)  # noqa: S311
    specs = [spec for spec in Vocabulary.of().specs.values() if _is_compared(spec)]
    signals = [_signal(number, specs, chance) for number in range(round(rules * _SIGNALS))]
    names = [signal["id"] for signal in signals]
    gaps = [_gap(number, names, chance) for number in range(round(rules * _GAPS))]
    plays = [_play(number, gaps, specs, chance) for number in range(rules - len(signals) - len(gaps))]
    tests = [_test(number, entry.snapshot) for number, entry in enumerate(sample_book(seed=7, accounts=rules))]
    folders = {
        "signals/s{}.yaml": signals,
        "gaps/g{}.yaml": gaps,
        "plays/p{}.yaml": plays,
        "tests/t{}_test.yaml": tests,
    }
    files = {"rulebook.yaml": json.dumps(_BOOK).encode()}
    for name, entries in folders.items():
        for start in range(0, len(entries), _IN_FILE):
            lines = [f"- {json.dumps(entry)}\n" for entry in entries[start : start + _IN_FILE]]
            files[name.format(start)] = "".join(lines).encode()
    return files


def measured(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Check a rulebook of each size; return for each its times in seconds and how much was found."""
    found = []
    for size in sizes:
        files = invented(size)
        cpu, wall = time.process_time(), time.perf_counter()
        release = load_release(files, None)
        try:
            findings = len(lint_rulebook(release, files, with_witnesses=False))
        finally:
            release.close()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        found.append({"rules": size, "findings": findings, "cpu_seconds": cpu, "wall_seconds": wall})
    return found


def report(found: Sequence[dict[str, Any]]) -> str:
    """Lay the times out for reading."""
    lines = [f"{'rules':>9}{'findings':>10}{'CPU s':>9}{'wall s':>9}"]
    for row in found:
        times = f"{row['cpu_seconds']:>9.2f}{row['wall_seconds']:>9.2f}"
        lines.append(f"{row['rules']:>9,}{row['findings']:>10,}{times}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rules", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--json", action="store_true", help="write the times as JSON")
    asked = parser.parse_args()
    found = measured(asked.rules)
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")


def _is_compared(spec: FactSpec) -> bool:
    return spec.type == "flag" or (spec.type == "number" and not spec.name.startswith("churn."))


def _toss(chance: Random, share: float = 0.5) -> bool:
    return chance.random() < share


def _leaf(specs: Sequence[FactSpec], chance: Random) -> dict[str, Any]:
    spec = chance.choice(specs)
    if spec.type == "flag":
        return {"fact": spec.name, "eq": _toss(chance)}
    low = 0 if spec.low is None else spec.low
    high = min(low + 100 if spec.whole else low + 2, low + 100 if spec.high is None else spec.high)
    value = chance.randint(int(low) + 1, max(int(high) - 1, int(low) + 1)) if spec.whole else low + (high - low) / 4
    return {"fact": spec.name, chance.choice(["gte", "lt"]): value if spec.whole else round(value, 2)}


def _signal(number: int, specs: Sequence[FactSpec], chance: Random) -> dict[str, Any]:
    leaves = [_leaf(specs, chance) for _ in range(chance.choice([1, 1, 2, 3]))]
    when = leaves[0] if len(leaves) == 1 else {chance.choice(["all", "all", "any"]): leaves}
    return {"id": f"s{number}", "title": {"en": f"Signal {number}"}, "when": when, "says": {"en": "This was seen."}}


def _gap(number: int, signals: Sequence[str], chance: Random) -> dict[str, Any]:
    first, *others = chance.sample(signals, chance.choice([2, 3, 4]))
    gap: dict[str, Any] = {"id": f"g{number}", "title": {"en": f"Gap {number}"}, "severity": {"base": 0.5}}
    cx = {"root_cause": chance.choice(_CAUSES), "touchpoint": chance.choice(_TOUCHPOINTS)}
    if _toss(chance, _CONTESTED):
        ask = {
            "text": {"en": "Which is it?"},
            "options": {"one": "cx", "other": "cs"},
            "labels": {"one": {"en": "One"}, "other": {"en": "The other"}},
            "valid_days": 30,
        }
        cs = {"when": chance.choice(signals), "root_cause": chance.choice(_CAUSES)}
        return gap | {"reading": first, "cx": {"when": {"any": others}} | cx, "cs": cs, "ask": ask}
    outcome = {"kind": "cx"} | cx if _toss(chance) else {"kind": "cs", "root_cause": chance.choice(_CAUSES)}
    return gap | outcome | {"when": {"all": [first, {"any": others}]} if _toss(chance) else {"any": others}}


def _play(number: int, gaps: Sequence[dict[str, Any]], specs: Sequence[FactSpec], chance: Random) -> dict[str, Any]:
    gap = gaps[number % len(gaps)]
    side = gap.get("kind", "undetermined")
    gate = {"eligibility": _leaf(specs, chance)} if _toss(chance) else {}
    return gate | {
        "id": f"p{number}",
        "for": {"gap": gap["id"]} | ({} if "kind" in gap else {"as": side}),
        "purpose": {"cx": "repair", "cs": "outcome"}.get(side, "ask"),
        "title": {"en": f"Play {number}"},
        "rationale": {"en": "It helps."},
        "owner": "csm",
        "due": {"within_days": 5},
        "channel": "phone",
        "effort_hours": 1,
        "checklist": {"en": ["Do it"]},
        "effect": chance.choice(list(_EFFECTS)),
    }


def _test(number: int, snapshot: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in snapshot.items() if key not in ("account_id", "as_of")}
    return {
        "name": f"account {number}",
        "as_of": snapshot["as_of"],
        "given": given,
        "expect": {"signals": {"s0": True}},
    }


_BOOK: Final = {
    "id": "invented",
    "label": "Invented rulebook",
    "locales": {"required": ["en"], "wanted": []},
    "vocabularies": {
        "roles": {"csm": {"en": "Customer success manager"}},
        "channels": {"phone": {"en": "Phone"}},
        "root_causes": {cause: {"en": cause} for cause in _CAUSES},
    },
    "levels": {"effect": _EFFECTS},
    "diagnosis": {
        "material": 0.4,
        "lead": [{"lead": "cs"}],
        "question": {"en": "Ask what stood in the way."},
        "says": {
            kind: {"en": f"This is {kind}."} for kind in ("cx", "cs", "mixed_cx", "mixed_cs", "none", "undetermined")
        },
    },
    "arbitration": {
        "max_actions": 3,
        "per_owner_role": 2,
        "factors": {"propensity": True, "context": True, "value": True, "lever": True},
        "levers": {"plays": {}, "kinds": {}, "segments": {}},
        "default_annual_value": {"enterprise": 300000, "mid_market": 60000, "smb": 12000, "otherwise": 60000},
        "default_risk": {"enterprise": 0.1, "mid_market": 0.14, "smb": 0.2, "otherwise": 0.15},
        "default_prior": {"accepted": 5, "of": 10},
        "friction_severity": 0.7,
        "working_days": ["mon", "tue", "wed", "thu", "fri"],
        "holidays": [],
    },
    "contact_policy": [{"touches": 10, "in_days": 14}],
}


if __name__ == "__main__":
    main()
