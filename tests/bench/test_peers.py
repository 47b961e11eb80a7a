"""Every engine that is installed fires the rules that fire by definition; what cannot be timed says why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from bench.durable_api import DurableProcess
from bench.engines import OURS, PEERS, Contender, InProcess, Refused, is_installed
from bench.peers import DURABLE_API, REFERENCE, Timed, checked, contenders, in_turn, section, timed, turns
from bench.rule_load import Account, draw_accounts, draw_rules, fired, rulebook_of
from hypothesis import given, settings
from hypothesis import strategies as st

drawn = st.tuples(st.integers(1, 25), st.integers(0, 10_000), st.integers(1, 4))


def assert_as_defined(contender: Contender, *, count: int, seed: int, conditions: int = 3) -> None:
    """Assert that an engine over these rules fires what fires by definition, account by account."""
    rules = draw_rules(count, seed=seed, conditions=conditions)
    accounts = draw_accounts(rules, 4, seed=seed)
    assert contender.fired_each(accounts) == [fired(rules, account) for account in accounts]
    contender.close()


@pytest.mark.parametrize("name", OURS)
@settings(deadline=None, max_examples=15)
@given(drawn)
def test_ours_fires_what_the_definition_says(name: str, asked: tuple[int, int, int]) -> None:
    """Nextplay fires the same rules in every way that is timed."""
    count, seed, conditions = asked
    rules = draw_rules(count, seed=seed, conditions=conditions)
    ours = partial(OURS[name], rulebook_of(rules))
    assert_as_defined(InProcess(ours), count=count, seed=seed, conditions=conditions)


@pytest.mark.parametrize("name", PEERS)
@settings(deadline=None, max_examples=8)
@given(drawn)
def test_a_peer_fires_what_the_definition_says(name: str, asked: tuple[int, int, int]) -> None:
    """So does every other engine, or it would not be compared with the same work."""
    if not is_installed(name):
        pytest.skip(f"{name} is not installed; `make bench` installs it")
    count, seed, conditions = asked
    rules = draw_rules(count, seed=seed, conditions=conditions)
    assert_as_defined(InProcess(partial(PEERS[name][1], rules)), count=count, seed=seed, conditions=conditions)


def test_durable_rules_by_its_own_api_fires_the_same() -> None:
    """Asked over a pipe, it fires the same rules, and tells its own time."""
    rules = draw_rules(12)
    accounts = draw_accounts(rules, 3)
    contender = DurableProcess(rules)
    assert contender.fired_each(accounts) == [fired(rules, account) for account in accounts]
    assert contender.build_seconds > 0
    assert contender.clocked(accounts, 2) > 0
    contender.close()


def test_an_engine_that_ends_its_process_is_refused() -> None:
    """Whatever happens in the process, the benchmark gets a sentence: here, an account without values."""
    contender = DurableProcess(draw_rules(12))
    with pytest.raises(Refused, match="asserting accounts failed"):
        contender.fired_each([{"f00": float("nan")}, None])  # type: ignore[list-item,dict-item]


def test_an_engine_that_fires_other_rules_is_refused() -> None:
    """An engine over other rules than the definition is not timed."""
    rules = draw_rules(8)
    accounts = draw_accounts(rules, 6)
    other = InProcess(partial(OURS[REFERENCE], rulebook_of(draw_rules(8, seed=9))))
    with pytest.raises(Refused, match="other rules"):
        checked(other, rules, accounts)


def test_ours_is_never_left_out() -> None:
    """Everything of Nextplay is timed at each size, every round, and stands in the table before the others."""
    found = timed(10, rounds=2)
    assert found.keys() == contenders(draw_rules(1)).keys() == {*OURS, *PEERS, DURABLE_API}
    assert all(len(found[name].rounds_us) == 2 and not found[name].refused for name in OURS)
    shown = section({10: found, 100: found}, rounds=2)
    assert [row[0] for row in shown.table[: len(OURS)]] == [f"Nextplay: {name}" for name in OURS]
    assert [goal.goal for goal in shown.goals] == ["<= 50 µs"]
    assert all(f"`{engine}`" in shown.goals[0].reached for engine in ("durable", "python"))
    assert all(len(row) == len(shown.header) for row in shown.table)


def test_what_was_not_timed_says_why() -> None:
    """An engine that was refused at a size has its reason in the cell, and no figure."""
    found = {**dict.fromkeys(OURS, Timed(0.1, (2.0, 3.0, 4.0))), "other": Timed(refused="crashes")}
    shown = section({100: found}, rounds=3)
    assert shown.table[0] == (f"Nextplay: {next(iter(OURS))}", "3.00 µs (1.00x)", "0.10 s")
    assert shown.table[-1] == ("other", "crashes", "")


class Told:
    """An engine that takes as long as it was told for an account, and refuses when it was asked often enough."""

    build_seconds = 0.0

    def __init__(self, us: float, *, answers: int = 100) -> None:
        """Take the time of an account, and how many questions are answered."""
        self._us = us
        self._answers = answers
        self.asked: list[tuple[int, int]] = []

    def fired_each(self, accounts: Sequence[Account]) -> list[frozenset[int]]:
        """Fire nothing."""
        return [frozenset()] * len(accounts)

    def clocked(self, accounts: Sequence[Account], passes: int) -> float:
        """Note what was asked."""
        if len(self.asked) == self._answers:
            raise Refused("ended")
        self.asked.append((len(accounts), passes))
        return self._us

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("answers", [0, 1, 2, 4])
def test_an_engine_that_dies_while_it_is_timed_costs_no_other(answers: int) -> None:
    """Its cell has the reason, and the others all their rounds, whether it dies in the first round or later."""
    found = in_turn({"dies": Told(5.0, answers=answers), "lives": Told(5.0)}, [{}] * 10, rounds=5)
    assert found["dies"] == Timed(refused="ended")
    assert found["lives"] == Timed(rounds_us=(5.0,) * 5, accounts=10)


def test_a_slow_engine_is_timed_over_fewer_accounts_and_the_method_says_so() -> None:
    """A round of it takes a second or one account, and no round is left out."""
    slow, quick = Told(400_000.0), Told(10.0)
    found = in_turn({"slow": slow, REFERENCE: quick}, [{}] * 10, rounds=5)
    assert slow.asked == [(1, 1), (2, 1)] + [(2, 1)] * 5
    assert quick.asked == [(1, 1), (10, 1)] + [(10, 300)] * 5
    shown = section({10: {**dict.fromkeys(OURS, found[REFERENCE]), "slow": found["slow"]}}, rounds=5)
    assert "first few only (slow over 2 at 10 rules)" in shown.method


def test_the_order_changes_from_round_to_round() -> None:
    """Each engine begins or ends a round in its turn, and every round has all of them."""
    orders = [turns(["a", "b", "c"], number) for number in range(4)]
    assert orders == [["a", "b", "c"], ["a", "c", "b"], ["c", "a", "b"], ["c", "b", "a"]]
