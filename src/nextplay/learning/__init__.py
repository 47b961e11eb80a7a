"""What reactions and outcomes teach: propensities for a reviewed file of the rulebook, and a report on plays and gaps.

Nothing here changes a decision by itself.
"""
