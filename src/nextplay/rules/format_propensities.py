"""What `propensities.yaml` may say: what reactions taught about each play, reviewed like any rule."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from nextplay.rules.form import Form, FormOf, need
from nextplay.rules.format_value import PriorForm
from nextplay.rules.rulebook import ALL_SEGMENTS
from nextplay.rules.shape import Amount, DayText, Located, MapOf, OneOf, Pairs, Reference, Whole
from nextplay.snapshot.words import Segment

PROPENSITY_FILE: Final = "propensities.yaml"
_MOST: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedForm(PriorForm):
    """What is known of a play after its reactions: the prior's counts and theirs, added up."""

    weight: Located[float] | None = need(Amount(0, _MOST), "of these, what the reactions add to `of`; old ones less")
    reactions: Located[int] | None = need(Whole(1, _MOST), "how many yes and no were counted")
    accounts: Located[int] | None = need(Whole(1, _MOST), "of how many accounts they are")


@dataclass(frozen=True, slots=True, kw_only=True)
class PropensitiesForm(Form):
    """`propensities.yaml`."""

    as_of: Located[date] | None = need(DayText(), "the last day whose reactions were counted")
    half_life_days: Located[int] | None = need(Whole(1, 36_500), "a reaction so many days old counts half")
    least_reactions: Located[int] | None = need(Whole(1, _MOST), "with fewer, a play keeps its own prior")
    plays: Located[Pairs[Located[Pairs[LearnedForm]]]] | None = need(
        MapOf(Reference("play"), MapOf(OneOf((ALL_SEGMENTS, *get_args(Segment))), FormOf(LearnedForm))),
        "play, then segment or `all`",
    )


PROPENSITIES: Final = FormOf(PropensitiesForm)
