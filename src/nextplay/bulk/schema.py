"""The shape of a result: one row for each account, codes and numbers only, texts on demand.

The names are those of the contract (`protos/nextplay/v1/decision.proto`); what stands where is told in
`docs/batch.md`.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_TEXT: Final = pa.string()

GAP: Final = pa.struct(
    [
        ("gap", _TEXT),
        ("kind", _TEXT),
        ("severity", pa.float64()),
        ("item", _TEXT),
        ("open_side", _TEXT),
        ("answered", _TEXT),
    ]
)
ACTION: Final = pa.struct(
    [
        ("rank", pa.int32()),
        ("action_id", _TEXT),
        ("play", _TEXT),
        ("state", _TEXT),
        ("owner", _TEXT),
        ("owner_id", _TEXT),
        ("channel", _TEXT),
        ("due_on", pa.date32()),
        ("priority", pa.float64()),
        ("gaps", pa.list_(_TEXT)),
    ]
)
WITHHELD: Final = pa.struct([("play", _TEXT), ("reason", _TEXT)])

RESULT: Final = pa.schema(
    [
        ("account_id", _TEXT),
        ("as_of", pa.timestamp("us", tz="UTC")),
        ("decision_id", _TEXT),
        ("diagnosis", _TEXT),
        ("lead", _TEXT),
        ("churn_probability", pa.float64()),
        ("churn_band", _TEXT),
        ("gaps", pa.list_(GAP)),
        ("undetermined", pa.list_(_TEXT)),
        ("actions", pa.list_(ACTION)),
        ("withheld", pa.list_(WITHHELD)),
        ("release", _TEXT),
        ("texts", _TEXT),
        ("refused", _TEXT),
    ]
)
"""One row for each account. `refused` is null for a row that was decided; else it holds the reasons, one a line, and
every other column is null but `account_id` where it could be read. `texts` is null unless asked for."""
