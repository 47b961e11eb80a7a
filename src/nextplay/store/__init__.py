"""What the service remembers: decisions, reactions, answers, outcomes and holds, on SQLite or PostgreSQL."""

from nextplay.store.records import Key as Key
from nextplay.store.store import Store as Store
