"""What is proposed to turn a rule round does so: proved here from the proposal alone, by another decider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.facts.snapshots import drawn_snapshot

from nextplay.authoring.explain import Explainer
from nextplay.authoring.explain.explanation import Flip, RuleExplanation
from nextplay.canonical import snapshot_document
from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.release import Release, load_release
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[3]
GATES = ("eligibility", "applicability", "suitability")
RULES_EACH = 14


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the shipped rules once."""
    found = load_release(ROOT / "rules", ROOT / "models", inference="python")
    yield found
    found.close()


def changed(document: Mapping[str, Any], flip: Flip) -> dict[str, Any]:
    """Make the changes of fields that a flip names, and nothing else."""
    found = deepcopy(dict(document))
    gone: list[tuple[list[Any], int]] = []
    for entry in flip.fields:
        parts = re.findall(r"[a-z_0-9]+", entry.path)
        last = parts[-1]
        place: Any = found
        for group, following in pairwise(parts):
            if isinstance(place, list):
                place = place[int(group)]
            else:
                place = place.setdefault(group, [] if following.isdigit() else {})
        if isinstance(place, list) and entry.after is None:
            gone.append((place, int(last)))
        elif isinstance(place, list):
            place.append(entry.after)
        elif entry.after is None:
            place.pop(last)
        else:
            place[last] = entry.after
    for rows, index in sorted(gone, key=lambda one: -one[1]):
        del rows[index]
    return found


def reached(decision: Decision, found: RuleExplanation, wanted: str) -> bool:
    """Say whether the decision shows what was wanted of the rule."""
    if found.sort == "signal":
        truth = next(entry.truth for entry in decision.trace if entry.signal == found.id)
        return (truth is True) == (wanted == "come")
    if found.sort == "gap":
        kinds = {gap.kind for gap in decision.gaps if gap.gap == found.id}
        return kinds == {wanted} if wanted in ("cx", "cs") else bool(kinds) == (wanted == "come")
    acting = found.id in {action.play for action in decision.actions}
    if wanted == "gone":
        return not acting
    return acting or any(entry.play == found.id and entry.reason not in GATES for entry in decision.withheld)


@pytest.mark.parametrize("seed", range(5))
def test_a_checked_change_does_what_it_says(release: Release, seed: int) -> None:
    """On accounts drawn at random, a change that is called checked turns its rule round, made by its fields alone."""
    snapshot, random = drawn_snapshot(seed), Random(seed)  # noqa: S311  nothing is kept secret here
    explainer, decider = Explainer(release, snapshot), Decider(release)
    document = snapshot_document(snapshot)
    book = release.rulebook
    names = [f"{sort}:{rule.id}" for sort in ("signal", "gap", "play") for rule in getattr(book, f"{sort}s")]
    checked = 0
    for name in random.sample(names, RULES_EACH):
        found = explainer.rule(name)
        for search in found.searches:
            for flip in search.flips:
                assert len(flip.changes) <= 3
                if flip.verified:
                    checked += 1
                    reading = read_snapshot(changed(document, flip), strict=True)
                    decision = decider.decide(reading, options=Options(explanation="full"))
                    assert reached(decision, found, search.wanted), (name, flip)
    assert checked >= RULES_EACH // 2


@pytest.mark.parametrize("seed", [1, 3])
def test_no_smaller_set_of_facts_would_do(release: Release, seed: int) -> None:
    """Where a change needs two or three facts, the search proves every proper part of them too little."""
    explainer = Explainer(release, drawn_snapshot(seed))
    for gap in release.rulebook.gaps[::6]:
        found = explainer.rule(f"gap:{gap.id}")
        for search in found.searches:
            for flip in search.flips:
                facts = {change.fact for change in flip.changes}
                smaller = [set(part) for size in range(len(facts)) for part in combinations(sorted(facts), size)]
                others = [{change.fact for change in other.changes} for other in search.flips]
                assert all(part not in others for part in smaller), gap.id


@pytest.mark.parametrize("seed", range(4))
def test_facts_that_decide_leave_nothing_open(release: Release, seed: int) -> None:
    """A set of unknown facts that decides whatever it turns out to be has no outcome that is still open."""
    snapshot = drawn_snapshot(seed)
    explainer = Explainer(release, snapshot)
    gaps, signals = release.rulebook.gaps[seed::7], release.rulebook.signals[seed::29]
    for name in (*(f"gap:{rule.id}" for rule in gaps), *(f"signal:{rule.id}" for rule in signals)):
        for entry in explainer.rule(name).settled_by:
            assert entry.outcomes
            if entry.always:
                assert all(outcome.outcome != "still open" for outcome in entry.outcomes), name
