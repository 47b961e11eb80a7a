"""durable-rules as its own documentation shows it: rules by decorators, facts through its host.

Outside of what Nextplay uses of it, this engine crashes, loops without end or stays silent (docs/decisions.md). So it
lives in a process of its own here, which is given a time limit for every answer.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Final

from bench.engines import SIGNS, InProcess, Refused
from bench.rule_load import Account, Rule

PATIENCE_SECONDS: Final = 20.0


class DurableApi:
    """The engine inside its process. A rule more than were asked for, of no condition, makes every fact match."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Define one rule set of all rules, each of which notes its number."""
        self._lang: Any = import_module("durable.lang")
        self._found: list[int] = []
        message = self._lang.m
        with self._lang.ruleset("accounts"):
            for number, rule in enumerate(rules):
                asked = [_asked(message, one.fact, SIGNS[one.operator], one.limit) for one in rule]
                condition = asked[0]
                for other in asked[1:]:
                    condition &= other
                self._lang.when_all(condition)(self._noting(number))
            self._lang.when_all(message.kind == "account")(self._noting(-1))
        self._lang.get_host()

    def fired(self, account: Account) -> frozenset[int]:
        """Assert the account as a fact, which runs every action, and retract it."""
        self._found.clear()
        fact = {"id": "1", "kind": "account", **account}
        self._lang.assert_fact("accounts", fact)
        self._lang.retract_fact("accounts", fact)
        return frozenset(self._found) - {-1}

    def close(self) -> None:
        """End with the process."""

    def _noting(self, number: int) -> Any:  # noqa: ANN401  what the library takes for an action
        return lambda _closure: self._found.append(number)


class DurableProcess:
    """The same from outside: asked over a pipe, ended when it does not answer."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Start the process and wait for its rule set. Raises `Refused`."""
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, list(rules)), daemon=True)
        self._process.start()
        other.close()
        self.build_seconds: float = self._answer("building the rule set")

    def fired_each(self, accounts: Sequence[Account]) -> list[frozenset[int]]:
        """Return what fires for each account. Raises `Refused`."""
        found: list[frozenset[int]] = self._answer("asserting accounts", "fired_each", list(accounts))
        return found

    def clocked(self, accounts: Sequence[Account], passes: int) -> float:
        """Return the microseconds of one account, taken inside the process. Raises `Refused`."""
        found: float = self._answer("asserting accounts", "clocked", list(accounts), passes)
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _answer(self, doing: str, *question: object) -> Any:  # noqa: ANN401  what was asked for
        try:
            if question:
                self._pipe.send(question)
            if not self._pipe.poll(PATIENCE_SECONDS):
                self.close()
                raise Refused(f"no answer within {PATIENCE_SECONDS:.0f} s of {doing}")
            found = self._pipe.recv()
        except (EOFError, ConnectionError):  # it ended while it was asked, or between two questions
            self._process.join()
            code = self._process.exitcode
            self.close()
            raise Refused(f"{doing} ended the process with exit code {code}") from None
        if isinstance(found, Exception):
            self.close()
            raise Refused(f"{doing} failed: {found}"[:160])
        return found


def _serve(pipe: Connection, rules: Sequence[Rule]) -> None:
    try:
        import_module("durable.lang")  # loading the package is no part of building, as for the others
        engine = InProcess(partial(DurableApi, rules))
        pipe.send(engine.build_seconds)
        while True:
            name, *given = pipe.recv()
            pipe.send(getattr(engine, name)(*given))
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001  whatever it is, it is the reason to show
        pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _asked(message: Any, fact: str, sign: str, limit: int) -> Any:  # noqa: ANN401  expressions of the library
    value = getattr(message, fact)
    return value >= limit if sign == ">=" else value <= limit
