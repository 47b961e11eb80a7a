"""The first schema: decisions, what was told, the worklist, tombstones."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from nextplay.store.columns import SEQUENCE, Instant

revision: Final = "0001"
down_revision: Final = None


def upgrade() -> None:
    """Make every table of a new store."""
    _decisions()
    _records()
    _actions()
    op.create_table(
        "tombstones",
        sa.Column("keyed_hash", sa.Text, nullable=False),
        sa.Column("erased_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("keyed_hash", name="pk_tombstones"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("sequence", SEQUENCE, sa.Identity(), nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("as_of", Instant, nullable=False),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("rulebook_hash", sa.Text, nullable=False),
        sa.Column("model_hash", sa.Text, nullable=False),
        sa.Column("engine_version", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("took_microseconds", sa.Integer, nullable=False),
        sa.Column("masked", sa.Text, nullable=False),
        sa.Column("held_out", sa.Text, nullable=False),
        sa.Column("actions", sa.LargeBinary, nullable=False),
        sa.Column("question", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_decisions"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["tenant", "account_id", "sequence"],
        ["tenant", "account_id", "decided_at"],
        ["tenant", "decision_id"],
        ["decided_at"],
    ):
        op.create_index(f"ix_decisions_{'_'.join(columns)}", "decisions", columns)


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("sequence", SEQUENCE, sa.Identity(), nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("payload_hash", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("at", Instant),
        sa.Column("action_id", sa.Text),
        sa.Column("decision_id", sa.Text),
        sa.Column("play", sa.Text),
        sa.Column("gap", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("until", sa.Date),
        sa.Column("answer", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("actor_id", sa.Text),
        sa.Column("occurred_on", sa.Date),
        sa.Column("annual_value", sa.Double),
        sa.Column("currency_code", sa.Text),
        sa.Column("objective_id", sa.Text),
        sa.PrimaryKeyConstraint("sequence", name="pk_records"),
        sa.UniqueConstraint("tenant", "request_id", name="uq_records_tenant_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_records_tenant_account_id_sequence", "records", ["tenant", "account_id", "sequence"])
    op.create_index("ix_records_recorded_at", "records", ["recorded_at"])


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("action_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("play", sa.Text, nullable=False),
        sa.Column("gap", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner_role", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("priority", sa.Double, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("reaction", sa.Text),
        sa.Column("reacted_at", Instant),
        sa.Column("told_at", Instant),
        sa.PrimaryKeyConstraint("tenant", "action_id", name="pk_actions"),
    )
    op.create_index("ix_actions_tenant_account_id", "actions", ["tenant", "account_id"])
    op.create_index("ix_actions_tenant_due_on", "actions", ["tenant", "due_on"])
