"""The closed vocabulary: every name that a rule or the model may use, computed here and nowhere else."""
