"""Each known way to crash, hang or mislead durable-rules, and how it is kept out of reach.

Our rules never drive the engine to a limit: the structure is checked first, and only then it is asked. The shapes are
those that were seen to fail when put into one rule set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from subprocess import run

import pytest
from tests.rules.token_rules import HERE, durable, holding, rules_of

from nextplay.errors import EngineFault, RulebookInvalid
from nextplay.rules.chainer import Chainer
from nextplay.rules.inference import (
    MAX_RULES_PER_SHARD,
    MAX_TOKENS_PER_SHARD,
    RESERVED_NAMES,
    DurableInference,
    check_names,
    clusters,
    fnv1a_32,
)
from nextplay.rules.rulebook import Place
from nextplay.rules.tokens import TokenRule

SHAPES = {
    "over 64 conditions matched at once by one fact": [(index, {index}) for index in range(200)],
    "512 different conditions under one parent": [(index, {index}) for index in range(600)],
    "512 different conditions under one shared token": [(index, {0, index}) for index in range(1, 601)],
    "256 rules with the same last condition": [(index, {0}) for index in range(300)],
    "256 rules with the same two conditions": [(index, {0, 1}) for index in range(300)],
    "60 rules of 5 distinct tokens": [(index, set(range(index * 5, index * 5 + 5))) for index in range(60)],
    "one rule of as many tokens as a shard holds": [(0, set(range(MAX_TOKENS_PER_SHARD)))],
    "two rules that fill a shard each": [(0, set(range(240))), (1, set(range(120, 360)))],
    "60 rules that end differently after 180 shared tokens": [
        (index, {*range(180), 180 + index}) for index in range(60)
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shards_keep_every_shape_within_the_envelope(shape: str) -> None:
    """At most 60 rules and 240 tokens stand in one rule set, no rule is lost, and every answer is right."""
    rules = rules_of(SHAPES[shape])
    shards = list(clusters(rules))
    assert all(len(shard) <= MAX_RULES_PER_SHARD for shard in shards)
    assert all(len(frozenset().union(*(rule.tokens for rule in shard))) <= MAX_TOKENS_PER_SHARD for shard in shards)
    assert sorted(rule.conclusion for shard in shards for rule in shard) == sorted(rule.conclusion for rule in rules)
    tokens = sorted(frozenset().union(*(rule.tokens for rule in rules)))
    with durable(rules) as engine:
        for true in (tokens, tokens[:1], tokens[1:], tokens[::2], []):
            assert engine.infer(true) == Chainer(rules).infer(true) == holding(rules, true)


def test_an_alternative_of_more_tokens_than_a_fact_can_carry_is_refused_at_its_place() -> None:
    """Over 240 readings in one alternative are a fault of the rule, with its line; all such rules are named at once."""
    places = [Place("gaps/wide.yaml", line, 3) for line in (7, 30)]
    wide = [TokenRule(line, frozenset(range(MAX_TOKENS_PER_SHARD + 1)), place) for line, place in enumerate(places)]
    with pytest.raises(RulebookInvalid) as refused:
        DurableInference([*rules_of([(1, {1})]), *wide])
    assert [str(fault) for fault in refused.value.faults] == [
        f"gaps/wide.yaml:{line}:3: engine-limit: an alternative of 241 readings at once; at most 240 can be matched"
        "\n  hint: gather some of them in a signal of their own"
        for line in (7, 30)
    ]


def test_a_disjunction_concludes_once() -> None:
    """Three true alternatives of one conclusion, each its own rule, give it once; `$or` would fire for each."""
    with durable(rules_of([(4, {0}), (4, {1}), (4, {1, 2}), (5, {3})])) as engine:
        assert engine.infer([0, 1, 2]) == {4}


def test_rules_written_twice_enter_once() -> None:
    """The same conclusion from the same tokens takes one place in a shard, wherever it was written."""
    twice = [*rules_of([(1, {2, 3})] * 100), TokenRule(1, frozenset({3, 2}), Place("plays/other.yaml", 9, 9))]
    assert [len(shard) for shard in clusters(twice)] == [1]


def test_one_session_serves_more_questions_than_the_engine_has_sessions() -> None:
    """3,000 questions use one session: the 1,024 that a rule set can hold are never used up."""
    with durable(rules_of([(1, {2}), (2, {2, 3})])) as engine:
        assert all(engine.infer([2]) == {1} for _ in range(3000))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("s986d6158d84a", "sbb445a5d4ea7"), "`sbb445a5d4ea7` from `s986d6158d84a`"),
        (("t1", "k"), ""),
        (("t1", "t2", "t1"), ""),
    ],
)
def test_names_that_the_engine_would_confuse_are_found(names: Collection[str], message: str) -> None:
    """Two names of one 32-bit hash are refused; a name that comes twice is one name."""
    if not message:
        check_names(names)
        return
    with pytest.raises(EngineFault, match=message):
        check_names(names)


def test_no_token_can_be_taken_for_another_or_for_a_reserved_name() -> None:
    """All names a shard can use hash apart, by the hash that the engine's own tables are built on."""
    names = [f"t{index}" for index in range(MAX_TOKENS_PER_SHARD)]
    check_names(names)
    assert len({fnv1a_32(name) for name in (*RESERVED_NAMES, *names)}) == len(RESERVED_NAMES) + len(names)
    assert {name: fnv1a_32(name) for name in ("$and", "$or", "sid", "id")} == {
        "$and": 3746487396,
        "$or": 340911698,
        "sid": 3593476751,
        "id": 926444256,
    }


NEVER_ASKED = """
from nextplay.rules.inference import DurableInference
from nextplay.rules.rulebook import Place
from nextplay.rules.tokens import TokenRule
for size in range(1, 80):
    DurableInference([TokenRule(index, frozenset({index}), Place("a", 1, 1)) for index in range(size)]).close()
import json
import sys
print(sorted(name for name in sys.modules if name.split(".")[0] in ("durable", "durable_rules_engine")))
"""


def test_sessions_are_primed_and_the_python_package_stays_out() -> None:
    """An inference that was never asked closes without a crash, and neither `Host` nor `lang` is ever imported."""
    done = run([sys.executable, "-c", NEVER_ASKED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "['durable_rules_engine']\n", "")


def test_the_order_of_writing_changes_nothing() -> None:
    """Shards depend on what the rules say: the same rules in another order make the same shards."""
    rules = [TokenRule(index, frozenset({index}), HERE) for index in range(150)]
    assert [[rule.conclusion for rule in shard] for shard in clusters(rules)] == [
        [rule.conclusion for rule in shard] for shard in clusters(rules[::-1])
    ]


RAW = """
import durable_rules_engine as engine, json, sys

bodies, true = json.loads(sys.argv[1])
conditions = [[{"k": 1}, *({name: 1} for name in body)] for body in bodies]
rules = {f"r{index}": {"all": [{"m": {"$and": condition}}]} for index, condition in enumerate(conditions)}
handle = engine.create_ruleset("raw", json.dumps(rules))
_, state = engine.assert_fact(handle, json.dumps({"id": "1", "k": 1, **dict.fromkeys(true, 1)}))
print(bool(engine.start_action_for_state(handle, state)))
"""


@pytest.mark.parametrize(
    ("bodies", "true", "seen"),
    [
        ([["s986d6158d84a"]], ["sbb445a5d4ea7"], "True"),
        ([[f"t{index}"] for index in range(70)], [f"t{index}" for index in range(70)], "error code: 303"),
        ([["t0"]], [f"t{index}" for index in range(260)], "error code: 302"),
        ([["t0"]] * 300, ["t0"], "error code: 108"),
    ],
)
def test_the_limits_are_real(bodies: list[list[str]], true: list[str], seen: str) -> None:
    """Put to the engine by itself, in a process of its own, the shapes do fail: the envelope is no superstition."""
    asked = [sys.executable, "-c", RAW, json.dumps([bodies, true])]
    done = run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert seen in done.stdout + done.stderr
