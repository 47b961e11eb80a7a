"""The page about a churn model: what it is, how good it is, whom one would reach with it, and what each fact adds.

`document` gathers the figures, `plots` draws them (the only place that loads matplotlib), `page` lays them out.
"""
