"""How well the shipped rulebook tells CX from CS: macro-F1 on labelled accounts, confusion, lead, and every miss.

    python -m bench.evaluate [LABELLED.jsonl] [--truth TRUTH.jsonl] [--rules rules] [--models models] [--json]
                             [--at-least 0.8]

A labelled account is one JSON object a line with `id`, `snapshot`, `label` (cx, cs, mixed, none, undetermined) and, for
mixed, `lead`. With --truth the first file is a generated book, whose labels stand line by line in the truth file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from nextplay.decider import Decider
from nextplay.decision import Decision
from nextplay.release import load_release
from nextplay.snapshot import read_snapshot

KINDS: Final = ("cx", "cs", "mixed", "none", "undetermined")
DEFAULT: Final = Path(__file__).parents[2] / "shared" / "cases" / "labelled.jsonl"
"""Labelled accounts beside the repository, where they are at hand."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One account: what people said, what the rulebook said, and the gaps that decided."""

    id: str
    label: str
    lead: str
    got: str
    got_lead: str
    gaps: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Say whether the diagnosis is the label."""
        return self.got == self.label


@dataclass(frozen=True, slots=True)
class Score:
    """The whole judgement. `f1` by kind; `lead_right` of `lead_of` mixed accounts begin with the right side."""

    macro_f1: float
    f1: dict[str, float]
    confusion: dict[str, dict[str, int]]
    lead_right: int
    lead_of: int
    misses: tuple[Judged, ...]


def labelled_accounts(accounts: IO[str], truth: IO[str] | None = None) -> Iterator[dict[str, Any]]:
    """Read labelled accounts, or a book with the truth beside it. Raises `ValueError` where the two part."""
    if truth is None:
        yield from (json.loads(line) for line in accounts if line.strip())
        return
    for line, told in zip(accounts, truth, strict=True):
        snapshot, known = json.loads(line), json.loads(told)
        if (snapshot["account_id"], snapshot["as_of"]) != (known["account_id"], known["as_of"]):
            raise ValueError(f"the truth does not belong to the book: it names {known['id']} beside another account")
        yield {"snapshot": snapshot, "id": known["id"], "label": known["label"], "lead": known["lead"]}


def judge(decider: Decider, cases: Iterable[dict[str, Any]]) -> list[Judged]:
    """Decide every labelled account."""
    return [_judged(case, decider.decide(read_snapshot(case["snapshot"]))) for case in cases]


def score(judged: list[Judged]) -> Score:
    """Sum up: F1 of a kind is 2·tp / (2·tp + fp + fn), macro is the plain mean over the kinds that were labelled."""
    pairs = Counter((entry.label, entry.got) for entry in judged)
    labels = [kind for kind in KINDS if any(entry.label == kind for entry in judged)]
    f1 = {kind: _f1(pairs, kind) for kind in labels}
    mixed = [entry for entry in judged if entry.label == "mixed"]
    return Score(
        macro_f1=round(sum(f1.values()) / len(f1), 4),
        f1=f1,
        confusion={label: {got: pairs[label, got] for got in KINDS} for label in labels},
        lead_right=sum(entry.got_lead == entry.lead for entry in mixed),
        lead_of=len(mixed),
        misses=tuple(entry for entry in judged if not entry.right or (entry in mixed and entry.got_lead != entry.lead)),
    )


def report(found: Score) -> str:
    """Lay the score out for reading."""
    lines = [f"macro-F1 of the diagnosis: {found.macro_f1:.3f}", "", "labelled      F1     " + _row(KINDS)]
    for label, row in found.confusion.items():
        lines.append(f"{label:<13} {found.f1[label]:.3f}  {_row(row.values())}")
    share = f" ({found.lead_right / found.lead_of:.0%})" if found.lead_of else ""
    lines += ["", f"right side to begin with: {found.lead_right} of {found.lead_of} mixed accounts{share}"]
    lines += ["", f"misses: {len(found.misses)}"]
    for miss in found.misses:
        lines.append(f"  {miss.id}: {_told(miss.label, miss.lead)}, got {_told(miss.got, miss.got_lead)}")
        lines += [f"      {gap}" for gap in miss.gaps] or ["      no gap stands"]
    return "\n".join(lines)


def main() -> None:
    """Judge and print; exit 1 where the score is under what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("labelled", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--truth", type=Path, help="truth of a generated book, line by line beside it")
    parser.add_argument("--rules", type=Path, default=Path("rules"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--json", action="store_true", help="write the score as JSON")
    parser.add_argument("--at-least", type=float, default=0.0, help="exit 1 where macro-F1 is lower")
    asked = parser.parse_args()
    if not asked.labelled.is_file():
        parser.error(f"{asked.labelled} is not there; name a file of labelled accounts")
    release = load_release(asked.rules, asked.models)
    with ExitStack() as files:
        accounts = files.enter_context(asked.labelled.open(encoding="utf-8"))
        truth = files.enter_context(asked.truth.open(encoding="utf-8")) if asked.truth else None
        found = score(judge(Decider(release), labelled_accounts(accounts, truth)))
    release.close()
    sys.stdout.write(f"{json.dumps(asdict(found), indent=2) if asked.json else report(found)}\n")
    sys.exit(int(found.macro_f1 < asked.at_least))


def _judged(case: dict[str, Any], decision: Decision) -> Judged:
    gaps = tuple(
        f"{gap.kind} {gap.severity:.2f} {gap.gap}: {', '.join(evidence.signal for evidence in gap.evidence)}"
        for gap in decision.gaps
        if gap.kind != "opportunity"
    )
    lead = decision.diagnosis.lead or ""
    return Judged(case["id"], case["label"], case.get("lead") or "", decision.diagnosis.kind, lead, gaps)


def _f1(pairs: Counter[tuple[str, str]], kind: str) -> float:
    right = pairs[kind, kind]
    labelled = sum(count for (label, _), count in pairs.items() if label == kind)
    told = sum(count for (_, got), count in pairs.items() if got == kind)
    return round(2 * right / (labelled + told), 4) if labelled + told else 0.0


def _row(cells: Any) -> str:  # noqa: ANN401  words or counts
    return " ".join(f"{cell!s:>12}" for cell in cells)


def _told(kind: str, lead: str) -> str:
    return f"{kind}, {lead} first" if kind == "mixed" else kind


if __name__ == "__main__":
    main()
