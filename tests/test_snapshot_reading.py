"""From outside data to a snapshot: what is taken, what counts as unknown, what is refused and how that is said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import CustomerSnapshot, InputWarning, Money, SnapshotReading, read_snapshot

DAY = "must be an ISO 8601 date such as 2026-03-02"
HISTORY = "accepted, completed, declined, snoozed, wrong_diagnosis, contacted, held or answered"
EVENTS = (
    "champion_left, new_executive, competitor_named, bulk_export, termination_question, "
    "layoffs, incident, release_change or price_objection"
)
CONFIDED = "Żelazna Tajemnica 4711"


def _raw(**fields: object) -> dict[str, Any]:
    return {"account_id": "a-1", "as_of": "2026-03-02T09:00:00Z", **fields}


def _read(**fields: object) -> CustomerSnapshot:
    return read_snapshot(_raw(**fields)).snapshot


def _violations(
    raw: Any,  # noqa: ANN401  also what is no mapping
    *,
    strict: bool = False,
) -> list[str]:
    with pytest.raises(InputInvalid) as caught:
        read_snapshot(raw, strict=strict)
    return [str(violation) for violation in caught.value.violations]


def test_everything_but_the_account_and_the_instant_may_be_absent() -> None:
    """An almost empty snapshot is valid, and everything in it is unknown."""
    snapshot = _read()
    assert snapshot.as_of == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert snapshot.surveys is None
    assert snapshot.usage.active_users_28d is None


def test_instants_become_utc() -> None:
    """An offset is taken into account, so that the day of `as_of` is the UTC day."""
    assert read_snapshot(_raw() | {"as_of": "2026-03-02T00:30:00+02:00"}).snapshot.as_of.date() == date(2026, 3, 1)


def test_null_is_absent_wherever_it_stands() -> None:
    """JSON `null` for a group, a field, a row's field or an attribute means unknown."""
    snapshot = _read(
        profile=None,
        usage={"active_users_28d": None},
        surveys=[{"kind": "nps", "scale": None, "score": None, "touchpoint": None}],
        attributes={"plan": None, "beta": True},
        known_empty=None,
        events=None,
    )
    assert snapshot.profile.name is None
    assert snapshot.attributes == {"beta": True}
    assert snapshot.surveys is not None
    assert snapshot.events is None


def test_known_empty_names_lists_that_are_empty() -> None:
    """`known_empty` turns an absent list into a known empty one, and agrees with a list that was sent empty."""
    snapshot = _read(known_empty=["objectives", "events"], events=[])
    assert snapshot.objectives == ()
    assert snapshot.events == ()
    assert snapshot.surveys is None


def test_known_empty_must_not_contradict_its_list() -> None:
    """A name that is no list, or whose list has rows or is none, is refused."""
    raw: dict[str, Any] = _raw(
        known_empty=["profile", "events", "surveys", ["x"]], events=[{"kind": "incident"}], surveys=0
    )
    assert [line.partition(":")[0] for line in _violations(raw)] == [
        *(f"known_empty[{index}]" for index in range(4)),
        "surveys",
    ]
    assert _violations(_raw(known_empty="events")) == ["known_empty: must be a list of names"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"usage": {"active_users_28d": "12"}}, "usage.active_users_28d: must be a whole number"),
        ({"usage": {"active_users_28d": 1.5}}, "usage.active_users_28d: must be a whole number"),
        ({"usage": {"active_users_28d": True}}, "usage.active_users_28d: must be a whole number"),
        ({"usage": {"active_users_28d": -1}}, "usage.active_users_28d: must be at least 0"),
        ({"usage": {"active_users_28d": 10**40}}, "usage.active_users_28d: must be at most 1000000000"),
        ({"usage": {"volume_28d": float("inf")}}, "usage.volume_28d: must be a finite number"),
        ({"usage": {"volume_28d": "1"}}, "usage.volume_28d: must be a number"),
        ({"usage": {"first_value_reached": 1}}, "usage.first_value_reached: must be true or false"),
        ({"usage": []}, "usage: must be an object"),
        ({"surveys": {}}, "surveys: must be a list"),
        ({"surveys": [None]}, "surveys[0]: must be an object"),
        ({"events": [{"occurred_on": "02.03.2026"}]}, f"events[0].occurred_on: {DAY}"),
        ({"events": [{"occurred_on": "2026-W10-1"}]}, f"events[0].occurred_on: {DAY}"),
        ({"events": [{"occurred_on": "2026-02-30"}]}, f"events[0].occurred_on: {DAY}"),
        (
            {"events": [{"occurred_on": datetime(2026, 3, 2, tzinfo=UTC)}]},
            f"events[0].occurred_on: {DAY}",
        ),
        ({"profile": {"tier": ""}}, "profile.tier: must not be empty"),
        ({"profile": {"tier": "x" * 201}}, "profile.tier: must have at most 200 characters"),
        ({"profile": {"tier": "\ud800"}}, "profile.tier: must be valid Unicode text"),
        ({"events": [{}] * 201}, "events: must have at most 200 entries"),
        (
            {"contract": {"annual_value": {"amount": 1, "currency_code": "eur"}}},
            "contract.annual_value.currency_code: must be three capital letters, as in ISO 4217",
        ),
        ({"contract": {"annual_value": {"currency_code": "EUR"}}}, "contract.annual_value.amount: is required"),
        ({"usage": {"seats": 4}}, "usage.seats: is no field of a snapshot; remove it or correct its name"),
        ({CONFIDED: 4}, "?: is no field of a snapshot; remove it or correct its name"),
        (
            {"history": [{"kind": "seen", "at": "2026-03-01T09:00:00Z"}]},
            f"history[0].kind: must be {HISTORY}",
        ),
        (
            {"attributes": {"plan": [1]}},
            "attributes.plan: must be a text of at most 200 characters, a finite number, or true or false",
        ),
        ({"attributes": {"": 1}}, "attributes.?: must have a name of 1 to 200 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named_with_its_remedy(fields: dict[str, Any], expected: str) -> None:
    """Each kind of mistake has one violation, with the path of the field and what to send instead."""
    assert _violations(_raw(**fields)) == [expected]


def test_all_violations_come_at_once_in_the_order_of_their_paths() -> None:
    """A sender sees every mistake in one answer."""
    raw = {"as_of": "yesterday", "usage": {"seats": 1}, "surveys": [{"score": "high"}]}
    assert [line.partition(":")[0] for line in _violations(raw)] == [
        "account_id",
        "as_of",
        "surveys[0].score",
        "usage.seats",
    ]


def test_what_is_no_object_is_refused() -> None:
    """A list, a text or nothing is no snapshot."""
    not_objects: list[Any] = [[], "x", None]
    for raw in not_objects:
        assert _violations(raw) == ["snapshot: must be an object"]


def test_instants_need_their_offset_and_a_place_in_the_calendar() -> None:
    """A local time is not an instant, and one beyond the calendar cannot be turned into UTC."""
    message = "as_of: must be an RFC 3339 instant with its offset, such as 2026-03-02T09:00:00Z"
    for as_of in ("2026-03-02T09:00:00", "0001-01-01T00:00:00+14:00", "2026-03-02", "٢026-03-02T09:00:00Z", 17):
        assert _violations(_raw() | {"as_of": as_of}) == [message]


def test_an_unseen_word_counts_as_unknown_and_is_named() -> None:
    """A new entry in a picklist does not stop a decision."""
    reading = read_snapshot(_raw(journey_stage="dormant", billing={"late_cause": "holiday", "days_past_due": 3}))
    assert reading.snapshot.journey_stage is None
    assert reading.snapshot.billing.days_past_due == 3
    assert reading.input_warnings == (
        InputWarning("billing.late_cause", "unseen word; counts as unknown"),
        InputWarning("journey_stage", "unseen word; counts as unknown"),
    )


def test_a_row_whose_kind_is_unseen_is_left_out() -> None:
    """An event or a survey of the sender's own kind, on its own scale, says nothing to any fact and harms none."""
    reading = read_snapshot(
        _raw(
            surveys=[
                {"kind": "pulse", "scale": "percent", "score": 80},
                {"kind": "nps", "scale": "nps_0_10", "score": 3},
            ],
            events=[{"kind": "webinar"}],
        )
    )
    assert reading.snapshot.surveys is not None
    assert [survey.kind for survey in reading.snapshot.surveys] == ["nps"]
    assert reading.snapshot.events == ()
    assert [warning.path for warning in reading.input_warnings] == [
        "events[0].kind",
        "surveys[0].kind",
        "surveys[0].scale",
    ]
    assert "left out" in reading.input_warnings[0].message


def test_a_score_on_an_unseen_scale_is_unknown() -> None:
    """Nobody can say what a number means on a scale that is not known."""
    reading = read_snapshot(_raw(surveys=[{"kind": "csat", "scale": "csat_1_7", "score": 6}]))
    assert reading.snapshot.surveys is not None
    assert reading.snapshot.surveys[0].score is None
    assert [warning.path for warning in reading.input_warnings] == ["surveys[0].scale"]


def test_an_unseen_driver_leaves_the_others() -> None:
    """One unseen reason does not hide the reasons that are known; where none is left, they are unknown."""
    row = {"kind": "nps", "scale": "nps_0_10", "score": 3}
    surveys = [{**row, "drivers": ["colour", "effort", "mood"]}, {**row, "drivers": ["colour"]}, {**row, "drivers": []}]
    reading = read_snapshot(_raw(surveys=surveys))
    assert reading.snapshot.surveys is not None
    assert [survey.drivers for survey in reading.snapshot.surveys] == [("effort",), None, ()]
    assert surveys[0]["drivers"] == ["colour", "effort", "mood"]


def test_a_past_thing_in_the_future_counts_as_unknown() -> None:
    """A date of something past that lies after tomorrow is a slip; tomorrow is a matter of time zones."""
    reading = read_snapshot(
        _raw(
            usage={"last_active_on": "2026-03-03"},
            relationship={"last_two_way_contact_on": "2026-03-04"},
            events=[
                {"kind": "incident", "occurred_on": "2026-03-01"},
                {"kind": "incident", "occurred_on": "2036-03-01"},
            ],
            surveys=[{"kind": "nps", "answered_on": "2027-01-01", "followed_up_on": "2027-01-02"}],
        )
    )
    assert reading.snapshot.usage.last_active_on == date(2026, 3, 3)
    assert reading.snapshot.relationship.last_two_way_contact_on is None
    assert reading.snapshot.events is not None
    assert [event.occurred_on for event in reading.snapshot.events] == [date(2026, 3, 1), None]
    assert [warning.path for warning in reading.input_warnings] == [
        "events[1].occurred_on",
        "relationship.last_two_way_contact_on",
        "surveys[0].answered_on",
        "surveys[0].followed_up_on",
    ]


def test_strict_refuses_what_would_count_as_unknown() -> None:
    """With `strict` unseen words and dates in the future are violations, with the words to choose from."""
    raw = _raw(journey_stage="dormant", usage={"last_active_on": "2036-03-03"}, events=[{"kind": "webinar"}])
    assert _violations(raw, strict=True) == [
        f"events[0].kind: must be {EVENTS}",
        "journey_stage: must be onboarding, adoption, value, renewal or growth",
        "usage.last_active_on: must not lie in the future of `as_of`",
    ]


def test_contradictions_are_refused() -> None:
    """A score needs its scale, the scale its kind, the score its range; names and ids stand once; history is past."""
    raw = _raw(
        surveys=[
            {"kind": "ces", "score": 4},
            {"kind": "nps", "scale": "csat_1_5", "score": 4},
            {"kind": "csat", "scale": "csat_1_5", "score": 9},
            {"scale": "ces_1_5_effort", "score": 5},
        ],
        touchpoints=[{"name": "support"}, {}, {"name": "support"}, {}],
        objectives=[{"objective_id": "o-1"}, {"objective_id": "o-1"}],
        history=[{"kind": "held", "at": "2026-03-02T10:00:01+01:00"}],
    )
    assert _violations(raw) == [
        "history[0].at: must not lie after `as_of`",
        "objectives[1].objective_id: must not stand twice",
        "surveys[0].scale: is required where a score is sent",
        "surveys[1].scale: must be a scale of nps",
        "surveys[2].score: must be 1 to 5 on the scale csat_1_5",
        "touchpoints[2].name: must not stand twice",
    ]


def test_being_shown_is_not_history() -> None:
    """Entries of kind `shown` vanish without a word, and the places of the others stay what they were."""
    shown = {"kind": "shown", "at": "2026-03-01T09:00:00Z", "play": "p"}
    kept = {"kind": "declined", "at": "2026-03-01T09:00:00Z", "play": "p"}
    reading = read_snapshot(_raw(history=[shown, kept]))
    assert reading.snapshot.history is not None
    assert [entry.kind for entry in reading.snapshot.history] == ["declined"]
    assert reading.input_warnings == ()
    late = {**kept, "at": "2027-03-01T09:00:00Z"}
    assert _violations(_raw(history=[shown, late])) == ["history[1].at: must not lie after `as_of`"]


def test_no_message_repeats_what_the_customer_said() -> None:
    """Wherever a secret stands, as a value or as a key, no violation and no warning quotes it."""
    bad: list[dict[str, Any]] = [
        {"journey_stage": CONFIDED},
        {"account_id": [CONFIDED]},
        {"profile": {"name": [CONFIDED], CONFIDED: 1}},
        {"surveys": [{"kind": CONFIDED, "drivers": [CONFIDED], "score": CONFIDED}]},
        {"attributes": {CONFIDED: [CONFIDED]}},
        {"team": {CONFIDED: 5}},
        {"known_empty": [CONFIDED]},
        {"as_of": CONFIDED},
    ]
    for fields in bad:
        try:
            said = str(read_snapshot(_raw() | fields).input_warnings)
        except InputInvalid as error:
            said = str(error)
        assert said
        assert "Tajemnica" not in said
        assert "4711" not in said


def test_money_needs_both_parts() -> None:
    """An amount without its currency is no money."""
    assert _read(contract={"annual_value": {"amount": 5, "currency_code": "BRL"}}).contract.annual_value == Money(
        5, "BRL"
    )


_KEYS = st.sampled_from(
    [
        "account_id",
        "as_of",
        "surveys",
        "kind",
        "scale",
        "score",
        "events",
        "usage",
        "history",
        "attributes",
        "known_empty",
    ]
) | st.text(max_size=4)
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=6)
    | st.sampled_from(["nps", "nps_0_10", "shown", "2026-03-02", "2026-03-02T09:00:00Z", "\ud800", "\x00"])
)  # fmt: skip
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=150, deadline=None)
@given(fields=st.dictionaries(_KEYS, _JSON, max_size=5), strict=st.booleans())
def test_nothing_that_json_can_say_breaks_the_reading(fields: dict[str, Any], strict: bool) -> None:  # noqa: FBT001  drawn
    """Whatever comes in, there is a reading or an `InputInvalid`, and its violations have paths and remedies."""
    try:
        reading = read_snapshot(_raw() | fields, strict=strict)
    except InputInvalid as error:
        violations = error.violations
    else:
        assert isinstance(reading, SnapshotReading)
        assert not (strict and reading.input_warnings)
        return
    assert violations
    assert all(isinstance(item, Violation) and item.path and item.message for item in violations)
