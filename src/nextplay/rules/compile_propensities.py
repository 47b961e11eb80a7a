"""Propensities learned from reactions: what stands in for the priors of plays."""

from __future__ import annotations

from nextplay.rules.compile_names import Known, check_known
from nextplay.rules.compile_plays import compile_prior
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_propensities import PropensitiesForm
from nextplay.rules.rulebook import Learned, Prior


def compile_propensities(form: PropensitiesForm | None, known: Known, log: FaultLog) -> Learned:
    """Return what was learned by play and segment; an entry of fewer reactions than the file asks for is a fault."""
    if form is None or form.plays is None:
        return {}
    least = form.least_reactions.value if form.least_reactions else 1
    found: dict[str, dict[str, Prior]] = {}
    for name, segments in form.plays.value:
        check_known(name, known.plays, "play", log)
        for segment, one in segments.value:
            prior = compile_prior(one, log)
            if one.reactions is not None and one.reactions.value < least:
                message = f"`{one.reactions.value}` reactions are fewer than `least_reactions`, which is `{least}`"
                log.add(one.reactions.place, "out-of-range", message, hint="leave the line out, or learn anew")
            elif prior is not None:
                found.setdefault(name.value, {})[segment.value] = prior
    return found
