"""What Alembic runs for each command: it works on the connection, and in the transaction, that it is handed."""

from __future__ import annotations

from alembic import context

from nextplay.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transaction_per_migration=False
)
context.run_migrations()
