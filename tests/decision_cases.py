"""The decision cases: one account each, what must come out, and the whole answer as recorded.

Every door of Nextplay answers the same cases (`tests/cases/README.md`). A door that joins imports `CASES`, sends
`case.snapshot` with `case.options`, and compares its answer with `case.answer()`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from nextplay.canonical import decision_document
from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.release import load_release
from nextplay.snapshot import read_snapshot

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "tests" / "cases"
ANSWERS: Final = FOLDER / "answers"
RULES: Final = FOLDER / "rulebook"
MODELS: Final = ROOT / "models"
_KEYS: Final = {"claim", "snapshot", "options", "expect"}
_OF_THE_RELEASE: Final = ("decision_id", "release")


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """One account and what must come out. `expect` is a part of the answer, `claim` says why it must be so."""

    name: str
    claim: str
    snapshot: Mapping[str, Any]
    options: Mapping[str, Any]
    expect: Mapping[str, Any]

    def answer(self) -> dict[str, Any]:
        """Return the whole answer of the decider, as JSON values: what every other door must give as well."""
        return decision_document(self.decision())

    def decision(self) -> Decision:
        """Return what the decider says."""
        options = Options(**self.options)
        reading = read_snapshot(self.snapshot, strict=options.strict)
        return _decider().decide(reading, options=options)

    @property
    def recorded(self) -> Path:
        """The file with the whole answer."""
        return ANSWERS / f"{self.name}.json"


def mismatches(expected: object, found: object, path: str = "answer") -> Iterator[str]:
    """Name every place where `found` is not as expected: of an object the named keys count, of a list every item."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            if key not in found:
                yield f"{path}.{key}: missing"
            else:
                yield from mismatches(value, found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, Sequence) and len(expected) == len(found):
        for index, value in enumerate(expected):
            yield from mismatches(value, found[index], f"{path}[{index}]")
    elif expected != found:
        yield f"{path}: expected {json.dumps(expected)}, found {json.dumps(found)}"


def recordable(answer: Mapping[str, Any]) -> str:
    """Write an answer as it is recorded: readable, and without the hashes that change with every release."""
    kept = {key: value for key, value in answer.items() if key not in _OF_THE_RELEASE}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


def _case(path: Path) -> DecisionCase:
    written = json.loads(path.read_text(encoding="utf-8"))
    if not {"claim", "snapshot", "expect"} <= written.keys() <= _KEYS:
        msg = f"{path.name}: a case has claim, snapshot, expect and perhaps options, nothing else"
        raise ValueError(msg)
    return DecisionCase(path.stem, written["claim"], written["snapshot"], written.get("options", {}), written["expect"])


@cache
def _decider() -> Decider:
    """Load the rulebook of the cases once for all tests of a process."""
    return Decider(load_release(RULES, MODELS))


CASES: Final = tuple(_case(path) for path in sorted(FOLDER.glob("*.json")))
