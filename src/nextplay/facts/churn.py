"""The two facts that the model gives and no snapshot carries: a decision fills them in once the model has scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from nextplay.decision import FactValue, RiskBand
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import SHARE, Fact, Shape, derived, spec_of
from nextplay.facts.draft import Draft

CHURN_PROBABILITY: Final = "churn.probability"
CHURN_BAND: Final = "churn.band"


def _nothing(_view: AccountView) -> object | None:
    return None


def _unread(_nothing: object) -> FactValue:
    return None


def _refuse(_draft: Draft, _wanted: Mapping[str, FactValue]) -> None:
    raise ValueError("the churn score comes from the model: no snapshot fixes it")


CHURN_FACTS: Final[tuple[Fact, ...]] = (
    derived(
        spec_of(
            CHURN_PROBABILITY,
            SHARE,
            "Probability of churn within the model's horizon; unknown where no model serves.",
            reads=(),
            prefer="lower_is_better",
        ),
        source=_nothing,
        read=_unread,
        write=_refuse,
    ),
    derived(
        spec_of(
            CHURN_BAND,
            Shape("word", words=get_args(RiskBand)),
            "Band of the churn probability; unknown where no model serves.",
            reads=(),
        ),
        source=_nothing,
        read=_unread,
        write=_refuse,
    ),
)
