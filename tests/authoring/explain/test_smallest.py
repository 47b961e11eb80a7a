"""The smallest change is the smallest: for small rulebooks, every account that a change can lead to is tried.

The facts are fields of their own with few values that matter, so all accounts can be listed, and the reference
evaluator judges each. What is found must concern as few facts as the best of them, and of these take as few steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, Final

import pytest
from tests.cli.console import ROOT, RULEBOOK

from nextplay.authoring.explain import Explainer
from nextplay.decision import FactValue
from nextplay.release import Release, load_release
from nextplay.rules.condition import Truth, evaluate
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import read_snapshot

SIGNALS: Final = 24
ACCOUNTS: Final = 3
HIGHEST: Final = 4
DOMAINS: Final[Mapping[str, tuple[FactValue, ...]]] = {
    "contract.auto_renew": (True, False),
    "relationship.champion": ("present", "left", "never"),
    "relationship.engaged_contacts": tuple(range(HIGHEST + 2)),
    "relationship.owner_changes_12m": tuple(range(HIGHEST + 2)),
    "support.open_p1": tuple(range(HIGHEST + 2)),
}
"""Limits are 0 to `HIGHEST`, so that one value beyond stands for all of them."""
NUMBERS: Final = tuple(name for name, values in DOMAINS.items() if len(values) > HIGHEST)
Values = Mapping[str, FactValue]


class Known:
    """An account by its facts."""

    def __init__(self, values: Values) -> None:
        """Take the values that are known."""
        self._values = values

    def value(self, name: str) -> FactValue:
        """Return the value of a fact."""
        return self._values.get(name)


def drawn_condition(random: Random, signals: Sequence[str], depth: int) -> dict[str, Any] | str:
    """Draw a condition as a rule file writes it."""
    shape = random.random()
    if depth and shape < 0.7:
        parts = [drawn_condition(random, signals, depth - 1) for _ in range(random.randint(2, 3))]
        return {random.choice(["all", "any"]): parts}
    if depth and shape < 0.8:
        return {"not": drawn_condition(random, signals, depth - 1)}
    if signals and shape < 0.85:
        return random.choice(signals)
    fact = random.choice([*DOMAINS])
    if fact not in NUMBERS:
        return {"fact": fact, random.choice(["eq", "ne"]): random.choice(DOMAINS[fact])}
    low, high = sorted(random.sample(range(HIGHEST + 1), 2))
    compared: dict[str, Any] = {random.choice(["lt", "lte", "gt", "gte", "eq"]): high}
    return {"fact": fact, **random.choice([compared, compared, {"between": [low, high]}])}


def drawn_rules(seed: int) -> dict[str, bytes]:
    """Draw signals that may read one another, and a gap with a rival for every third of them."""
    random = Random(seed)  # noqa: S311  nothing is kept secret here
    signals: list[dict[str, Any]] = []
    for number in range(SIGNALS):
        names = [signal["id"] for signal in signals]
        when = drawn_condition(random, names, depth=2)
        signals.append({"id": f"s{number}", "title": {"en": "A signal"}, "when": when, "says": {"en": "A signal"}})
    gaps = [
        {
            "id": f"g{number}", "title": {"en": "A gap"}, "kind": "cx", "root_cause": "onboarding_friction",
            "when": f"s{number}", "unless": f"s{random.randrange(SIGNALS)}", "severity": {"base": 0.5},
        }
        for number in range(0, SIGNALS, 3)
    ]  # fmt: skip
    return {"signals/drawn.yaml": json.dumps(signals).encode(), "gaps/drawn.yaml": json.dumps(gaps).encode()}


@pytest.fixture(scope="module", params=range(4))
def drawn(request: pytest.FixtureRequest) -> Iterator[tuple[int, Release]]:
    """Load a rulebook with drawn rules."""
    files = read_rulebook_folder(RULEBOOK)
    release = load_release({**files, **drawn_rules(request.param)}, ROOT / "models", inference="python")
    yield request.param, release
    release.close()


def truths(release: Release, values: Values) -> dict[str, Truth]:
    """Judge every drawn rule by the reference evaluator."""
    rules = {rule.id: rule for rule in release.rulebook.signals}
    found: dict[str, Truth] = {}
    for number in range(SIGNALS):  # each reads only those before it
        found[f"s{number}"] = evaluate(rules[f"s{number}"].when, Known(values), found)
    for gap in release.rulebook.gaps:
        if gap.id.startswith("g") and gap.id[1:].isdigit() and gap.when and gap.unless:
            unless = evaluate(gap.unless, Known(values), found)
            found[gap.id] = evaluate(gap.when, Known(values), found) is True and unless is not True
    return found


def cost(before: Values, after: Values) -> tuple[int, float]:
    """Return how many facts differ, and by how many steps: one for each whole number, word or flag."""
    steps = 0.0
    changed = [name for name in DOMAINS if before[name] != after[name]]
    for name in changed:
        old, new = before[name], after[name]
        numbers = isinstance(old, int) and isinstance(new, int) and name in NUMBERS
        steps += abs(new - old) if numbers and isinstance(old, int) and isinstance(new, int) else 1
    return len(changed), steps


def account(values: Values) -> dict[str, Any]:
    """Write a snapshot that has these values."""
    raw: dict[str, Any] = {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z"}
    for name, value in values.items():
        group, _, field = name.partition(".")
        raw.setdefault(group, {})[field] = value
    return raw


def test_no_account_is_nearer_than_the_change_that_is_found(drawn: tuple[int, Release]) -> None:
    """Of all accounts in which a rule turned round, none differs in fewer facts, or in as many by fewer steps."""
    seed, release = drawn
    random = Random(100 + seed)  # noqa: S311  see above
    everything = [dict(zip(DOMAINS, values, strict=True)) for values in product(*DOMAINS.values())]
    judged = [(values, truths(release, values)) for values in everything]
    found_any = 0
    for here, now in random.sample(judged, ACCOUNTS):
        explainer = Explainer(release, read_snapshot(account(here), strict=True).snapshot)
        for name in now:
            turned = [cost(here, values) for values, truth in judged if (truth[name] is True) != (now[name] is True)]
            search = explainer.rule(name).searches[0]
            if not turned:
                assert (search.flips, search.why_none) == ((), "none"), name
                continue
            best = min(turned)
            if best[0] > 3:
                assert search.why_none == "large", name
                continue
            flip = search.flips[0]
            assert flip.verified, name
            assert (len(flip.changes), sum(change.steps for change in flip.changes)) == best, (
                name,
                here,
                flip,
            )
            found_any += 1
    assert found_any > SIGNALS


def test_only_what_cannot_be_done_by_the_known_makes_the_unknown_known(drawn: tuple[int, Release]) -> None:
    """With facts unknown, a change of known ones comes first; what is learned stands only where none of them does."""
    seed, release = drawn
    random = Random(200 + seed)  # noqa: S311  see above
    for _ in range(ACCOUNTS):
        unknown = set(random.sample([*DOMAINS], 2))
        here = {name: random.choice(values) for name, values in DOMAINS.items() if name not in unknown}
        now = truths(release, here)
        reach = [
            truths(release, dict(zip(here, values, strict=True)))
            for values in product(*(DOMAINS[name] for name in here))
        ]
        explainer = Explainer(release, read_snapshot(account(here), strict=True).snapshot)
        for name in now:
            by_known = any((truth[name] is True) != (now[name] is True) for truth in reach)
            for flip in explainer.rule(name).searches[0].flips:
                learned = {change.fact for change in flip.changes} & unknown
                assert not (by_known and learned), (name, here, flip)
