"""The vocabulary as a whole: closed, declared, and read in a fixed order."""

from __future__ import annotations

import pytest
from tests.facts.reading import VOCABULARY, facts_of

from nextplay.facts import UNITS, AttributeSpec, Facts, Vocabulary
from nextplay.facts.page import pattern_of
from nextplay.snapshot import InputWarning

SPECS = VOCABULARY.specs


def test_names_are_sorted_and_say_what_they_mean() -> None:
    """Every fact has a meaning, a unit where it is a number, words where it is an enumeration, and fields it reads."""
    assert list(SPECS) == sorted(SPECS)
    for name, spec in SPECS.items():
        assert spec.name == name
        assert spec.meaning.endswith(".")
        assert spec.unit in UNITS if spec.type == "number" else not (spec.unit or spec.step)
        assert bool(spec.words) == (spec.type in {"word", "words"})
        assert spec.reads or name.startswith("churn.")


def test_what_a_healthy_account_has_none_of_has_no_step() -> None:
    """None of it is never near to one of it: such numbers declare no step, and all others do."""
    rare = {pattern_of(name) for name, spec in SPECS.items() if spec.type == "number" and spec.step is None}
    assert rare == {
        "billing.disputed_invoice_days",
        *(f"events.<event>.count_{days}d" for days in (30, 90, 180)),
        "relationship.buyer_no_shows",
        "relationship.owner_changes_12m",
        "support.escalation_overdue_days",
        "support.open_p1",
        *(f"surveys.{kind}.{name}" for kind in ("ces", "csat", "nps") for name in ("low_count", "low_open_days")),
        "usage.integration_errors_14d",
    }


def test_ranges_are_intervals() -> None:
    """Numbers have both ends, the lower one first; nothing else has any."""
    for spec in SPECS.values():
        if spec.type == "number":
            assert spec.low is not None
            assert spec.high is not None
            assert spec.low < spec.high
        else:
            assert spec.low is spec.high is None


def test_a_plan_reads_only_what_it_names() -> None:
    """Names come sorted and once; a fact that was not planned is a `KeyError`, as is one that does not exist."""
    facts = facts_of(["usage.setup_errors_14d", "contract.seats", "usage.setup_errors_14d"], {"contract": {"seats": 4}})
    assert facts.names == ("contract.seats", "usage.setup_errors_14d")
    assert facts.values == (4, None)
    with pytest.raises(KeyError):
        facts.value("journey_stage")
    with pytest.raises(KeyError):
        VOCABULARY.plan(["usage.no_such_fact"])


def test_a_plan_may_be_empty_or_of_one() -> None:
    """The smallest plans work like all others."""
    assert facts_of([], {}).values == ()
    assert facts_of(["contract.seats"], {"contract": {"seats": 4}}).values == (4,)


def test_churn_is_filled_in_afterwards() -> None:
    """The score enters as two facts, where they are planned; the other values stay."""
    facts = facts_of(["churn.band", "churn.probability", "contract.seats"], {"contract": {"seats": 4}})
    assert facts.values == (None, None, 4)
    assert facts.with_churn(0.25, "moderate").values == ("moderate", 0.25, 4)
    assert facts_of(["contract.seats"], {}).with_churn(0.25, "moderate").values == (None,)


def test_facts_can_be_made_by_hand() -> None:
    """Names and values are enough."""
    assert Facts(("a", "b"), (1, None)).value("a") == 1


def test_attributes_are_facts_where_they_fit() -> None:
    """What is undeclared, of another type, out of range or an unseen word is unknown, and said without the value."""
    vocabulary = Vocabulary.of(
        attributes=[
            AttributeSpec("beta", "flag", "Takes part in the beta."),
            AttributeSpec("plan", "word", "Plan.", words=("basic", "pro")),
            AttributeSpec("logins", "number", "Logins.", unit="count", low=0, high=10),
            AttributeSpec("score", "number", "A score."),
            AttributeSpec("note", "text", "A note."),
        ]
    )
    sent = {"beta": 1, "plan": "gold", "logins": 11, "score": True, "note": "x", "Żółw": 1}
    names = [name for name in vocabulary.specs if name.startswith("attributes.")]
    facts = facts_of(names, {"attributes": sent}, vocabulary)
    assert dict(zip(facts.names, facts.values, strict=True)) == {
        "attributes.beta": None,
        "attributes.logins": None,
        "attributes.note": "x",
        "attributes.plan": None,
        "attributes.score": None,
    }
    assert facts.input_warnings == (
        InputWarning("attributes.beta", "must be true or false; counts as unknown"),
        InputWarning("attributes.logins", "out of the range that the rulebook declares; counts as unknown"),
        InputWarning("attributes.plan", "unseen word; counts as unknown"),
        InputWarning("attributes.score", "must be a number; counts as unknown"),
        InputWarning("attributes.?", "is not declared in the rulebook; counts as unknown"),
    )
    good = facts_of(names, {"attributes": {"beta": False, "plan": "pro", "logins": 3, "score": -2.5}}, vocabulary)
    assert good.values == (False, 3, None, "pro", -2.5)
    assert good.input_warnings == ()
