"""What the service remembers: decisions, reactions, answers, outcomes and holds, on SQLite or PostgreSQL."""
