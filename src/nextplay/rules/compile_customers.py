"""The customers of tests: who is like whom, what is forgotten or given otherwise, and the cases of `vary`.

All of it happens on nodes, before anything is read as a snapshot: so days are told from the instant of each case, and
a fault is shown where its value was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.format_test import TestForm
from nextplay.rules.given_path import is_path, laid_over, put, steps_of, without
from nextplay.rules.shape import Name
from nextplay.rules.source import MapNode


@dataclass(frozen=True, slots=True)
class Given:
    """A customer on a day, as it is written."""

    as_of: datetime
    node: MapNode


def report_missing(form: TestForm, log: FaultLog) -> None:
    """Report keys that an entry needs for what else it has."""
    needed = [] if "like" in form.keys else ["as_of", "given"]
    if "customer" not in form.keys:
        needed = ["name", *needed, "expect"]
    elif "expect" in form.keys:
        needed = ["name", *needed]
    elif "vary" in form.keys:
        needed = [*needed, "expect"]
    missing = ", ".join(f"`{key}`" for key in needed if key not in form.keys)
    if missing:
        log.add(form.place, "missing-key", f"{missing} must be given")
    if "forget" in form.keys and "like" not in form.keys:
        hint = "leave the field out of `given`"
        log.add(form.keys["forget"], "misplaced-key", "`forget` stands beside `like` only", hint=hint)


class Customers:
    """Everybody whom the tests name, so that others can be like them."""

    def __init__(self, forms: Sequence[TestForm], log: FaultLog, *, complete: bool) -> None:
        self._log = log
        self._forms: dict[str, TestForm] = {}
        for form in forms:
            if form.customer is not None:
                self._forms.setdefault(form.customer.value, form)
            elif "customer" in form.keys:
                complete = False
        self._complete = complete
        self._made: dict[int, Given | None] = {}

    def given(self, form: TestForm) -> Given | None:
        """Return the customer of an entry, before `vary`; `None` where a fault leaves none, which is reported."""
        chain = [form]
        while id(chain[-1]) not in self._made:
            other = self._other(chain)
            if other is None:
                self._made[id(chain[-1])] = self._alone(chain[-1])
            else:
                chain.append(other)
        for one, other in zip(chain[-2::-1], chain[:0:-1], strict=True):
            base = self._made[id(other)]
            self._made[id(one)] = None if base is None else self._derived(one, base)
        return self._made[id(form)]

    def positions(self, form: TestForm) -> int:
        """Return how many cases `vary` makes, 0 without it; report lists and expectations of other lengths."""
        if form.vary is None:
            self._report_listed(form)
            return 0
        lengths = [(name.value, name.place, len(values.items)) for name, values in form.vary.value]
        if form.expect is not None:
            lengths.append(("expect", form.expect.place, form.expect.written if form.expect.listed else 1))
        if not lengths:
            return 0
        first, _, positions = lengths[0]
        for name, place, length in lengths[1:]:
            if length != positions:
                message = f"`{shortened(name)}` has {_entries(length)}, `{shortened(first)}` has {positions}"
                self._log.add(place, "unequal-lengths", message, hint="write one for each case, in the same order")
        return positions

    def cases(self, form: TestForm, given: Given) -> Iterator[MapNode]:
        """Yield the customer of each case, in order: one without `vary`."""
        if form.vary is None:
            if "vary" not in form.keys:
                yield given.node
            return
        fields = [(name, values) for name, values in form.vary.value if is_path(name, self._log)]
        if len(fields) < len(form.vary.value) or len({len(values.items) for _, values in fields}) != 1:
            return
        for position in range(len(fields[0][1].items)):
            node: MapNode | None = given.node
            for name, values in fields:
                node = None if node is None else put(node, name, values.items[position])
                if node is None:
                    self._report_absent(name, "this customer")
                    return
            if node is not None:
                yield node

    def _alone(self, form: TestForm) -> Given | None:
        if "like" in form.keys or form.as_of is None or form.given is None:
            return None
        return Given(form.as_of.value, form.given)

    def _derived(self, form: TestForm, base: Given) -> Given | None:
        if any(key in form.keys and getattr(form, key) is None for key in ("as_of", "given", "forget")):
            return None
        node = base.node
        for name in () if form.forget is None else form.forget.value:
            left = without(node, steps_of(name.value)) if is_path(name, self._log) else node
            if isinstance(left, MapNode):
                node = left
            else:
                self._report_absent(name, "the customer that this one is like")
        node = node if form.given is None else laid_over(node, form.given)
        return Given(base.as_of if form.as_of is None else form.as_of.value, node)

    def _other(self, chain: Sequence[TestForm]) -> TestForm | None:
        """Find whom the last of the chain is like; report one who does not exist, and circles."""
        like = chain[-1].like
        found = None if like is None else self._forms.get(like.value)
        if like is None or (found is None and not self._complete):
            return None
        if found is None:
            message = f"there is no customer `{shortened(like.value)}`"
            self._log.add_unknown(like.place, "unknown-customer", message, name=like.value, known=sorted(self._forms))
            return None
        start = next((number for number, form in enumerate(chain) if form is found), None)
        if start is None:
            return found
        circle = [form.customer.value for form in chain[start:] if form.customer]
        shown = " → ".join(f"`{name}`" for name in (*circle, like.value))
        message = f"customers may not be like themselves: {shown}"
        self._log.add(like.place, "cycle", message, hint="remove one of these references")
        return None

    def _report_absent(self, name: Name, whose: str) -> None:
        message = f"{whose} has no `{shortened(name.value)}`"
        self._log.add(name.place, "unknown-path", message, hint="nothing is known there")

    def _report_listed(self, form: TestForm) -> None:
        if form.expect is not None and form.expect.listed and "vary" not in form.keys:
            hint = "write one expectation, or `vary` with as many values"
            self._log.add(form.expect.place, "unequal-lengths", "a list of expectations needs `vary`", hint=hint)


def _entries(count: int) -> str:
    return f"{count} entr{'y' if count == 1 else 'ies'}"
