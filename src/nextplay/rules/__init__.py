"""Rules: from a strategist's YAML to a compiled, immutable rulebook, and its evaluation."""
