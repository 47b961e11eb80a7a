"""The tools of strategists and operators, on the real engine: rule tests, snapshots out of exports."""
