"""What the linter says: a code, a place with its line, a sentence, a remedy, and a customer that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from nextplay.authoring.lint.codes import Level, LintCode
from nextplay.errors import Fault
from nextplay.rules.rulebook import Place

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED: Final = frozenset({"true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"})


@dataclass(frozen=True, slots=True)
class Witness:
    """A smallest customer that shows a finding, as a rule test: what is given, and the gaps that really come out."""

    name: str
    as_of: str
    given: Mapping[str, Any]
    gaps: Mapping[str, str]

    @property
    def yaml(self) -> str:
        """The rule test, ready to be pasted into a file of `tests/`."""
        return "\n".join(
            (
                f"- name: {json.dumps(self.name, ensure_ascii=False)}",
                f"  as_of: {self.as_of}",
                f"  given: {flow(self.given)}",
                f"  expect: {flow({'gaps': self.gaps})}",
            )
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is allowed and probably not meant. `witness` is `None` where no customer could be built for it."""

    place: Place
    code: LintCode
    level: Level
    message: str
    hint: str = ""
    excerpt: str = ""
    witness: Witness | None = None

    def __str__(self) -> str:
        """Render like a fault: with the line, a caret under the place, and the hint."""
        place = self.place
        told = f"{self.level}: {self.message}"
        return str(Fault(place.path, place.line, place.column, self.code, told, self.hint, self.excerpt))

    def document(self) -> dict[str, Any]:
        """Return the finding for programs; `witness` is `possible` where none could be built."""
        witness = "possible" if self.witness is None else {**asdict(self.witness), "yaml": self.witness.yaml}
        return {
            **asdict(self.place),
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "hint": self.hint,
            "excerpt": self.excerpt,
            "witness": witness,
        }


def flow(value: object) -> str:
    """Write a value in YAML's flow style: keys and words bare where they may be."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
