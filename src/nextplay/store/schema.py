"""The tables. The migrations make them; a test holds the two against each other on both databases."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Date,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from nextplay.store.columns import SEQUENCE, Instant, Words

NEEDED_REVISION: Final = "0001"
"""The revision of the schema that this version reads and writes."""

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

DECISIONS: Final = Table(
    "decisions",
    METADATA,
    Column("sequence", SEQUENCE, Identity(), primary_key=True),
    Column("tenant", Words, nullable=False),
    Column("account_id", Words, nullable=False),
    Column("decision_id", Words, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("release", Words, nullable=False),
    Column("rulebook_hash", Words, nullable=False),
    Column("model_hash", Words, nullable=False),
    Column("engine_version", Words, nullable=False),
    Column("request_id", Words, nullable=False),
    Column("took_microseconds", Integer, nullable=False),
    Column("masked", Words, nullable=False),
    Column("held_out", Words, nullable=False),
    Column("actions", LargeBinary, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index(None, "tenant", "account_id", "sequence"),
    Index(None, "tenant", "account_id", "decided_at"),
    Index(None, "tenant", "decision_id"),
    Index(None, "decided_at"),
    sqlite_autoincrement=True,
)
"""One row for each call that was answered. `masked`, `held_out` and `actions` are JSON lists; `question` and
`answer` are packed JSON."""

RECORDS: Final = Table(
    "records",
    METADATA,
    Column("sequence", SEQUENCE, Identity(), primary_key=True),
    Column("tenant", Words, nullable=False),
    Column("request_id", Words, nullable=False),
    Column("record_id", Words, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("payload_hash", Words, nullable=False),
    Column("method", Words, nullable=False),
    Column("account_id", Words, nullable=False),
    Column("kind", Words),
    Column("at", Instant),
    Column("action_id", Words),
    Column("decision_id", Words),
    Column("play", Words),
    Column("gap", Words),
    Column("channel", Words),
    Column("until", Date),
    Column("answer", Words),
    Column("reason", Words),
    Column("actor_id", Words),
    Column("occurred_on", Date),
    Column("annual_value", Double),
    Column("currency_code", Words),
    Column("objective_id", Words),
    UniqueConstraint("tenant", "request_id"),
    Index(None, "tenant", "account_id", "sequence"),
    Index(None, "recorded_at"),
    sqlite_autoincrement=True,
)
"""Everything told. A reaction keeps play, gap and channel of its action: history then needs this table alone."""

ACTIONS: Final = Table(
    "actions",
    METADATA,
    Column("tenant", Words, nullable=False),
    Column("action_id", Words, nullable=False),
    Column("account_id", Words, nullable=False),
    Column("decision_id", Words, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("play", Words, nullable=False),
    Column("gap", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("owner_role", Words, nullable=False),
    Column("owner_id", Words),
    Column("channel", Words, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("priority", Double, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("reaction", Words),
    Column("reacted_at", Instant),
    Column("told_at", Instant),
    PrimaryKeyConstraint("tenant", "action_id"),
    Index(None, "tenant", "account_id"),
    Index(None, "tenant", "due_on"),
)
"""The worklist. `decision_id` and `decided_at` are those of the newest decision that names the action, `reaction` and
`reacted_at` those of the newest reaction, `told_at` is when it was stored. What has no due date has the last day there
is, so that both databases sort it last."""

TOMBSTONES: Final = Table(
    "tombstones",
    METADATA,
    Column("keyed_hash", Words, primary_key=True),
    Column("erased_at", Instant, nullable=False),
)
"""Which accounts were erased, under a keyed hash: nothing tells whose they were."""

META: Final = Table(
    "meta",
    METADATA,
    Column("name", Words, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What the store itself has to remember: the key of the tombstones."""
