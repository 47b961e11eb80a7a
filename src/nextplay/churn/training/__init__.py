"""Training of the churn model: only here may scikit-learn be loaded. What leaves is a table, never an object."""
