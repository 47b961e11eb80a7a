"""Snapshots drawn at random: every field that there is, present or absent, with rows that do not contradict.

Drawn from a seed instead of by Hypothesis, which needs a tenth of a second for a hundred fields.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from nextplay.facts.survey_answers import RESPONDENT_ROLES
from nextplay.snapshot import (
    SCALE_RANGE,
    Billing,
    Contract,
    CustomerSnapshot,
    Event,
    Money,
    Objective,
    Profile,
    Relationship,
    Support,
    Survey,
    Touchpoint,
    Usage,
)

AS_OF: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
GROUPS: Final[dict[str, type[Any]]] = {
    "profile": Profile,
    "contract": Contract,
    "usage": Usage,
    "support": Support,
    "relationship": Relationship,
    "billing": Billing,
}
ROWS: Final[dict[str, type[Any]]] = {
    "surveys": Survey,
    "touchpoints": Touchpoint,
    "objectives": Objective,
    "events": Event,
}
_IDENTITY: Final = {"touchpoints": "name", "objectives": "objective_id"}


def drawn_snapshot(seed: int) -> CustomerSnapshot:
    """Return a snapshot, always the same one for a seed."""
    random = Random(seed)  # noqa: S311  nothing is kept secret here
    known = random.choice((0.5, 0.97))
    groups: dict[str, Any] = {name: _row(kind, random, known) for name, kind in GROUPS.items()}
    lists: dict[str, Any] = {name: _rows(name, random, known) for name in ROWS}
    return CustomerSnapshot(account_id="a-1", as_of=AS_OF, journey_stage="value", **groups, **lists)


def _rows(name: str, random: Random, known: float) -> tuple[Any, ...] | None:
    if random.random() > known:
        return None
    rows = [_row(ROWS[name], random, known) for _ in range(random.randrange(6 if name == "surveys" else 4))]
    if name == "surveys":
        rows = [_settled(row, random, known) for row in rows]
    key = _IDENTITY.get(name)
    named = {getattr(row, key) or index: row for index, row in enumerate(rows)} if key else dict(enumerate(rows))
    return tuple(named.values())


def _settled(survey: Survey, random: Random, known: float) -> Survey:
    """Let kind, scale and score agree, as the reading of a snapshot demands."""
    if survey.scale is None:
        return replace(survey, score=None)
    kind: Any
    kind, low, high = SCALE_RANGE[survey.scale]
    score = None if survey.score is None else float(random.randint(low, high))
    return replace(survey, kind=kind if random.random() < known else None, score=score)


def _row(kind: type[Any], random: Random, known: float) -> Any:  # noqa: ANN401  an instance of `kind`
    hints = _hints(kind)  # type: ignore[arg-type]
    names = [field.name for field in fields(kind)]
    return kind(**{name: _value(name, hints[name], random) if random.random() < known else None for name in names})


def _value(name: str, hint: object, random: Random) -> Any:  # noqa: ANN401  the value of any field
    base = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    if get_origin(base) is Literal:
        return random.choice(get_args(base))
    if get_origin(base) is tuple:
        return tuple(random.sample(get_args(get_args(base)[0]), random.randrange(3)))
    if base is date:
        past = name.startswith(("last_", "answered", "followed", "occurred"))
        return AS_OF.date() - timedelta(days=random.randrange(0 if past else -60, 120))
    if name == "respondent_role":
        return random.choice((*RESPONDENT_ROLES, "owner"))
    options: dict[Any, Any] = {
        int: random.randrange(12),
        float: random.choice((random.random(), float(random.randrange(12)))),
        bool: random.random() < 0.5,
        str: random.choice(("a", "b")),
        Money: Money(float(random.randrange(9)), "EUR"),
    }
    return options[base] if _is_valid(hint, options[base]) else random.random()


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401  any dataclass
    hints = get_type_hints(kind, include_extras=True)
    return {name: next((part for part in get_args(hint) if part is not NoneType), hint) for name, hint in hints.items()}


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:  # noqa: ANN401  any type
    return TypeAdapter(hint)


def _is_valid(hint: object, value: object) -> bool:
    try:
        _adapter(hint).validate_python(value)
    except ValidationError:
        return False
    return True
