"""Limits are a small closed language: what it has means one thing, and what it has not is an error with the remedy."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.authoring.whole_books import SMALL

from nextplay.authoring.difference import limit_names, read_limit
from nextplay.authoring.difference.tally import DifferenceTally, Reach
from nextplay.errors import InputInvalid
from nextplay.rules.compile import compile_rulebook

BOOK = compile_rulebook(SMALL).rulebook
NAMES = limit_names(BOOK, BOOK)
NONE: frozenset[str] = frozenset()
TALLY = DifferenceTally(
    segment=Counter(smb=150, enterprise=50),
    change_segment=Counter({("accounts-changed", "smb"): 8, ("accounts-changed", "enterprise"): 2}),
    reach=Counter(
        {Reach(frozenset({"no_goal_agreed"}), NONE, NONE): 3, Reach(NONE, frozenset({"agree_goal"}), NONE): 4}
    ),
    old_effort=Counter(csm=100_000),
    new_effort=Counter(csm=112_000, support_lead=5_000),
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("accounts-changed>5%", None),
        ("accounts-changed>4.9%", 5.0),
        ("accounts-changed>=10", 10),
        ("accounts-changed > 10", None),
        ("actions-lost>0", None),
        ("actions-lost<1", 0),
        ("gap.no_goal_agreed>2", 3),
        ("gap.room_to_grow>0", None),
        ("play.agree_goal>=2%", 2.0),
        ("bad-rows>0", 50),
        ("bad-rows>20%", None),
        ("bad-rows>=20%", 20.0),
        ("hours.csm>111", 112),
        ("hours.csm>+11", 12),
        ("hours.csm>+10%", 12),
        ("hours.csm>12%", None),
        ("hours.support_lead>+1000%", float("inf")),
        ("hours<=-1", None),
        ("hours>=+17", 17),
        ("hours.csm<-10%", None),
    ],
)
def test_what_a_limit_means(written: str, value: float | None) -> None:
    """A limit is broken by this value, or kept."""
    found = read_limit(written, NAMES).broken_by(TALLY, bad=50)
    assert found == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("accounts-changed", "is no limit: write NAME"),
        ("accounts-changed=5", "is no limit"),
        ("accounts-changed>5 per cent", "is no limit"),
        ("accounts-changed>+5", "only hours take a sign"),
        ("customers>5", "a limit is on one of accounts-changed, .*, bad-rows, hours, hours.NAME, gap.NAME, play.NAME"),
        ("hours.nobody>5", "`hours.` goes before one of csm, support_lead"),
        ("gap.none>5", "`gap.` goes before one of broken_response_promise, .*, room_to_grow"),
    ],
)
def test_what_is_no_limit(written: str, says: str) -> None:
    """A mistake is told with what may stand there."""
    with pytest.raises(InputInvalid, match=says):
        read_limit(written, NAMES)
