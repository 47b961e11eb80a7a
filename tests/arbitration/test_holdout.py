"""What a lot keeps back, so that what plays do can be measured."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.arbitration.builders import ACCOUNT, RULES, actions, candidate, details, past, play, reasons, run
from tests.arbitration.test_laws import ACCOUNTS, HISTORIES, RULEBOOKS, candidate_lists

from nextplay.arbitration import Account
from nextplay.arbitration.holdout import held_out, lot
from nextplay.rules.assessment import Candidate
from nextplay.rules.rulebook import ArbitrationRules, Holdout
from nextplay.snapshot import HistoryEntry

LAW = settings(max_examples=40, deadline=None)
NOTHING_COMES = replace(RULES, holdout=Holdout(0.999999, {}))
IDS = st.text(min_size=1, max_size=12)


def test_a_play_is_kept_back_and_says_for_whom() -> None:
    """The reason is `holdout`; the details tell a lot for all plays from one for this play."""
    assert actions(run([candidate(play())], rules=NOTHING_COMES)) == []
    assert reasons(run([candidate(play())], rules=NOTHING_COMES)) == {"call": "holdout"}
    assert details(run([candidate(play())], rules=NOTHING_COMES)) == {"by": "account"}
    only = replace(RULES, holdout=Holdout(0.0, {"call": 0.999999}))
    both = run([candidate(play("call")), candidate(play("write"))], rules=only)
    assert (actions(both), details(both)) == (["write"], {"by": "play"})


def test_a_must_is_never_kept_back() -> None:
    """What an account is owed comes whatever the lot says."""
    assert actions(run([candidate(play(importance="must"))], rules=NOTHING_COMES)) == ["call"]


def test_an_open_action_is_never_kept_back() -> None:
    """Somebody works on it: a holdout that begins today takes nothing away."""
    assert actions(run([candidate(play())], rules=NOTHING_COMES, history=[past("accepted")])) == ["call"]


def test_only_what_would_have_come_is_kept_back() -> None:
    """A play that something else withholds keeps that reason: it is no part of the comparison."""
    rules = replace(NOTHING_COMES, max_actions=1)
    found = reasons(run([candidate(play("call", effect=0.9)), candidate(play("write", effect=0.1))], rules=rules))
    assert found == {"call": "holdout", "write": "cap"}


@LAW
@given(candidate_lists(), HISTORIES, ACCOUNTS, RULEBOOKS, st.integers(0, 50), st.text(max_size=3))
def test_the_rest_of_the_decision_is_as_without_a_holdout(
    candidates: list[Candidate],
    history: list[HistoryEntry],
    account: Account,
    rules: ArbitrationRules,
    percent: int,
    salt: str,
) -> None:
    """Actions and what is kept back are together the actions without a holdout, in their order and as they were."""
    holdout = Holdout(percent / 100, {f"p{number}": percent / 50 for number in range(4)}, salt)
    whole = run(candidates, account=account, rules=rules, history=history, diagnosis="mixed")
    parted = run(candidates, account=account, rules=replace(rules, holdout=holdout), history=history, diagnosis="mixed")
    back = {each.candidate.play.id: each for each in parted.withheld if each.reason == "holdout"}
    kept = [action for action in whole.actions if action.candidate.play.id not in back]
    assert [action._replace(rank=0) for action in parted.actions] == [action._replace(rank=0) for action in kept]
    assert [action.rank for action in parted.actions] == list(range(1, len(kept) + 1))
    assert set(back) <= {action.candidate.play.id for action in whole.actions}
    assert [each for each in parted.withheld if each.reason != "holdout"] == list(whole.withheld)


@LAW
@given(IDS, IDS, st.text(max_size=3), st.floats(0, 0.5), st.floats(0, 0.5))
def test_the_lot_is_the_same_every_day_and_a_greater_share_only_adds_accounts(
    account_id: str, play_id: str, salt: str, share: float, more: float
) -> None:
    """Whoever goes without goes on so, also when the share grows."""
    smaller, greater = sorted([share, more])
    drawn = held_out(account_id, play_id, Holdout(smaller, {}, salt))
    assert drawn == held_out(account_id, play_id, Holdout(smaller, {}, salt))
    assert drawn is None or held_out(account_id, play_id, Holdout(greater, {}, salt)) == drawn
    assert 0 <= lot(account_id, play_id, salt=salt) < 1


def test_the_lot_depends_on_nothing_but_account_salt_and_play() -> None:
    """Equal accounts in everything else are drawn apart; one account is drawn alike whatever else it is."""
    without = replace(NOTHING_COMES, holdout=Holdout(0.5, {}))
    drawn = {
        account_id: [
            actions(
                run([candidate(play())], account=ACCOUNT._replace(account_id=account_id, segment=one), rules=without)
            )
            for one in ("smb", "enterprise", None)
        ]
        for account_id in ("a", "b", "c", "d", "e", "f")
    }
    assert all(each == [each[0]] * 3 for each in drawn.values())
    assert {len(each[0]) for each in drawn.values()} == {0, 1}


def test_the_share_is_about_right_over_many_accounts() -> None:
    """Of 20,000 accounts the part that goes without lies within four standard errors, for all plays and for one."""
    accounts = [f"account-{number}" for number in range(20_000)]
    for share in (0.05, 0.2):
        error = 4 * math.sqrt(share * (1 - share) / len(accounts))
        for scope in (None, "call", "write"):
            found = sum(lot(one, scope, salt="2026") < share for one in accounts) / len(accounts)
            assert abs(found - share) < error


def test_lots_of_two_plays_and_of_two_salts_have_nothing_to_do_with_each_other() -> None:
    """Of the accounts that go without one, the usual share goes without the other."""
    accounts = [f"account-{number}" for number in range(20_000)]
    out = [one for one in accounts if lot(one, "call", salt="a") < 0.2]
    for other in (
        [lot(one, "write", salt="a") for one in out],
        [lot(one, "call", salt="b") for one in out],
        [lot(one, salt="a") for one in out],
    ):
        assert abs(sum(drawn < 0.2 for drawn in other) / len(out) - 0.2) < 4 * math.sqrt(0.16 / len(out))
