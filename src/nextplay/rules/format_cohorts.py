"""What `cohorts.yaml` may say: shares of accounts that fail, computed over a book and reviewed like any rule."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from nextplay.rules.form import Form, FormOf, need
from nextplay.rules.shape import Amount, DayText, Located, MapOf, OneOf, Pairs, Whole
from nextplay.snapshot.words import JourneyStage, TouchpointName

_MOST_ACCOUNTS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareForm(Form):
    """The share of one stage at one touchpoint."""

    accounts: Located[int] | None = need(Whole(1, _MOST_ACCOUNTS), "accounts of the stage that were measured there")
    share: Located[float] | None = need(Amount(0, 1), "share of them that fails there")


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortsForm(Form):
    """`cohorts.yaml`."""

    as_of: Located[date] | None = need(DayText(), "the newest day of the book")
    accounts: Located[int] | None = need(Whole(1, _MOST_ACCOUNTS), "accounts of the book")
    least_accounts: Located[int] | None = need(Whole(1, _MOST_ACCOUNTS), "a share of fewer accounts is left out")
    failing_from: Located[float] | None = need(
        Amount(0, 1), "an account fails where at least this share of its interactions failed"
    )
    shares: Located[Pairs[Located[Pairs[ShareForm]]]] | None = need(
        MapOf(OneOf(get_args(JourneyStage)), MapOf(OneOf(get_args(TouchpointName)), FormOf(ShareForm))),
        "journey stage, then touchpoint",
    )


COHORTS: Final = FormOf(CohortsForm)
