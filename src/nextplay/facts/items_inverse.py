"""From facts of an item back to a row of its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.facts.declare import number
from nextplay.facts.draft import Draft, plain
from nextplay.facts.items import LIST_OF
from nextplay.facts.spec import ItemKind

Raw = dict[str, Any]
Wanted = Mapping[str, FactValue]
"""Field of the item, without its kind → value; what is not named, or `None`, stays unknown."""

_WHOLE: Final = "whole"
_SPAN_DAYS: Final = 100
_AGES: Final[Mapping[str, tuple[str, int]]] = {
    "age_days": ("starts_on", 1),
    "days_since_verified": ("last_verified_on", 1),
    "days_overdue": ("due_on", 1),
    "days_to_due": ("due_on", -1),
}
_SCALES: Final[Mapping[str, tuple[str, int, int]]] = {
    "nps": ("nps_0_10", 0, 10),
    "csat": ("csat_1_5", 1, 5),
    "ces": ("ces_1_7_agree", 1, 7),
}
_USUAL: Final = 100


def write_item(draft: Draft, kind: ItemKind, wanted: Wanted) -> None:
    """Add a row in which every field of `wanted` has its value, where that can be."""
    rows = draft.rows(LIST_OF[kind])
    known = {name: value for name, value in wanted.items() if value is not None}
    row = _WRITERS[kind](draft, known)
    if kind == "objective":
        row.setdefault("objective_id", f"item-{len(rows) + 1}")
    if kind == "touchpoint":
        row.setdefault("name", draft.spare_touchpoint())
    rows.append(row)
    if kind == "survey" and wanted.get("newest") is False:
        row["respondent_id"] = f"item-{len(rows)}"
        row.setdefault("kind", "nps")  # an answer of another kind would not replace it
        newer: Raw = {name: row[name] for name in ("kind", "touchpoint", "respondent_id") if name in row}
        rows.append({**newer, "answered_on": draft.ago(draft.age(row.setdefault("answered_on", draft.ago(1))) - 1)})


def _objective(draft: Draft, wanted: Wanted) -> Raw:
    row: Raw = {}
    for name, value in wanted.items():
        if name in _AGES:
            continue
        if name not in ("attainment", "elapsed", "progress_gap"):
            row[name] = value
    for name, (field, sign) in _AGES.items():
        days = wanted.get(name)
        if days is not None and (days or field not in row):
            row[field] = draft.ago(sign * int(number(days)))
    _measure(draft, row, wanted)
    return row


def _measure(draft: Draft, row: Raw, wanted: Wanted) -> None:
    done, gone, gap = (_exact(wanted.get(name)) for name in ("attainment", "elapsed", "progress_gap"))
    if gap is not None and done is None:
        done = max(Fraction(0), gap if gone is None else gone + gap)
    if gap is not None and gone is None and done is not None:
        gone = done - gap
    if done is not None:
        row.setdefault("baseline", 0)
        row.setdefault("target", row["baseline"] + done.denominator)
        row.setdefault("current", plain(row["baseline"] + done * Fraction(str(row["target"] - row["baseline"]))))
    if gone is not None:
        _time(draft, row, gone)


def _time(draft: Draft, row: Raw, gone: Fraction) -> None:
    if gone == 1:
        row.setdefault("due_on", draft.ago(0))
        return
    if "due_on" in row:
        left = -draft.age(row["due_on"])
        row.setdefault("starts_on", draft.ago(int(gone * left / (1 - gone))))
        return
    days = draft.age(row["starts_on"]) if "starts_on" in row and gone else 0
    span = int(days / gone) if days else gone.denominator * -(-_SPAN_DAYS // gone.denominator)
    row.setdefault("starts_on", draft.ago(int(span * gone)))
    row["due_on"] = draft.ago(draft.age(row["starts_on"]) - span)


def _touchpoint(_: Draft, wanted: Wanted) -> Raw:
    row: Raw = {name: value for name, value in wanted.items() if not name.endswith(("_ratio", "ed_share", "ure_share"))}
    row |= {name: value for name, value in wanted.items() if name == "cohort_failure_share"}
    row.pop("friction_share", None)
    for name, over, under in (
        ("response_ratio", "median_response_hours", "promised_response_hours"),
        ("failure_share", "failed_attempts_30d", "interactions_30d"),
        ("abandoned_share", "abandoned_30d", "interactions_30d"),
        ("friction_share", "failed_attempts_30d", "interactions_30d"),
    ):
        share = _exact(wanted.get(name))
        if share is None:
            continue
        whole = row.setdefault(under, _USUAL)
        part = plain(share * Fraction(str(whole)))
        if name == "friction_share":
            part -= row.setdefault("abandoned_30d", 0)
        row.setdefault(over, part)
    return row


def _survey(draft: Draft, wanted: Wanted) -> Raw:
    row: Raw = {name: wanted[name] for name in ("respondent_role", "answered_on") if name in wanted}
    kind = str(wanted.get("kind", "ces" if "ease" in wanted else "nps"))
    scale, lowest, highest = _SCALES[kind]
    if "kind" in wanted:
        row["kind"] = kind
    if "ease" in wanted:
        row |= {"scale": scale, "score": plain(Fraction(str(number(wanted["ease"]))) * 6 + 1)}
    elif "low" in wanted:
        row |= {"scale": scale, "score": wanted.get("score", lowest if wanted["low"] else highest)}
    elif "score" in wanted:
        row |= {"scale": scale, "score": wanted["score"]}
    if wanted.get("touchpoint", _WHOLE) != _WHOLE:
        row["touchpoint"] = wanted["touchpoint"]
    if isinstance(wanted.get("drivers"), tuple):
        row["drivers"] = list(wanted["drivers"])  # type: ignore[arg-type]
    if "follow_up_owed" in wanted:
        row["follow_up"] = "open" if wanted["follow_up_owed"] else "done"
    if "age_days" in wanted:
        row["answered_on"] = draft.ago(int(number(wanted["age_days"])))
    return row


def _event(draft: Draft, wanted: Wanted) -> Raw:
    row = {name: value for name, value in wanted.items() if name != "age_days"}
    if "age_days" in wanted:
        row["occurred_on"] = draft.ago(int(number(wanted["age_days"])))
    return row


def _exact(value: FactValue) -> Fraction | None:
    return None if value is None else Fraction(str(number(value)))


_WRITERS: Final[Mapping[ItemKind, Callable[[Draft, Wanted], Raw]]] = {
    "objective": _objective,
    "touchpoint": _touchpoint,
    "survey": _survey,
    "event": _event,
}
