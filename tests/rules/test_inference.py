"""durable-rules and the Python chainer say the same, whatever the rules, the tokens and the threads."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.strategies import LAW
from tests.rules.token_rules import durable, holding, rules_of

from nextplay.errors import EngineFault
from nextplay.rules.chainer import Chainer
from nextplay.rules.inference import DurableInference
from nextplay.rules.tokens import TokenRule


def random_rules(random: Random, *, rules: int, tokens: int) -> list[TokenRule]:
    """Draw rules of one to five tokens; some share a conclusion."""
    return rules_of(
        [
            (random.randrange(max(1, rules * 2 // 3)), random.sample(range(tokens), random.randint(1, min(5, tokens))))
            for _ in range(rules)
        ]
    )


bodies = st.lists(st.tuples(st.integers(0, 9), st.frozensets(st.integers(0, 11), max_size=4)), max_size=90)


@LAW
@given(bodies, st.lists(st.frozensets(st.integers(0, 13)), max_size=5))
def test_both_inferences_say_what_the_definition_says(
    drawn: list[tuple[int, frozenset[int]]], states: list[frozenset[int]]
) -> None:
    """A conclusion holds where all tokens of one of its rules are true: for random, no and all tokens, in a row."""
    rules = rules_of(drawn)
    chainer = Chainer(rules)
    with durable(rules) as engine:
        for true in (*states, frozenset(), frozenset(range(14)), *states):
            expected = holding(rules, true)
            assert chainer.infer(true) == expected
            assert engine.infer(true) == expected


@pytest.mark.parametrize(("count", "tokens"), [(60, 240), (61, 30), (1000, 150), (3000, 700)])
def test_thousands_of_rules_agree(count: int, tokens: int) -> None:
    """Many shards, with few, many, all and no tokens true, agree with the definition."""
    random = Random(count)  # noqa: S311  repeatable, not secret
    rules = random_rules(random, rules=count, tokens=tokens)
    chainer = Chainer(rules)
    with durable(rules) as engine:
        for share in (0.0, 0.02, 0.1, 0.5, 1.0):
            true = [token for token in range(tokens) if random.random() <= share]
            expected = holding(rules, true)
            assert engine.infer(true) == chainer.infer(true) == expected


def test_threads_share_one_inference() -> None:
    """Asked from four threads at once, one instance answers each question as if it were alone."""
    random = Random(7)  # noqa: S311  repeatable, not secret
    rules = random_rules(random, rules=200, tokens=80)
    chainer = Chainer(rules)
    questions = [random.sample(range(80), random.randint(0, 30)) for _ in range(600)]
    with durable(rules) as engine, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(engine.infer, questions))
    assert answers == [chainer.infer(question) for question in questions]


def test_a_rule_without_tokens_always_holds() -> None:
    """Nothing to be true is true: such a rule holds with and without tokens."""
    rules = rules_of([(5, ()), (6, (1,))])
    with durable(rules) as engine:
        for inference in (engine, Chainer(rules)):
            assert inference.infer([]) == {5}
            assert inference.infer([1]) == {5, 6}


def test_no_rules_at_all() -> None:
    """An empty set of rules concludes nothing."""
    with durable([]) as engine:
        assert engine.infer([1, 2]) == Chainer([]).infer([1, 2]) == frozenset()


def test_tokens_that_no_rule_reads_are_no_error() -> None:
    """Unknown tokens never reach the engine, which would refuse a fact that matches nothing."""
    with durable(rules_of([(1, (3,))])) as engine:
        assert engine.infer([99]) == frozenset()
        assert engine.infer([3, 99]) == {1}


def test_closing_twice_is_harmless_and_asking_afterwards_is_a_fault() -> None:
    """`close` frees once; a closed inference says so instead of touching freed memory."""
    engine = DurableInference(rules_of([(1, (3,))]))
    engine.close()
    engine.close()
    with pytest.raises(EngineFault, match="this inference is closed"):
        engine.infer([3])


@pytest.mark.parametrize(
    ("fact", "message"),
    [('{"id":"1","k":', "durable-rules failed"), ('{"id":"1"}', "the sentinel of a shard did not fire")],
)
def test_a_shard_that_fails_says_so_and_starts_over(fact: str, message: str) -> None:
    """A failure or silence of the engine is an `EngineFault`; the shard is renewed and answers again."""
    with durable(rules_of([(1, (3,)), (2, (3, 4))])) as engine:
        assert engine._shards is not None
        with pytest.raises(EngineFault, match=message):
            engine._shards[0].fire(fact)
        assert engine.infer([3, 4]) == {1, 2}
        assert engine.infer([3]) == {1}


def test_only_tokens_with_the_value_one_reach_the_engine() -> None:
    """What is asserted is the mark and tokens, what is defined conjunctions of them: no number, null, `$or` or text."""
    with durable(random_rules(Random(3), rules=150, tokens=60)) as engine:  # noqa: S311  repeatable, not secret
        assert engine._shards is not None
        for shard in engine._shards:
            for rule in json.loads(shard._definition).values():
                assert re.fullmatch(r'\{"all":\[\{"m":\{"\$and":\[\{"k":1\}(,\{"t\d+":1\})*\]\}\}\]\}', compact(rule))
            assert all(re.fullmatch(r',"t\d+":1', fragment) for fragment in shard._fragments.values())


def compact(value: object) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


REBUILDING = """
import resource
from nextplay.rules.inference import DurableInference
from nextplay.rules.rulebook import Place
from nextplay.rules.tokens import TokenRule

rules = [TokenRule(index, frozenset({index, index + 1}), Place("gaps/any.yaml", 1, 1)) for index in range(60)]
for turn in range(220):
    if turn == 20:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    DurableInference(rules).close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_building_and_closing_gives_the_memory_back() -> None:
    """Two hundred reloads, most never asked, neither crash nor keep the half megabyte each that a wrong order leaks."""
    done = run([sys.executable, "-c", REBUILDING], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 20_000
