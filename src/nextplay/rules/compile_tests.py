"""Rule tests: the customer is a snapshot that could be sent, and the expectation is one that can come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from nextplay.errors import InputInvalid, Violation
from nextplay.rules.compile_conditions import check_value
from nextplay.rules.compile_customers import Customers, report_missing
from nextplay.rules.compile_gaps import is_contested
from nextplay.rules.compile_names import ATTRIBUTES, Known, check_known
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.format import GapForm
from nextplay.rules.format_test import ExpectForm, TestForm
from nextplay.rules.given_path import RELATIVE, steps_of
from nextplay.rules.rulebook import Place, RuleTest
from nextplay.rules.shape import Located, Name, Pairs, Whole
from nextplay.rules.source import BrokenNode, ListNode, MapNode, Node, ScalarNode
from nextplay.snapshot import read_snapshot

TEST_ACCOUNT: Final = "rule-test"
_TRUTHS: Final = {"true": True, "false": False, "unknown": None}
_SET_BY_TEST: Final = {"account_id": "a test names no account", "as_of": "write `as_of` beside `given`"}


def compile_tests(forms: Sequence[TestForm], known: Known, log: FaultLog, *, complete: bool) -> tuple[RuleTest, ...]:
    """Check the tests and return their cases, one for each position of `vary`; what is faulty is left out.

    `complete` says that every file of tests could be read, so that a customer who is not there does not exist.
    """
    _report_same_names(forms, log)
    customers = Customers(forms, log, complete=complete)
    return tuple(case for form in forms for case in _cases(form, customers, known, log))


def _cases(form: TestForm, customers: Customers, known: Known, log: FaultLog) -> Iterator[RuleTest]:
    """Compile one entry. Relative dates are resolved against the `as_of` of each case."""
    report_missing(form, log)
    expected = [] if form.expect is None else [_expectation(one, known, log) for one in form.expect.forms]
    base = customers.given(form)
    positions = customers.positions(form)
    name = form.name or form.customer
    for position, given in enumerate([] if base is None else customers.cases(form, base)):
        snapshot = _snapshot(given, base.as_of, log) if base is not None else None
        _check_names(given, known, log)
        if base is None or snapshot is None or name is None or len(expected) != max(positions, 1):
            continue
        numbered = f"{name.value} [{position + 1}]" if positions else name.value
        yield RuleTest(numbered, _instant_text(base.as_of), snapshot, expected[position], form.place)


def _report_same_names(forms: Iterable[TestForm], log: FaultLog) -> None:
    """Report tests and customers that bear the name of an earlier one: a report could not tell them apart."""
    first: dict[tuple[str, str], Place] = {}
    for form in forms:
        for sort, name in (("test", form.name), ("customer", form.customer)):
            if name is None:
                continue
            before = first.setdefault((sort, name.value), name.place)
            if before != name.place:
                message = f"a {sort} of this name stands at {before.path}:{before.line}"
                log.add(name.place, "duplicate-id", message, hint="rename one of them")


def _instant_text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@dataclass(slots=True)
class _Plain:
    """Turns nodes into the plain values that a caller would send, and remembers whether all of them could be."""

    as_of: datetime
    log: FaultLog
    whole: bool = True
    _days: Whole = field(default_factory=lambda: Whole(0, 36_500))

    def value(self, node: Node, key: str) -> Any:  # noqa: ANN401  any JSON
        """Return a node's plain value; `key` is the field it stands in."""
        if isinstance(node, BrokenNode):
            self.whole = False
            return None
        if isinstance(node, ScalarNode):
            return node.value
        if isinstance(node, ListNode):
            return [self.value(item, key) for item in node.items]
        if any(entry.key in RELATIVE for entry in node.entries):
            return self._relative(node, key)
        return {entry.key: self.value(entry.value, entry.key) for entry in node.entries}

    def _relative(self, node: MapNode, key: str) -> str | None:
        if len(node.entries) > 1:
            hint = "write `{days_ago: 30}` or `{days_ahead: 30}`"
            self.log.add(node.entries[1].place, "unknown-key", "a relative date has one key", hint=hint)
            self.whole = False
            return None
        entry = node.entries[0]
        days = self._days.read(entry.value, self.log)
        if days is None:
            self.whole = False
            return None
        offset = timedelta(days=days.value if entry.key == "days_ahead" else -days.value)
        try:
            moved = self.as_of + offset
        except OverflowError:
            self.log.add(entry.value.place, "out-of-range", "this date lies outside the calendar")
            self.whole = False
            return None
        return _instant_text(moved) if key == "at" or key.endswith("_at") else moved.date().isoformat()


def _snapshot(given: MapNode, as_of: datetime, log: FaultLog) -> Mapping[str, Any] | None:
    """Read the customer as a caller's would be read, strictly; report every violation at its node."""
    sound = True
    for entry in given.entries:
        if entry.key in _SET_BY_TEST:
            log.add(entry.place, "unknown-key", f"`{entry.key}` may not stand here", hint=_SET_BY_TEST[entry.key])
            sound = False
    plain = _Plain(as_of, log)
    raw = {entry.key: plain.value(entry.value, entry.key) for entry in given.entries}
    if not sound or not plain.whole:
        return None
    violations = _violations({**raw, "account_id": TEST_ACCOUNT, "as_of": _instant_text(as_of)})
    for violation in violations:
        message = f"`{shortened(violation.path)}`: {violation.message}"
        log.add(_place_of(given, violation.path), "bad-snapshot", message)
    return None if violations else raw


def _violations(raw: dict[str, Any]) -> list[Violation]:
    """Read strictly, and read again without what was wrong: contradictions are only seen in what can be read."""
    found: list[Violation] = []
    while True:
        try:
            read_snapshot(raw, strict=True)
        except InputInvalid as error:
            new = [violation for violation in error.violations if violation not in found]
            found += new
            for violation in new:
                _take_out(raw, steps_of(violation.path))
            if new:
                continue
        return found


def _take_out(raw: Any, steps: Sequence[str]) -> None:  # noqa: ANN401  any JSON
    """Remove the value at the end of a path, in place; an item of a list becomes an empty row."""
    for step in steps[:-1]:
        raw = _under(raw, step)
    if isinstance(raw, dict):
        raw.pop(steps[-1], None)
    elif isinstance(raw, list) and _under(raw, steps[-1]) is not None:
        raw[int(steps[-1])] = {}


def _under(raw: Any, step: str) -> Any:  # noqa: ANN401  any JSON
    if isinstance(raw, dict):
        return raw.get(step)
    return raw[int(step)] if isinstance(raw, list) and step.isdigit() and int(step) < len(raw) else None


def _place_of(given: MapNode, path: str) -> Place:
    """Walk down `surveys[0].score` as far as it goes."""
    node: Node = given
    place = given.place
    for step in steps_of(path):
        if isinstance(node, MapNode):
            entry = next((entry for entry in node.entries if entry.key == step), None)
            if entry is None:
                break
            node, place = entry.value, entry.place
        elif isinstance(node, ListNode) and step.isdigit() and int(step) < len(node.items):
            node = node.items[int(step)]
            place = node.place
        else:
            break
    return node.place if isinstance(node, ScalarNode) else place


def _check_names(given: MapNode, known: Known, log: FaultLog) -> None:
    """Check attributes, and plays and gaps in the history, against what the rulebook declares."""
    attributes = given.find("attributes")
    for entry in attributes.entries if isinstance(attributes, MapNode) else ():
        if not known.may_be_fact(f"{ATTRIBUTES}{entry.key}"):
            names = [name.removeprefix(ATTRIBUTES) for name in known.attributes]
            message = f"there is no attribute `{shortened(entry.key)}`"
            log.add_unknown(entry.place, "unknown-attribute", message, name=entry.key, known=names)
        spec = known.specs.get(f"{ATTRIBUTES}{entry.key}")
        if spec is not None:
            check_value(entry.value, spec, log)
    history = given.find("history")
    for item in history.items if isinstance(history, ListNode) else ():
        if isinstance(item, MapNode):
            check_known(_text_under(item, "play"), known.plays, "play", log)
            check_known(_text_under(item, "gap"), known.gaps, "gap", log)


def _text_under(node: MapNode, key: str) -> Name | None:
    found = node.find(key)
    return Located(found.value, found.place) if isinstance(found, ScalarNode) and isinstance(found.value, str) else None


def _expectation(form: ExpectForm, known: Known, log: FaultLog) -> Mapping[str, Any]:
    """Check it, and return what was written as plain values."""
    _check_expectation(form, known, log)
    expect: dict[str, Any] = {}
    for key in ("diagnosis", "lead", "exactly"):
        written = getattr(form, key)
        if written is not None:
            expect[key] = written.value
    for key, pairs in (("gaps", form.gaps), ("withheld", form.withheld)):
        if pairs is not None:
            expect[key] = {name.value: word.value for name, word in pairs.value}
    if form.signals is not None:
        expect["signals"] = {name.value: _TRUTHS[word.value] for name, word in form.signals.value}
    for key, names in (("actions", form.actions), ("undetermined", form.undetermined)):
        if names is not None:
            expect[key] = [name.value for name in names.value]
    return expect


def _check_expectation(form: ExpectForm, known: Known, log: FaultLog) -> None:
    """Check names, and kinds that a gap can have."""
    for name, kind in () if form.gaps is None else form.gaps.value:
        gap = check_known(name, known.gaps, "gap", log)
        defined = None if gap is None else known.gap_forms.get(gap)
        if defined is not None and kind.value not in _possible_kinds(defined):
            possible = ", ".join(f"`{one}`" for one in _possible_kinds(defined))
            message = f"gap `{gap}` cannot be `{kind.value}`"
            log.add(kind.place, "impossible-kind", message, hint=f"it can be {possible}")
    _check_plays((*_values(form.actions), *_keys(form.withheld)), known, log)
    for name in _values(form.undetermined):
        check_known(name, known.gaps, "gap", log)
    for name in _keys(form.signals):
        check_known(name, known.signals, "signal", log)


def _values(names: Located[tuple[Name, ...]] | None) -> tuple[Name, ...]:
    return () if names is None else names.value


def _keys(pairs: Located[Pairs[Name]] | None) -> tuple[Name, ...]:
    return () if pairs is None else tuple(name for name, _ in pairs.value)


def _check_plays(names: Iterable[Name], known: Known, log: FaultLog) -> None:
    for name in names:
        check_known(name, known.plays, "play", log)


def _possible_kinds(form: GapForm) -> tuple[str, ...]:
    if is_contested(form):
        return ("cx", "cs", "mixed", "undetermined", "none")
    return ("cx", "cs", "opportunity", "none") if form.kind is None else (form.kind.value, "none")
