"""From findings to the columns of `RESULT`: every column is filled in one go, nested ones from flat ones.

Arrow takes flat columns more cheaply than lists of dicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Any

import pyarrow as pa

from nextplay.bulk.schema import RESULT
from nextplay.errors import InputInvalid
from nextplay.presentation import Findings, named_first

Cells = tuple[Any, ...]


def result_batch(rows: Sequence[Cells]) -> pa.RecordBatch:
    """Return the rows as a batch of `RESULT`."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(RESULT)
    arrays = [_array(column, field.type) for column, field in zip(columns, RESULT, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=RESULT)


def refused_row(account_id: str | None, error: InputInvalid) -> Cells:
    """Return the cells of a row that cannot be used: its id where that could be read, and every reason."""
    return (account_id, *[None] * (len(RESULT) - 2), "\n".join(map(str, error.violations)))


def decided_row(found: Findings, *, release: str, texts: str | None) -> Cells:
    """Return the cells of one row, in the order of `RESULT`; a struct is a tuple of its fields.

    Little is kept of what was found, so that a batch does not hold the findings of all of its accounts.
    """
    assessment, score = found.assessment, found.score
    return (
        found.snapshot.account_id,
        found.snapshot.as_of,
        found.decision_id,
        assessment.diagnosis,
        assessment.lead,
        score.probability if score else None,
        score.band if score else None,
        list(_gaps(found)),
        _asking(found),
        list(_actions(found)),
        [(withheld.candidate.play.id, withheld.reason) for withheld in found.arbitration.withheld],
        release,
        texts,
        None,
    )


def _gaps(found: Findings) -> Iterator[Cells]:
    for gap in found.assessment.gaps:
        answer = found.answers.get(gap.rule.id) if gap.answered else None
        yield gap.rule.id, gap.kind, gap.severity, gap.item.key if gap.item else None, gap.open_side, answer


def _asking(found: Findings) -> list[str]:
    """Name the gaps whose kind a person is asked for, once each, in the order of their severity."""
    gaps = [gap.rule for gap in found.assessment.gaps if gap.kind == "undetermined"]
    return list(dict.fromkeys(rule.id for rule in gaps if rule.ask is not None))


def _actions(found: Findings) -> Iterator[Cells]:
    for action in found.arbitration.actions:
        yield (
            action.rank,
            action.action_id,
            action.candidate.play.id,
            action.state,
            action.owner_role,
            action.owner_id,
            action.channel,
            action.due_on,
            action.priority.priority,
            named_first(action),
        )


def _array(cells: Sequence[Any], kind: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Build a column: lists from the flat column of what is in them, structs from a column for each field."""
    if pa.types.is_list(kind):
        starts = accumulate((len(cell or ()) for cell in cells), initial=0)
        offsets = [None if cell is None else start for cell, start in zip([*cells, ()], starts, strict=True)]
        flat = list(chain.from_iterable(cell for cell in cells if cell))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), _array(flat, kind.value_type), type=kind)
    if pa.types.is_struct(kind):
        columns = list(zip(*cells, strict=True)) if cells else [()] * kind.num_fields
        arrays = [_array(column, field.type) for column, field in zip(columns, kind, strict=True)]
        return pa.StructArray.from_arrays(arrays, fields=list(kind))
    return pa.array(cells, kind)
