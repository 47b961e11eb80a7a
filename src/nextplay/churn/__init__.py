"""Churn: a small additive model served as a table."""
