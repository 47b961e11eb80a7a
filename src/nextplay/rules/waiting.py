"""What waits for several tokens to be true at once, found at a cost that follows what is true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Waiter = TypeVar("Waiter")


class Waiting(Generic[Waiter]):
    """An index of waiters by the first two of their tokens.

    Tokens that are seldom true come first: most waiters are passed over by a look at their first token, nearly all by
    one more. Neither look touches the waiter itself: with thousands of them, fetching each from memory is what costs.
    """

    def __init__(self, waiters: Iterable[tuple[Sequence[int], Waiter]]) -> None:
        """Take each waiter with its tokens, at least one."""
        self._alone: dict[int, list[Waiter]] = {}
        found: dict[int, dict[int, list[tuple[frozenset[int], Waiter]]]] = {}
        for (first, *others), waiter in waiters:
            if others:
                found.setdefault(first, {}).setdefault(others[0], []).append((frozenset(others[1:]), waiter))
            else:
                self._alone.setdefault(first, []).append(waiter)
        self._by_first = {first: (frozenset(by_second), by_second) for first, by_second in found.items()}

    def met(self, known: frozenset[int]) -> list[Waiter]:
        """Return the waiters all of whose tokens are among `known`."""
        found: list[Waiter] = []
        for first in known & self._alone.keys():
            found += self._alone[first]
        for first in known & self._by_first.keys():
            seconds, by_second = self._by_first[first]
            if seconds.isdisjoint(known):
                continue
            for second in seconds & known:
                found += [waiter for rest, waiter in by_second[second] if rest <= known]
        return found
