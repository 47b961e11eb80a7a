"""From facts over objectives back to a list of objectives.

Every fact asks for a part of an active objective; parts that agree share a row, others get rows of their own. Then
rows are completed with what disturbs nothing, and further rows make up the counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, get_args

from nextplay.decision import FactValue
from nextplay.facts.declare import number
from nextplay.facts.draft import Draft
from nextplay.snapshot import TouchpointName

Row = dict[str, Any]
Wanted = Mapping[str, FactValue]

_PREFIX: Final = "objectives."
_SPAN_DAYS: Final = 100
_NO_WISH: Final = -1


def write_objectives(draft: Draft, wanted: Wanted) -> None:
    """Write objectives that make all the facts in `wanted` true together, where they can be."""
    short = {name.removeprefix(_PREFIX): value for name, value in wanted.items()}
    active: list[Row] = []
    for part in _parts(draft, short):
        _place(part, active)
    if short.get("any_active") is True and not active:
        active.append({})
    rows = draft.rows("objectives")
    rows += _repeated([_complete(draft, row, active[0], short) for row in active], "active", draft, short)
    if short.get("all_achieved") is True and short.get("count_achieved") is None:
        rows += _repeated([{}], "achieved", draft, short)
    else:
        rows += _repeated([{}] if short.get("any_achieved") is True else [], "achieved", draft, short)
    rows += _repeated([{}] if short.get("any_abandoned") is True else [], "abandoned", draft, short)
    _spoil_all_achieved(draft, rows, short)
    _make_up_count(draft, rows, short)
    if short.get("days_since_verified") is not None:
        if not rows:
            rows += _repeated([{}], _free_status(short), draft, short)
        rows[0]["last_verified_on"] = draft.ago(int(number(short["days_since_verified"])))
    for index, row in enumerate(rows, start=1):
        row["objective_id"] = f"o-{index}"


def _parts(draft: Draft, short: Wanted) -> Iterator[Row]:
    """Yield what active objectives must contain, the most demanding first."""
    late = int(number(short.get("worst_days_overdue") or 1))
    yield from _measured(draft, short, late)
    if short.get("worst_days_overdue") or short.get("any_overdue") is True:
        yield {"due_on": draft.ago(late)}
    for side in ("vendor", "customer"):
        if short.get(f"any_overdue_blocked_by_{side}") is True:
            yield {"blocked_by": side, "due_on": draft.ago(late)}
        elif short.get(f"any_blocked_by_{side}") is True:
            yield {"blocked_by": side}
    for touchpoint in get_args(TouchpointName):
        if short.get(f"any_active_at_{touchpoint}") is True:
            yield {"touchpoint": touchpoint}


def _measured(draft: Draft, short: Wanted, late: int) -> Iterator[Row]:
    worst, most = _exact(short.get("worst_attainment")), _exact(short.get("most_elapsed_share"))
    gap = _exact(short.get("worst_progress_gap"))
    if gap is not None:
        done = worst if worst is not None else max(Fraction(0), gap if most is None else most + gap)
        yield _attained(done) | _timed(draft, done - gap, late)
    if worst is not None:
        yield _attained(worst)
    if most is not None:
        yield _timed(draft, most, late)
    for name, part in (
        ("best_attainment", _attained),
        ("least_elapsed_share", lambda share: _timed(draft, share, late)),
    ):
        share = _exact(short.get(name))
        if share is not None:
            yield part(share)


def _exact(value: FactValue) -> Fraction | None:
    return None if value is None else Fraction(str(number(value)))


def _attained(share: Fraction) -> Row:
    return {"baseline": 0, "target": share.denominator, "current": share.numerator}


def _timed(draft: Draft, share: Fraction, late: int) -> Row:
    """Return dates of which `share` has gone; an objective whose time is over is late where lateness is asked for."""
    if share == 1:
        wishes = {"objectives.worst_days_overdue", "objectives.any_overdue"} & {*draft.values}
        over = late if any(draft.values[name] for name in wishes) else 0
        return {"starts_on": draft.ago(over + _SPAN_DAYS), "due_on": draft.ago(over)}
    span = share.denominator * -(-_SPAN_DAYS // share.denominator)
    gone = int(span * share)
    return {"starts_on": draft.ago(gone), "due_on": draft.ago(gone - span)}


def _place(part: Row, rows: list[Row]) -> None:
    for row in rows:
        if all(row.get(key, value) == value for key, value in part.items()):
            row.update(part)
            return
    rows.append(dict(part))


def _complete(draft: Draft, row: Row, first: Row, short: Wanted) -> Row:
    """Fill what no fact asked of this row, as in the first one where that has it, else harmlessly."""
    if "target" not in row:
        row |= {key: first[key] for key in ("baseline", "target", "current") if key in first} or _attained(
            Fraction(1, 2)
        )
    if "due_on" not in row:
        row |= {key: first[key] for key in ("starts_on", "due_on") if key in first} or _timed(draft, Fraction(1, 2), 0)
    row.setdefault("starts_on", (date.fromisoformat(row["due_on"]) - timedelta(days=_SPAN_DAYS)).isoformat())
    row.setdefault("blocked_by", "nobody")
    free = (name for name in get_args(TouchpointName) if short.get(f"any_active_at_{name}") is None)
    row.setdefault("touchpoint", next(free, None))
    return row


def _repeated(rows: list[Row], status: str, draft: Draft, short: Wanted) -> list[Row]:
    """Give the rows their status, and repeat them up to the count asked for."""
    count = int(number(short.get(f"count_{status}", _NO_WISH)))
    if count == _NO_WISH:
        count = len(rows)
    if len(rows) > count:
        raise ValueError(f"more objectives would have to be {status} than asked for")
    if count > len(rows) and not rows:
        rows = [_complete(draft, {}, {}, short) if status == "active" else {}]
    return [{**rows[min(index, len(rows) - 1)], "status": status} for index in range(count)]


def _spoil_all_achieved(draft: Draft, rows: list[Row], short: Wanted) -> None:
    """Add one objective that is not achieved, where all would be and must not."""
    if short.get("all_achieved") is False and rows and all(row["status"] == "achieved" for row in rows):
        rows += _repeated([_complete(draft, {}, {}, short)], _free_status(short), draft, short)


def _make_up_count(draft: Draft, rows: list[Row], short: Wanted) -> None:
    missing = int(number(short.get("count", len(rows)))) - len(rows)
    if missing < 0:
        raise ValueError("more objectives would be needed than asked for")
    if missing:
        status = "achieved" if short.get("all_achieved") is True else _free_status(short)
        filler = _complete(draft, {}, rows[0] if rows else {}, short)
        rows += [{**filler, "status": status} for _ in range(missing)]


def _free_status(short: Wanted) -> str:
    """Return a status that no fact asked for limits."""
    for status in ("active", "abandoned", "achieved"):
        if short.get(f"count_{status}") is None and short.get(f"any_{status}") is not False:
            return status
    raise ValueError("every status of an objective is limited")
