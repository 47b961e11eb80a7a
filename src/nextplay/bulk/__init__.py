"""Decisions in bulk: Arrow in, Arrow out, one row for each account, equal to the online decision.

Needs the extra `batch` (polars and pyarrow): importing a module of this package without it raises `ImportError`.
"""
