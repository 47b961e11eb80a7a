"""The hidden truth about one snapshot: causes, what a careful reader can know of them, what to do, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from nextplay.authoring.sample_book.cause import Cause, Side
from nextplay.authoring.sample_book.causes import MATERIAL, Trouble
from nextplay.authoring.sample_book.circumstances import Circumstances
from nextplay.authoring.sample_book.look_alikes import LookAlike
from nextplay.authoring.sample_book.outcomes import Future
from nextplay.authoring.sample_book.records import Record, alarming, vital

Kind = Literal["cx", "cs", "mixed", "none", "undetermined"]
_SIDES: Final[tuple[Side, ...]] = ("cx", "cs")


def truth(
    record: Record,
    c: Circumstances,
    troubles: Sequence[Trouble],
    *,
    look_alike: LookAlike | None,
    futures: tuple[Future, Future],
) -> dict[str, Any]:
    """Return the line of the truth file.

    `diagnosis` is what is so: the sides of the material causes. `label` is what a careful reader of the snapshot can
    know of it: the sides of the causes that show; where none shows, undetermined if something looks bad without an
    explanation or too little is on record, else none. `observable` says that the two agree.
    """
    standing = [(trouble, trouble.severity(c.day)) for trouble in troubles]
    material = [(trouble, severity) for trouble, severity in standing if severity >= MATERIAL]
    seen = seen_causes([trouble.cause for trouble, _ in material], record, c)
    diagnosis = kind_of([trouble.cause for trouble, _ in material])
    label: Kind = kind_of(seen)
    if not seen and (alarming(record, c) or not vital(record)):
        label = "undetermined"
    untreated, treated = futures
    return {
        "id": f"{c.traits.account_id}@{record.snapshot['as_of'][:10]}",
        "account_id": c.traits.account_id,
        "as_of": record.snapshot["as_of"],
        "causes": [
            {
                "cause": trouble.cause.name,
                "side": trouble.cause.side,
                "severity": round(severity, 4),
                "since_days": c.day - trouble.onset,
                "visible": trouble.cause in seen,
            }
            for trouble, severity in material
        ],
        "look_alike": look_alike.name if look_alike else None,
        "diagnosis": diagnosis,
        "observable": label == diagnosis,
        "label": label,
        "lead": lead_of(seen) if label == "mixed" else None,
        "right_actions": [
            {"cause": trouble.cause.name, "action": trouble.cause.action, "owner": trouble.cause.owner}
            for trouble, _ in material
        ],
        "churn_probability": round(untreated.churn_probability, 6),
        "churn_probability_with_right_action": round(treated.churn_probability, 6),
        "outcome": untreated.outcome,
        "outcome_with_right_action": treated.outcome,
    }


def seen_causes(causes: Sequence[Cause], record: Record, c: Circumstances) -> list[Cause]:
    """Return the causes whose evidence is on record.

    A reading alone does not count beside friction in the way of the goal: the friction might be all there is.
    """
    told = record.named | {name for name, path in c.traces if record.shows(path)}
    seen = [cause for cause in causes if cause.name in told or any(map(record.shows_all, cause.witnesses))]
    hindered = any(cause.blocks for cause in seen)
    return [cause for cause in seen if not (hindered and cause.is_reading and cause.name not in told)]


def kind_of(causes: Sequence[Cause]) -> Kind:
    """Return the diagnosis that causes add up to."""
    sides = {cause.side for cause in causes}
    return "mixed" if len(sides) == len(_SIDES) else next(iter(sides), "none")


def lead_of(causes: Sequence[Cause]) -> Side:
    """Return the side to begin with: the one that blocks the other.

    Without a goal there is nothing to smooth the way to; otherwise what stands in the way of the goal comes first;
    friction beside the way waits.
    """
    if any(cause.leaves_no_goal for cause in causes):
        return "cs"
    return "cx" if any(cause.blocks for cause in causes) else "cs"
