"""Measurements: how well the shipped rulebook judges, and where the time of a decision goes."""
