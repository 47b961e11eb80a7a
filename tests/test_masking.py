"""Laws of masks: nothing personal is kept, equal stays equal, and the kept question has the kept answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.snapshots import drawn_snapshot

from nextplay.canonical import canonical_json, decision_document, snapshot_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.masking import Masking, UnfitField
from nextplay.question import asked_about, question_document, read_question
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.entries import Entries
from nextplay.snapshot import read_snapshot

ROOT = Path(__file__).parents[1]
DECLARED = (
    "attributes.email", "objectives[].objective_id", "objectives[].title", "profile.name",
    "surveys[].respondent_id", "team.csm",
)  # fmt: skip
PERSONAL = ("Ostrich é “one”", 'Ostrich "two"\\', "Ostrich\nthree", "Ostrich four")
BARE = {"account_id": "a", "as_of": "2026-03-02T09:00:00Z"}
names = st.one_of(st.none(), st.sampled_from(PERSONAL))


@cache
def _decider() -> Decider:
    """Decide with rules that judge goals one by one, and whose texts show the customer's name and the goals' titles."""
    files = dict(read_rulebook_folder(ROOT / "tests" / "cases" / "rulebook"))
    readings = files["signals/readings.yaml"].decode()
    readings = readings.replace(", {item: title, is_known: true}", "").replace(
        "{item.title} waits", "{profile.name} waits"
    )
    files["signals/readings.yaml"] = readings.encode()
    return Decider(load_release(files, ROOT / "models", inference="python"))


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an account with personal values, some of them equal, wherever they may stand."""
    document = snapshot_document(drawn_snapshot(draw(st.integers(0, 10_000))))
    document.setdefault("profile", {})["name"] = draw(names)
    document["team"] = {"csm": draw(names), "support": "s-1"}
    document["attributes"] = {"email": draw(names), "phone": 1.0}
    for row in document.get("surveys", ()):
        row["respondent_id"] = draw(names)
    for index, row in enumerate(document.get("objectives", ())):
        row["objective_id"] = f"Ostrich-{index}" if draw(st.booleans()) else None
        row["title"] = draw(names)
        row |= {"status": "active", "due_on": "2026-01-05", "blocked_by": draw(st.sampled_from(["vendor", "customer"]))}
    return document


@settings(max_examples=60)
@given(snapshots(), st.sampled_from(["en", "pt-BR"]), st.sampled_from(["reasons", "full"]))
def test_the_kept_question_has_the_kept_answer(document: dict[str, Any], locale: str, explanation: Any) -> None:  # noqa: ANN401  a word of the contract
    """The masked question is answered with the masked answer, byte for byte, and neither holds a personal value."""
    decider, options = _decider(), Options(locale=locale, explanation=explanation)
    answered = decider.answer(asked_about(read_snapshot(document), options=options))
    entry = Entries(Masking(DECLARED)).entry(
        decider, answered, decided_at=datetime(2026, 3, 2, tzinfo=UTC), took_microseconds=1, request_id=""
    )
    again = decider.answer(read_question(orjson.loads(entry.question))).decision
    again = again._replace(decision_id=answered.decision.decision_id)
    assert canonical_json(decision_document(again)) == entry.answer
    assert b"Ostrich" not in entry.question + entry.answer + repr(entry.actions).encode()
    assert entry.decision_id == answered.decision.decision_id
    assert [action.action_id for action in entry.actions[: len(again.actions)]] == [
        action.action_id for action in answered.decision.actions
    ]


@given(snapshots())
def test_masks_are_injective(document: dict[str, Any]) -> None:
    """Within a snapshot equal values have equal masks and different values different ones, and nothing else changes."""
    question = question_document(asked_about(read_snapshot(document)))
    masked = Masking(DECLARED).masked(question).question
    pairs: set[tuple[str, str]] = set()
    for before, after in zip(_leaves(question), _leaves(masked), strict=True):
        assert before[0] == after[0]
        if before[1] != after[1]:
            pairs.add((str(before[1]), str(after[1])))
    assert len({before for before, _ in pairs}) == len({after for _, after in pairs}) == len(pairs)
    assert {before for before, _ in pairs} == {value for _, value in _leaves(question) if "Ostrich" in str(value)}
    assert {after for _, after in pairs} == {f"masked-{number}" for number in range(1, len(pairs) + 1)}


def test_what_was_masked_is_named() -> None:
    """The fields that held something are named, sorted; a snapshot without them is left as it is."""
    question = question_document(asked_about(read_snapshot({**BARE, "profile": {"name": "Ostrich"}})))
    masked = Masking(DECLARED).masked(question)
    assert (masked.fields, masked.values) == (("profile.name",), ("Ostrich",))
    bare = question_document(asked_about(read_snapshot(BARE)))
    assert Masking(DECLARED).masked(bare) == (bare, (), ())


def test_nothing_is_decided_twice_without_need() -> None:
    """Where texts do not show a field and its value stands nowhere in the answer, the answer is kept as it is."""
    release = load_release(ROOT / "tests" / "rules" / "small", ROOT / "models", inference="python")
    assert not Masking(["profile.name", "surveys[].respondent_id"]).shows(release)
    assert Masking(DECLARED).shows(_decider().release)
    assert Masking(["team.csm"]).shows(release)


@pytest.mark.parametrize(
    "path",
    ["account_id", "profile", "profile.segment", "profile.nickname", "surveys.respondent_id", "surveys[].score",
     "history[].play", "tickets[].cause", "interactions[].contact_role", "contract.annual_value.currency_code",
     "usage.volume_28d", "team[].csm", "attributes.", ""],
)  # fmt: skip
def test_what_is_no_free_text_cannot_be_masked(path: str) -> None:
    """A number, a closed word, the account's id or a path that does not exist is refused by its name."""
    with pytest.raises(UnfitField, match=r"is no text of a snapshot") as caught:
        Masking([path])
    assert f"`{path}`" in str(caught.value)


def test_rules_that_read_a_masked_field_are_told() -> None:
    """A field whose value a condition reads, or that is declared as something other than text, is objected to."""
    release = load_release(ROOT / "tests" / "rules" / "small", ROOT / "models", inference="python")
    told = Masking(["attributes.plan_code", "attributes.logins_7d", "profile.tier", "profile.name"]).objections(release)
    assert [line.split(" ", 1)[0] for line in told] == ["`attributes.logins_7d`", "`attributes.plan_code`"]
    assert "only texts can be masked" in told[0]
    assert "reads it as `attributes.plan_code`" in told[1]
    assert "`personal_fields`" in told[1]
    assert Masking(["profile.name"]).objections(release) == ()


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:  # noqa: ANN401  JSON has no narrower type
    if isinstance(value, Mapping):
        return [leaf for key, item in value.items() for leaf in _leaves(item, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, f"{path}[{index}]")]
    return [(path, value)]
