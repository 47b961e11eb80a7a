"""The history of the schema, as Alembic migrations; they are part of the package."""
