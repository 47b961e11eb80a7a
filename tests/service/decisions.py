"""Hypothesis strategies for decisions, out of the types of their own fields."""

from __future__ import annotations

import sys
import types
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from nextplay import decision as module
from nextplay.decision import Decision
from nextplay.snapshot import InputWarning

_FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64).map(lambda number: number + 0.0)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: _FLOATS,
    type(None): st.none(),
    date: st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis wants naive bounds
}


def values(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  any type
    """Return a strategy for a type of `decision.py`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([values(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    assert isinstance(hint, type), hint
    assert is_dataclass(hint) or hasattr(hint, "_fields"), hint
    names = {"date": date, "datetime": datetime, "InputWarning": InputWarning}
    hints = get_type_hints(hint, globalns=vars(sys.modules[hint.__module__]) | names)
    return st.builds(hint, **{name: values(inner) for name, inner in hints.items()})


def decisions() -> st.SearchStrategy[Decision]:
    """Return a strategy for whole decisions: every type of `decision.py`, with and without what may be absent."""
    assert module.Decision is Decision
    return values(Decision)
