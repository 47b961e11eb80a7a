"""Decisions in bulk are the online decisions, account by account."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextplay.authoring.sample_book import sample_book
from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.schema import RESULT
from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.errors import InputInvalid
from nextplay.release import load_release
from nextplay.snapshot import parse_json_snapshot, read_snapshot

ROOT = Path(__file__).parents[2]
BOOK = [dict(entry.snapshot) for entry in sample_book(seed=11, accounts=30)]
EXAMPLES = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "examples" / "snapshots").glob("*.json"))]
PLAIN = BulkOptions()


@pytest.fixture(scope="module")
def decider() -> Iterator[Decider]:
    """Return the decider of what is shipped."""
    release = load_release(ROOT / "rules", ROOT / "models")
    yield Decider(release)
    release.close()


def texts(documents: Sequence[object]) -> pa.RecordBatch:
    """Return a batch of the one column `snapshot`."""
    return pa.record_batch({"snapshot": pa.array([json.dumps(document) for document in documents], pa.string())})


def nested(documents: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Return a batch of a column for each key, typed as all rows together need it."""
    lines = "\n".join(json.dumps(document) for document in documents)
    return pl.read_ndjson(lines.encode(), infer_schema_length=None).to_arrow().combine_chunks().to_batches()[0]


def row_of(decision: Decision) -> dict[str, Any]:
    """Return the row that an online decision amounts to."""
    return {
        "account_id": decision.account_id,
        "as_of": decision.as_of,
        "decision_id": decision.decision_id,
        "diagnosis": decision.diagnosis.kind,
        "lead": decision.diagnosis.lead,
        "churn_probability": decision.churn.probability,
        "churn_band": decision.churn.band,
        "gaps": [
            {name: getattr(gap, name) for name in ("gap", "kind", "severity", "item", "open_side", "answered")}
            for gap in decision.gaps
        ],
        "undetermined": [question.gap for question in decision.undetermined if question.gap],
        "actions": [
            {
                "rank": action.rank,
                "action_id": action.action_id,
                "play": action.play,
                "state": action.state,
                "owner": action.owner_role,
                "owner_id": action.owner_id,
                "channel": action.channel,
                "due_on": action.due_on,
                "priority": action.priority.priority,
                "gaps": list(action.gaps),
            }
            for action in decision.actions
        ],
        "withheld": [{"play": one.play, "reason": one.reason} for one in decision.withheld],
        "release": decision.release.release,
        "texts": None,
        "refused": None,
    }


def online(document: Mapping[str, Any], decider: Decider, options: Options = PLAIN.asked) -> dict[str, Any]:
    """Return the row of a document as the online way decides it, or refuses it."""
    try:
        reading = read_snapshot(parse_json_snapshot(json.dumps(document)), strict=options.strict)
        return row_of(decider.decide(reading, options=options))
    except InputInvalid as error:
        account = document.get("account_id")
        readable = isinstance(account, str) and 0 < len(account) <= 200
        refused: dict[str, Any] = dict.fromkeys(RESULT.names)
        refused |= {"account_id": account if readable else None, "refused": "\n".join(map(str, error.violations))}
        return refused


def test_each_row_is_the_online_decision(decider: Decider) -> None:
    """Generated accounts and the examples: every field of the row is the decision's, through both kinds of columns."""
    documents = BOOK + EXAMPLES
    expected = [online(document, decider) for document in documents]
    for batch in (texts(documents), nested(BOOK)):
        found = decide_arrow(batch, decider, options=PLAIN)
        assert found.schema.equals(RESULT)
        assert found.to_pylist() == expected[: batch.num_rows]


@st.composite
def _damaged(draw: st.DrawFn) -> dict[str, Any]:
    """Take an account, and make some of its values unknown, empty, or such as cannot be taken."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BOOK)))
    for _ in range(draw(st.integers(0, 6))):
        place: Any = document
        while True:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = draw(st.sampled_from(list(keys)))
            if isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 3)):
                place = place[key]
                continue
            place[key] = draw(st.sampled_from([None, None, None, 0, 1, -1, "", "2026-03-02", [], {}, True, 0.5]))
            break
    if draw(st.booleans()):
        day = draw(st.integers(1, 28))
        entry = {"kind": "completed", "at": f"2026-05-{day:02}T00:00:00Z", "play": "owner_call", "gap": "silent"}
        document["history"] = [entry]
    return document


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(documents=st.lists(_damaged(), min_size=1, max_size=5))
def test_missing_and_bad_values_are_told_as_online(decider: Decider, documents: list[dict[str, Any]]) -> None:
    """Whatever is missing or wrong in a row, the row says what the online way says, and the others are as if alone."""
    found = decide_arrow(texts(documents), decider, options=PLAIN)
    assert found.to_pylist() == [online(document, decider) for document in documents]


@st.composite
def _with_holes(draw: st.DrawFn) -> dict[str, Any]:
    """Take an account, and make some of its groups, rows and values unknown: null, or not there at all."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BOOK)))
    for key in draw(st.lists(st.sampled_from(sorted(document)), max_size=5)):
        place = document.get(key)
        if isinstance(place, list) and place:
            place = draw(st.sampled_from(place))
        if isinstance(place, dict) and place and draw(st.booleans()):
            place[draw(st.sampled_from(sorted(place)))] = None
        elif draw(st.booleans()):
            document[key] = None
        else:
            document.pop(key, None)
    return document


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(documents=st.lists(_with_holes(), min_size=1, max_size=5))
def test_missing_values_in_columns_are_missing_online(decider: Decider, documents: list[dict[str, Any]]) -> None:
    """Nested columns and JSON say the same of what is missing, wherever it is missing."""
    found = decide_arrow(nested(documents), decider, options=PLAIN)
    assert found.to_pylist() == [online(document, decider) for document in documents]


@pytest.mark.parametrize("strict", [False, True])
def test_options_reach_the_decision(decider: Decider, *, strict: bool) -> None:
    """Locale, cap and strictness change id and content as they do online, and texts are the whole decision."""
    asked = Options(locale="pt-BR", max_actions=1, explanation="none", strict=strict)
    found = decide_arrow(texts(BOOK), decider, options=BulkOptions(asked, texts=True)).to_pylist()
    decisions = [decider.decide(read_snapshot(document, strict=strict), options=asked) for document in BOOK]
    assert [row.pop("texts").encode() for row in found] == [canonical_json(decision_document(one)) for one in decisions]
    assert found == [{name: value for name, value in row_of(one).items() if name != "texts"} for one in decisions]


def test_an_instant_for_rows_that_carry_none(decider: Decider) -> None:
    """Rows without `as_of` take the one of the options; without one they are refused."""
    bare = [{name: value for name, value in document.items() if name != "as_of"} for document in BOOK[:3]]
    taken = decide_arrow(texts(bare), decider, options=BulkOptions(as_of=BOOK[0]["as_of"])).to_pylist()
    assert taken == [online({**document, "as_of": BOOK[0]["as_of"]}, decider) for document in bare]
    refused = decide_arrow(texts(bare), decider, options=PLAIN).to_pylist()
    assert [row["account_id"] for row in refused] == [document["account_id"] for document in bare]
    assert all(row["refused"] == "as_of: is required" for row in refused)


def test_text_that_is_no_snapshot_is_a_refused_row(decider: Decider) -> None:
    """Broken text, no text, and text of something else: a row each, in the order of the batch."""
    column = pa.array(["{", None, "[]", json.dumps(BOOK[0]), '{"account_id": "a", "account_id": "b"}'])
    found = decide_arrow(pa.record_batch({"snapshot": column}), decider, options=PLAIN).to_pylist()
    assert [row["refused"] is None for row in found] == [False, False, False, True, False]
    assert [row["diagnosis"] is None for row in found] == [True, True, True, False, True]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_no_unknown(decider: Decider, odd: float) -> None:
    """NaN and infinity in a column are refused by their path as online, however deep; the other rows are decided."""
    documents = [copy.deepcopy(document) for document in BOOK[:4]]
    for document in documents:
        document["usage"] = {"consumption_pace": 0.5}
        document["touchpoints"] = [{"name": "support", "median_response_hours": 1.0}]
    documents[1]["usage"]["consumption_pace"] = odd
    documents[2]["touchpoints"][0]["median_response_hours"] = odd
    batch = pl.DataFrame(
        {
            "account_id": [document["account_id"] for document in documents],
            "as_of": [document["as_of"] for document in documents],
            "usage": [document["usage"] for document in documents],
            "touchpoints": [document["touchpoints"] for document in documents],
        }
    )
    found = decide_arrow(batch.to_arrow().combine_chunks().to_batches()[0], decider, options=PLAIN).to_pylist()
    assert [row["refused"] is None for row in found] == [True, False, False, True]
    assert found[1]["refused"].startswith("usage.consumption_pace: ")
    assert found[2]["refused"].startswith("touchpoints[0].median_response_hours: ")


def test_an_odd_number_in_a_map_is_refused(decider: Decider) -> None:
    """A map of attributes is read as deep as every other column."""
    plain = {"account_id": ["a", "b"], "as_of": [BOOK[0]["as_of"]] * 2}
    column = pa.array([[("pace", 1.0)], [("pace", float("nan"))]], pa.map_(pa.string(), pa.float64()))
    rows = decide_arrow(pa.record_batch({**plain, "attributes": column}), decider, options=PLAIN).to_pylist()
    assert [row["refused"] is None for row in rows] == [True, False]
    assert rows[1]["refused"].startswith("attributes.pace: ")


@pytest.mark.parametrize("broken", ['{"account_id": "\\ud800", "as_of": "2026-03-02T09:00:00Z"}', '{"\\ud800": 1}'])
def test_half_a_character_is_a_refused_row(decider: Decider, broken: str) -> None:
    """An id or a key that no table can hold is told as unreadable, and the rows beside it are decided."""
    column = pa.array([json.dumps(BOOK[0]), broken], pa.string())
    whole, refused = decide_arrow(pa.record_batch({"snapshot": column}), decider, options=PLAIN).to_pylist()
    assert (whole["refused"], refused["account_id"], refused["diagnosis"]) == (None, None, None)
    assert refused["refused"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[{"key": "a", "value": 1.0}, None]]),
        pa.array([[{"key": "a", "val": 1.0}]]),
        pa.array([["a"]]),
    ],
)
def test_attributes_that_are_no_mapping_are_a_refused_row(decider: Decider, column: pa.Array) -> None:
    """Lists that are no keys and values are refused by the name of the column, and end nothing."""
    plain = {"account_id": [BOOK[0]["account_id"]], "as_of": [BOOK[0]["as_of"]]}
    (row,) = decide_arrow(pa.record_batch({**plain, "attributes": column}), decider, options=PLAIN).to_pylist()
    assert row["refused"].startswith("attributes: ")


@pytest.mark.parametrize("entries", [[("seats", 1.0), ("seats", 2.0)], [{"key": None, "value": 1.0}]])
def test_keys_that_are_no_mapping_are_refused(decider: Decider, entries: list[object]) -> None:
    """A key that stands twice, or is none, is no guess: its row is refused with its id, the others are decided."""
    kind = pa.list_(pa.struct({"key": pa.string(), "value": pa.float64()}))
    maps = pa.map_(pa.string(), pa.float64())
    column = pa.array([entries, []], kind if isinstance(entries[0], dict) else maps)
    plain = {"account_id": ["a", "b"], "as_of": [BOOK[0]["as_of"]] * 2}
    rows = decide_arrow(pa.record_batch({**plain, "attributes": column}), decider, options=PLAIN).to_pylist()
    assert [(row["account_id"], row["refused"] is None) for row in rows] == [("a", False), ("b", True)]
    assert rows[0]["refused"].startswith("attributes: has ")


def test_fields_of_one_name_are_refused(decider: Decider) -> None:
    """Two fields of one name within a struct are refused like two columns of one name, by their path."""
    ones = pa.array([1])
    twins = pa.StructArray.from_arrays([ones, ones], names=["open_p1", "open_p1"])
    rows = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), twins)
    plain = {"account_id": ["a"], "as_of": [BOOK[0]["as_of"]]}
    for name, column in (("support", twins), ("surveys", rows)):
        with pytest.raises(InputInvalid, match=f"{name}.open_p1: is the name of several fields"):
            decide_arrow(pa.record_batch({**plain, name: column}), decider, options=PLAIN)


def test_columns_that_arrow_packs_are_unpacked(decider: Decider) -> None:
    """Dictionaries of instants, days and words, also within structs, and lists of a fixed size say what they hold."""
    survey = {"kind": "nps", "scale": "nps_0_10", "score": 3.0, "answered_on": date(2026, 2, 20)}
    document = {
        "account_id": "a",
        "as_of": "2026-03-02T09:00:00Z",
        "profile": {"segment": "enterprise"},
        "surveys": [survey | {"answered_on": "2026-02-20"}],
    }
    within = pa.struct(
        {name: pa.date32() if name == "answered_on" else pa.string() for name in survey} | {"score": pa.float64()}
    )
    packed = {
        "account_id": pa.array(["a"]).dictionary_encode(),
        "as_of": pa.array([datetime(2026, 3, 2, 9, tzinfo=UTC)], pa.timestamp("us", "UTC")).dictionary_encode(),
        "profile": pa.StructArray.from_arrays([pa.array(["enterprise"]).dictionary_encode()], names=["segment"]),
        "surveys": pa.array([[survey]], pa.list_(within, 1)),
    }
    assert decide_arrow(pa.record_batch(packed), decider, options=PLAIN).to_pylist() == [online(document, decider)]


def test_fields_that_hold_nothing(decider: Decider) -> None:
    """A field that is null in every entry of a list is unknown in each, however few rows hold however many entries."""
    entries = [{"objective_id": name, "status": None} for name in "abc"]
    document = {name: BOOK[0][name] for name in ("account_id", "as_of")} | {"objectives": entries}
    batch = pa.RecordBatch.from_pylist([document])
    assert decide_arrow(batch, decider, options=PLAIN).to_pylist() == [online(document, decider)]


def test_columns_of_one_name_are_refused(decider: Decider) -> None:
    """Two columns of one name are no guess: the whole batch is refused, by that name."""
    column = pa.array(["a"])
    batch = pa.record_batch([column, column], names=["account_id", "account_id"])
    with pytest.raises(InputInvalid, match="account_id: is the name of several columns"):
        decide_arrow(batch, decider, options=PLAIN)


def test_no_rows(decider: Decider) -> None:
    """A batch without rows gives one without rows, in the same schema."""
    for batch in (texts([]), nested(BOOK[:1]).slice(0, 0)):
        found = decide_arrow(batch, decider, options=PLAIN)
        assert found.num_rows == 0
        assert found.schema.equals(RESULT)


def test_a_column_that_json_has_no_word_for(decider: Decider) -> None:
    """Bytes in a nested column are refused as a whole, naming the column."""
    with pytest.raises(InputInvalid, match="account_id: has the type binary"):
        decide_arrow(pa.record_batch({"account_id": pa.array([b"a"])}), decider, options=PLAIN)
