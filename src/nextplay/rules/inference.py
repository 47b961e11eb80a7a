"""Inference by durable-rules, inside the envelope where that engine is fast and sound. No other module touches it.

durable-rules is a forward-chaining engine in C. Driven by its own Python package, or with numbers, nulls, negations or
large rule sets, it crashes, loops or answers wrongly. Each limit was reproduced on 2.0.28 and is kept by construction:

* A rule is a conjunction of plain tokens; a disjunction is several rules. One fact, the tokens that are true, each with
  the value 1, meets them all at once. Nothing from outside enters it.
* At most 60 rules to a rule set (over 64 conditions that match at once are an error, 256 rules on one last condition a
  crash, 512 conditions under one parent an endless loop) and 240 tokens (over 251 properties are an error). More rules
  make more rule sets, here called *shards*.
* Names are compared by a 32-bit hash alone, so the names of a shard are checked to differ by it.
* Every condition asks for the mark of our fact, and every shard has a sentinel that fires on it: silence is an error.
* One session for each shard, primed at once, since deleting the state of one that never fired may crash. The state is
  deleted before its rule set, or each rule set leaks half a megabyte.
* One thread at a time: the C code keeps the interpreter within a call, but an inference is several calls.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import durable_rules_engine as engine  # type: ignore[import-not-found]  # a C module without type stubs

from nextplay.errors import EngineFault, Fault, RulebookInvalid
from nextplay.rules.tokens import TokenRule
from nextplay.rules.waiting import Waiting

MAX_RULES_PER_SHARD: Final = 60
MAX_TOKENS_PER_SHARD: Final = 240
WAITED_FOR: Final = 3
"""So many of the lowest tokens of a rule have to be true before its shard is asked."""
RESERVED_NAMES: Final = (
    "$add", "$all", "$and", "$any", "$div", "$eq", "$ex", "$forward", "$gt", "$gte", "$i", "$iall", "$iany", "$imt",
    "$l", "$lt", "$lte", "$m", "$mt", "$mul", "$neq", "$nex", "$not", "$or", "$r", "$s", "$sub",
    "all", "any", "cap", "count", "dist", "id", "k", "m", "name", "pri", "sid",
)  # fmt: skip
"""Every name that means something to the engine, and ours for the mark (`k`) and the fact (`m`)."""

_MARK: Final = "k"
_SENTINEL: Final = "sentinel"
_SESSION: Final = "0"  # the engine's own default, so facts need not carry it
_FACT: Final = '{"id":"1","k":1%s}'
_SAME_FACT: Final = '{"id":"1"}'


class DurableInference:
    """Token rules in shards of durable-rules, behind one lock."""

    def __init__(self, rules: Sequence[TokenRule]) -> None:
        """Build and prime every shard. Raises `RulebookInvalid` for each rule that no shard can hold."""
        refused = [_fault(rule) for rule in rules if len(rule.tokens) > MAX_TOKENS_PER_SHARD]
        if refused:
            raise RulebookInvalid(refused)
        self._lock = threading.Lock()
        self._always = frozenset(rule.conclusion for rule in rules if not rule.tokens)
        clustered = list(clusters(rules))
        self._waiting = _waiting(clustered)
        self._shards: tuple[_Shard, ...] | None = tuple(map(_Shard, clustered))

    def infer(self, true_tokens: Collection[int]) -> frozenset[int]:
        """Return the conclusions of every rule whose tokens are all among `true_tokens`.

        Raises `EngineFault` when the engine fails or stays silent, or after `close`.
        """
        known = frozenset(true_tokens)
        found = set(self._always)
        with self._lock:
            if self._shards is None:
                raise EngineFault("this inference is closed")
            for place, tokens in self._asked(known).items():
                found.update(self._shards[place].infer(tokens & known))
        return frozenset(found)

    def _asked(self, known: frozenset[int]) -> dict[int, set[int]]:
        """Choose the shards that may have something to say, and the tokens that it depends on."""
        asked: dict[int, set[int]] = {}
        for place, tokens in self._waiting.met(known):
            asked.setdefault(place, set()).update(tokens)
        return asked

    def close(self) -> None:
        """Free every rule set; a second time does nothing."""
        with self._lock:
            for shard in self._shards or ():
                shard.close()
            self._shards = None


def clusters(rules: Sequence[TokenRule]) -> Iterator[list[TokenRule]]:
    """Put rules into shards within the limits, those that wait for the same token beside each other.

    A rule waits for the lowest of its tokens, so sorting by tokens brings rules together that are asked together.
    Rules that say the same are put in once; rules without tokens are left out, since they always hold.
    """
    distinct = {(rule.conclusion, rule.tokens): rule for rule in reversed(rules) if rule.tokens}
    shard: list[TokenRule] = []
    tokens: frozenset[int] = frozenset()
    for rule in sorted(distinct.values(), key=lambda rule: (sorted(rule.tokens), rule.conclusion)):
        if len(shard) == MAX_RULES_PER_SHARD or len(tokens | rule.tokens) > MAX_TOKENS_PER_SHARD:
            yield shard
            shard, tokens = [], frozenset()
        shard.append(rule)
        tokens |= rule.tokens
    if shard:
        yield shard


def _waiting(shards: Sequence[Sequence[TokenRule]]) -> Waiting[tuple[int, frozenset[int]]]:
    """Index the rules by their lowest tokens: the place of the shard that has them, and all tokens of these rules.

    A rule cannot fire while one of its lowest tokens, those that are seldom true, is not. So only shards in which a
    rule has these are asked, and only about the tokens of such rules: what an inference costs follows from what is
    true, not from how many rules there are.
    """
    tokens: dict[tuple[tuple[int, ...], int], frozenset[int]] = {}
    for place, shard in enumerate(shards):
        for rule in shard:
            key = tuple(sorted(rule.tokens)[:WAITED_FOR]), place
            tokens[key] = tokens.get(key, frozenset()) | rule.tokens
    return Waiting((lowest, (place, found)) for (lowest, place), found in tokens.items())


class _Shard:
    """One rule set of durable-rules with its one session."""

    __slots__ = ("_conclusions", "_definition", "_fragments", "_handle")

    def __init__(self, rules: Sequence[TokenRule]) -> None:
        tokens = sorted(frozenset().union(*(rule.tokens for rule in rules)))
        names = {token: f"t{index}" for index, token in enumerate(tokens)}
        check_names(names.values())
        bodies = {f"r{index}": [names[token] for token in sorted(rule.tokens)] for index, rule in enumerate(rules)}
        self._fragments = {token: f',"{name}":1' for token, name in names.items()}
        self._conclusions = {f"r{index}": rule.conclusion for index, rule in enumerate(rules)}
        self._definition = json.dumps({name: _conjunction(body) for name, body in {**bodies, _SENTINEL: []}.items()})
        self._handle = self._primed()

    def infer(self, tokens: Iterable[int]) -> Iterator[int]:
        """Return the conclusions that hold where these tokens of the shard are true; one may come several times."""
        fired = self.fire(_FACT % "".join(map(self._fragments.__getitem__, tokens)))
        return map(self._conclusions.__getitem__, fired)

    def fire(self, fact: str) -> list[str]:
        """Return the names of the rules that fire on `fact`, in the order of the definition, without the sentinel."""
        try:
            return _spoken(_fired(self._handle, fact))
        except BaseException as error:
            self._renew()
            if isinstance(error, engine.error):
                raise EngineFault(f"durable-rules failed: {error}") from error
            raise

    def close(self) -> None:
        """Delete the state, then the rule set: the other way round leaks the state."""
        engine.delete_state(self._handle, _SESSION)
        engine.delete_ruleset(self._handle)

    def _primed(self) -> int:
        handle: int = engine.create_ruleset("nextplay", self._definition)
        _spoken(_fired(handle, _FACT % ""))
        return handle

    def _renew(self) -> None:
        """Start over with a new rule set: an action that was left half done would block the session."""
        with suppress(engine.error):
            self.close()
        self._handle = self._primed()


def _fired(handle: int, fact: str) -> list[str]:
    """Assert a fact, run down every action that it starts, and retract it again."""
    names = []
    try:
        _, state = engine.assert_fact(handle, fact)
        started = engine.start_action_for_state(handle, state)
        result = started[1] if started else None
        while result is not None:  # `{"r12":{"m":...`, once for each rule that fires
            names.append(result[2 : result.index('"', 2)])
            result = engine.complete_and_start_action(handle, state)
    finally:
        engine.retract_fact(handle, _SAME_FACT)
    return names


def _spoken(fired: list[str]) -> list[str]:
    """Take the sentinel, which is defined last, off the names."""
    if not fired or fired.pop() != _SENTINEL:
        raise EngineFault("durable-rules stayed silent: the sentinel of a shard did not fire")
    return fired


def _conjunction(names: Iterable[str]) -> dict[str, object]:
    return {"all": [{"m": {"$and": [{_MARK: 1}, *({name: 1} for name in names)]}}]}


def _fault(rule: TokenRule) -> Fault:
    return Fault(
        path=rule.place.path,
        line=rule.place.line,
        column=rule.place.column,
        code="engine-limit",
        message=f"an alternative of {len(rule.tokens)} readings at once; at most {MAX_TOKENS_PER_SHARD} can be matched",
        hint="gather some of them in a signal of their own",
    )


def check_names(names: Iterable[str]) -> None:
    """Raise `EngineFault` where two names, reserved ones included, look the same to the engine."""
    seen: dict[int, str] = {}
    for name in (*RESERVED_NAMES, *names):
        other = seen.setdefault(fnv1a_32(name), name)
        if other != name:
            raise EngineFault(f"durable-rules could not tell `{name}` from `{other}`: their 32-bit hashes are equal")


def fnv1a_32(name: str) -> int:
    """Hash a name as the engine does: FNV-1a, 32 bit (offset basis and prime of Fowler, Noll and Vo)."""
    code = 0x811C9DC5
    for byte in name.encode():
        code = ((code ^ byte) * 16777619) & 0xFFFFFFFF
    return code
