"""Nextplay and the engines that people would take instead, each given the same rules and asked for the same thing.

An engine takes the values of one account and returns the numbers of the rules that fire. Each is used as its own
documentation shows it, with everything that can be prepared once prepared. The others are installed by `make bench`
only, so they are loaded where they are asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final, Protocol

from bench.rule_load import FACTS, Account, Rule
from nextplay.facts import Facts, Vocabulary
from nextplay.rules.chainer import Chainer
from nextplay.rules.deduction import Deduction, Engine
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.inference import DurableInference
from nextplay.rules.program import Program
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.tokens import Inference, RuleBuilder

SIGNS: Final = {"gte": ">=", "lte": "<="}
_NAMES: Final = tuple(f"attributes.{fact}" for fact in FACTS)
_POSITIONS: Final = MappingProxyType({name: place for place, name in enumerate(_NAMES)})


class RuleEngine(Protocol):
    """Rules, ready to be asked about one account after the other."""

    def fired(self, account: Account) -> frozenset[int]:
        """Return the numbers of the rules that fire."""

    def close(self) -> None:
        """Give back what the engine holds."""


class Contender(Protocol):
    """An engine as the benchmark asks it, in this process or in one of its own."""

    build_seconds: float
    """Processor seconds that building it took, in the process that it lives in."""

    def fired_each(self, accounts: Sequence[Account]) -> list[frozenset[int]]:
        """Return the numbers of the rules that fire, account by account."""

    def clocked(self, accounts: Sequence[Account], passes: int) -> float:
        """Ask about all accounts `passes` times over; return the microseconds of processor time of one answer."""

    def close(self) -> None:
        """Give back what the engine holds."""


class InProcess:
    """An engine in this process. The time of all threads counts: some engines work in threads of their own."""

    def __init__(self, build: Callable[[], RuleEngine]) -> None:
        """Build the engine, and nothing else, by the clock."""
        begin = time.process_time()
        self._engine = build()
        self.build_seconds = time.process_time() - begin
        self.close = self._engine.close

    def fired_each(self, accounts: Sequence[Account]) -> list[frozenset[int]]:
        """Return the numbers of the rules that fire, account by account."""
        return [self._engine.fired(account) for account in accounts]

    def clocked(self, accounts: Sequence[Account], passes: int) -> float:
        """Ask about all accounts `passes` times over; return the microseconds of processor time of one answer."""
        fired = self._engine.fired
        begin = time.process_time_ns()
        for _ in range(passes):
            for account in accounts:
                fired(account)
        return (time.process_time_ns() - begin) / 1000 / passes / len(accounts)


class Refused(Exception):
    """An engine cannot hold these rules, or does not say the same; the message says why."""


class Assessing:
    """Nextplay, the whole assessment: leaves, inference, gaps with evidence, plays, what is missing, what is near."""

    def __init__(self, rulebook: Rulebook, engine: Engine) -> None:
        """Build the evaluator as a release does."""
        vocabulary = Vocabulary.of(attributes=rulebook.attributes)
        self._evaluator = Evaluator(rulebook, vocabulary, inference=engine)
        self.close = self._evaluator.close

    def fired(self, account: Account) -> frozenset[int]:
        """Assess the account, and take the number off the names of the gaps that stand."""
        found = self._evaluator.assess(_facts(account))
        return frozenset([int(gap.rule.id[5:]) for gap in found.gaps])


class Deducing:
    """Nextplay, as far as the others go: every leaf decided, and inference over what is true."""

    def __init__(self, rulebook: Rulebook, engine: Engine) -> None:
        """Build the program of the leaves and one pass of inference."""
        self._program = Program(rulebook)
        self._deduction = Deduction(_token_rules(rulebook, self._program), self._program.slots, engine=engine)
        self.close = self._deduction.close

    def fired(self, account: Account) -> frozenset[int]:
        """Decide the leaves and conclude."""
        return self._deduction.conclude(self._program.state(_facts(account)))


class Inferring:
    """Nextplay, inference alone: which rules follow from the tokens that are true. Tokens are worked out beforehand."""

    def __init__(self, rulebook: Rulebook, engine: Engine) -> None:
        """Build the engine, and number the tokens as a deduction does."""
        self._program = Program(rulebook)
        rules, numbers = _token_rules(rulebook, self._program).build()
        self._inference: Inference = DurableInference(rules) if engine == "durable" else Chainer(rules)
        self._tokens = {key: number for key, number in numbers.items() if not isinstance(key, str)}
        self._true: dict[int, list[int]] = {}
        self.close = self._inference.close

    def fired(self, account: Account) -> frozenset[int]:
        """Infer from the tokens of an account; they are worked out when it is first seen."""
        true = self._true.get(id(account))
        if true is None:
            true = self._true[id(account)] = self._true_tokens(account)
        return self._inference.infer(true)

    def _true_tokens(self, account: Account) -> list[int]:
        state, slots = self._program.state(_facts(account)), self._program.slots
        return [number for key, number in self._tokens.items() if state[slots[key.signal]] is key.positive]


class Zen:
    """zen-engine: one decision table that collects every row that hits, a column for each number."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Write and load the table."""
        columns = {fact: f"c_{fact}" for fact in FACTS}
        rows = [
            {"_id": f"r{number}", "out": str(number)}
            | {columns[one.fact]: f"{SIGNS[one.operator]} {one.limit}" for one in rule}
            for number, rule in enumerate(rules)
        ]
        table = {
            "hitPolicy": "collect",
            "inputs": [{"id": column, "name": fact, "field": fact} for fact, column in columns.items()],
            "outputs": [{"id": "out", "name": "fired", "field": "fired"}],
            "rules": rows,
        }
        nodes: list[dict[str, object]] = [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ]
        edges = [
            {"id": "1", "sourceId": "in", "targetId": "table"},
            {"id": "2", "sourceId": "table", "targetId": "out"},
        ]
        graph = {"nodes": [{**node, "position": {"x": 0, "y": 0}} for node in nodes], "edges": edges}
        self._decision = import_module("zen").ZenEngine().create_decision(json.dumps(graph))

    def fired(self, account: Account) -> frozenset[int]:
        """Evaluate the table."""
        return frozenset([row["fired"] for row in self._decision.evaluate(account)["result"]])

    def close(self) -> None:
        """Hold nothing outside Python's keeping."""


class Clips:
    """clipspy: an account is one fact of a template, and a rule a pattern over its slots, matched by Rete."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Build the template and the rules; a rule that fires calls back with its number."""
        self._environment = import_module("clips").Environment()
        self._found: list[int] = []
        self._environment.define_function(self._found.append, "note")
        self._environment.build(f"(deftemplate account {' '.join(f'(slot {fact})' for fact in FACTS)})")
        for number, rule in enumerate(rules):
            slots = " ".join(
                f"({one.fact} ?{one.fact}&:({SIGNS[one.operator]} ?{one.fact} {one.limit}))" for one in rule
            )
            self._environment.build(f"(defrule r{number} (account {slots}) => (note {number}))")
        self._template = self._environment.find_template("account")

    def fired(self, account: Account) -> frozenset[int]:
        """Assert the account, run, and retract it."""
        self._found.clear()
        fact = self._template.assert_fact(**account)
        self._environment.run()
        fact.retract()
        return frozenset(self._found)

    def close(self) -> None:
        """Forget the rules."""
        self._environment.clear()


class RuleEngineRules:
    """rule-engine: one compiled expression for each rule, asked in turn."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the expressions."""
        kind = import_module("rule_engine").Rule
        self._rules = [kind(_expression(rule, "and")) for rule in rules]

    def fired(self, account: Account) -> frozenset[int]:
        """Match every rule."""
        return frozenset([number for number, rule in enumerate(self._rules) if rule.matches(account)])

    def close(self) -> None:
        """Hold nothing outside Python's keeping."""


class Cel:
    """common-expression-language: one compiled program for each rule, executed in turn over one context."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the programs."""
        cel = import_module("cel")
        self._context = cel.Context
        self._programs = [cel.compile(_expression(rule, "&&")) for rule in rules]

    def fired(self, account: Account) -> frozenset[int]:
        """Execute every program."""
        context = self._context(account)
        return frozenset([number for number, program in enumerate(self._programs) if program.execute(context)])

    def close(self) -> None:
        """Hold nothing outside Python's keeping."""


OURS: Final[Mapping[str, Callable[[Rulebook], RuleEngine]]] = {
    "evaluation and inference, durable": lambda rulebook: Deducing(rulebook, "durable"),
    "evaluation and inference, python": lambda rulebook: Deducing(rulebook, "python"),
    "whole assessment, durable": lambda rulebook: Assessing(rulebook, "durable"),
    "whole assessment, python": lambda rulebook: Assessing(rulebook, "python"),
    "inference alone, durable": lambda rulebook: Inferring(rulebook, "durable"),
    "inference alone, python": lambda rulebook: Inferring(rulebook, "python"),
}
"""What of Nextplay is timed, and how it is built."""
PEERS: Final[Mapping[str, tuple[str, Callable[[Sequence[Rule]], RuleEngine]]]] = {
    "zen-engine": ("zen", Zen),
    "clipspy": ("clips", Clips),
    "rule-engine": ("rule_engine", RuleEngineRules),
    "common-expression-language": ("cel", Cel),
}
"""Package -> the module that it is loaded by, and how its engine is built."""


def is_installed(peer: str) -> bool:
    """Say whether the package of a peer is there."""
    return find_spec(PEERS[peer][0]) is not None


def _facts(account: Account) -> Facts:
    return Facts(_NAMES, tuple(account.values()), positions=_POSITIONS)


def _token_rules(rulebook: Rulebook, program: Program) -> RuleBuilder:
    builder = RuleBuilder()
    for number, gap in enumerate(rulebook.gaps):
        if gap.when is not None:
            builder.conclude(number, program.over_signals(gap.when), gap.place)
    return builder


def _expression(rule: Rule, conjunction: str) -> str:
    return f" {conjunction} ".join(f"{one.fact} {SIGNS[one.operator]} {one.limit}" for one in rule)
