"""Pages of what is remembered: bounded, without holes, in the words of the contract."""

from __future__ import annotations

from datetime import UTC, date, datetime

import orjson
import pytest
from tests.store.told import a_decision

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.service.memory_wire import (
    MOST_PAGE_BYTES,
    ActionsAsked,
    DecisionsAsked,
    actions_answer,
    actions_asked,
    decisions_answer,
    decisions_asked,
)
from nextplay.store.records import OPEN_STATES, Key, StoredDecision, WorklistAction, WorklistFilter

UPDATED = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)


def stored(sequence: int, size: int) -> StoredDecision:
    """Return a decision whose message has about so many bytes."""
    answer = orjson.dumps({"decision_id": f"d1-{sequence}", "diagnosis": {"kind": "cx", "says": "x" * size}})
    return StoredDecision(sequence, a_decision(account_id="acc", answer=answer))


@pytest.mark.parametrize(("size", "on_page"), [(100, [9, 8, 7, 6]), (900_000, [9, 8]), (3 << 20, [9])])
def test_pages_of_decisions_stay_small(size: int, on_page: list[int]) -> None:
    """A page ends before it is too large for a client, holds one decision at least, and the next goes on behind it."""
    asked = DecisionsAsked("acc", 4, None)
    page = pb.ListDecisionsResponse.FromString(decisions_answer(asked, [stored(n, size) for n in (9, 8, 7, 6, 5)]))
    assert [decision.decision_id for decision in page.decisions] == [f"d1-{number}" for number in on_page]
    assert len(on_page) == 1 or page.ByteSize() < MOST_PAGE_BYTES + 1000
    following = decisions_asked({"account_id": "acc", "page_size": 4, "page_token": page.next_page_token})
    assert following == DecisionsAsked("acc", 4, on_page[-1])


def test_the_last_page_has_no_token() -> None:
    """Where nothing follows, there is no token, also on an empty page."""
    asked = DecisionsAsked("acc", 2, None)
    full = pb.ListDecisionsResponse.FromString(decisions_answer(asked, [stored(2, 10), stored(1, 10)]))
    assert (len(full.decisions), full.next_page_token) == (2, "")
    assert decisions_answer(asked, []) == b""


def action(name: str, due_on: date | None) -> WorklistAction:
    """Return an action on the worklist."""
    return WorklistAction("acc", "d1-0", name, "call", "late", "Call", "open", "csm", None, due_on, UPDATED, 12.5)


def test_a_page_of_actions_goes_on_behind_its_last() -> None:
    """The place of the last action, also of one without a day, comes back out of its token."""
    chosen = WorklistFilter(owner_role="csm", states=("new", "open"), updated_since=UPDATED)
    sent = {"owner_role": "csm", "states": ["open", "new", "open"], "updated_since": "2026-03-02T09:00:00.000005Z"}
    assert actions_asked(sent | {"page_size": 1}) == ActionsAsked(chosen, 1, None)
    for due_on in (date(2026, 3, 9), None):
        found = [action("a1-1", due_on), action("a1-2", None)]
        page = pb.ListActionsResponse.FromString(actions_answer(ActionsAsked(chosen, 1, None), found))
        shown = page.actions[0]
        assert (shown.due_on, shown.updated_at) == (str(due_on or ""), "2026-03-02T09:00:00.000005Z")
        assert not shown.HasField("owner_id")
        following = actions_asked(sent | {"page_token": page.next_page_token})
        assert following == ActionsAsked(chosen, 50, Key(due_on, 12.5, "a1-1"))


def test_what_is_absent() -> None:
    """Without a filter the worklist is what somebody has to do something about, fifty at a time."""
    assert actions_asked({}) == ActionsAsked(WorklistFilter(states=tuple(sorted(OPEN_STATES))), 50, None)
    assert decisions_asked({"account_id": "acc"}) == DecisionsAsked("acc", 50, None)
