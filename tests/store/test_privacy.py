"""Erasing, exporting and forgetting."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from tests.store.told import T0, Clock, a_decision, a_reaction, an_action

from nextplay.canonical import canonical_json, digest
from nextplay.errors import AccountErased, NotRemembered, StoreUnavailable
from nextplay.store import Store, engine
from nextplay.store.packing import packed
from nextplay.store.records import Answer, Hold, LoggedDecision, Outcome, Told, WorklistFilter
from nextplay.store.schema import DECISIONS, META, TOMBSTONES

ERASED = "account-to-be-erased-4711"
MARK = "person-8c1f"
"""A mark of the erased account that is in its rows under other names than the account's."""


def rich_decision(account_id: str, mark: str, number: int) -> LoggedDecision:
    """Return a decision with much about an account, none of which another one has."""
    notes = [digest([account_id, mark, number, line]) for line in range(40)]
    actions = [an_action(digest([account_id, key]), title=f"Call {mark}", owner_id=mark) for key in range(3)]
    return a_decision(
        *actions,
        account_id=account_id,
        at=T0 + timedelta(minutes=number),
        question=canonical_json({"snapshot": {"account_id": account_id, "notes": notes}}),
        answer=canonical_json({"account_id": account_id, "says": notes}),
        decision_id=digest([account_id, number], prefix="d1-"),
        request_id=f"call-{mark}-{number}",
    )


def fill(store: Store, account_id: str, mark: str) -> list[LoggedDecision]:
    """Log and tell much about an account."""
    decisions = [rich_decision(account_id, mark, number) for number in range(6)]
    for decision in decisions:
        store.log([decision])
    named = decisions[0].actions[0].action_id
    accepted = a_reaction("accepted", named, account_id=account_id, actor_id=mark, reason=f"because {mark}")
    everything: list[Told] = [
        accepted,
        replace(accepted, kind="completed"),
        Answer(account_id, "g", f"yes {mark}", T0, mark),
        Outcome(account_id, "renewed", date(2026, 3, 1), 5.0, "EUR"),
        Hold(account_id, None, date(2026, 4, 1), f"hold {mark}", T0, mark),
    ]
    for number, told in enumerate(everything):
        store.record("", f"req-{mark}-{number}", told)
    return decisions


def marks_of(decisions: list[LoggedDecision]) -> list[bytes]:
    """Return what tells the account in the bytes of a file: its ids, its people, and pieces of its packed documents."""
    words = [ERASED, MARK, *(decision.decision_id for decision in decisions), decisions[0].actions[0].action_id]
    pieces = [packed(document)[80:120] for each in decisions for document in (each.question, each.answer)]
    return [word.encode() for word in words] + pieces


def found_in(folder: Path, marks: list[bytes]) -> dict[str, int]:
    """Return how many of the marks are in each file of a folder."""
    return {path.name: sum(mark in path.read_bytes() for mark in marks) for path in sorted(folder.glob("nextplay.db*"))}


def test_no_byte_of_an_erased_account_is_left_in_the_files(sqlite_url: str, clock: Clock) -> None:
    """Every mark was in the files, and none is afterwards, in database, WAL or shared memory, while others use them."""
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    with Store.open(sqlite_url, clock=clock) as store, Store.open(sqlite_url, clock=clock) as other:
        fill(store, "kept-before", "kept")
        marks = marks_of(fill(store, ERASED, MARK))
        fill(store, "kept-after", "also-kept")
        before = found_in(folder, marks)
        assert sum(before.values()) >= len(marks)
        assert len([name for name, count in before.items() if count]) >= 1
        other.history("", ERASED)
        assert store.erase("", ERASED) == {"decisions": 6, "records": 5, "actions": 3}
        assert set(found_in(folder, marks).values()) == {0}
        other.log([a_decision(account_id="kept-after")])
        assert set(found_in(folder, marks)) == {"nextplay.db", "nextplay.db-shm", "nextplay.db-wal"}
        assert set(found_in(folder, marks).values()) == {0}
        assert len(store.decisions("", "kept-before", size=9)) == 6
        assert store.check() == ()
    assert found_in(folder, marks) == {"nextplay.db": 0}


def test_what_was_checkpointed_is_erased_as_well(sqlite_url: str, clock: Clock) -> None:
    """An account whose rows are long in the database itself leaves nothing in free pages and gaps."""
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    with Store.open(sqlite_url, clock=clock) as store:
        marks = marks_of(fill(store, ERASED, MARK))
        for number in range(20):
            fill(store, f"kept-{number}", f"m{number}")
    assert found_in(folder, marks) == {"nextplay.db": len(marks)}
    with Store.open(sqlite_url, clock=clock) as store:
        store.erase("", ERASED)
        with store._database.reading() as connection:
            assert connection.execute(text("PRAGMA freelist_count")).scalar() == 0
    assert found_in(folder, marks) == {"nextplay.db": 0}


def test_an_erased_account_is_gone_everywhere(store: Store) -> None:
    """No decision, record, action or history is left, on each database; a tenant's namesake keeps all of its own."""
    decisions = fill(store, ERASED, MARK)
    store.log([replace(decisions[0], tenant="them")])
    store.erase("", ERASED)
    assert store.history("", ERASED) == ()
    assert store.decisions("", ERASED, size=9) == ()
    assert store.actions("", WorklistFilter(), size=9) == ()
    with pytest.raises(NotRemembered):
        store.decision("", decisions[0].decision_id)
    assert list(store.records()) == []
    exported = store.export("", ERASED)
    assert exported == {
        "tenant": "", "account_id": ERASED, "erased": True, "decisions": [], "records": [], "actions": []
    }  # fmt: skip
    assert store.latest("them", ERASED).logged.tenant == "them"
    assert store.export("them", ERASED)["erased"] is False
    assert store.status().tombstones == 1


def test_a_tombstone_blocks_late_writes(store: Store) -> None:
    """A decision still queued is left out, whatever is told is refused, also a repetition; other accounts go on."""
    decisions = fill(store, ERASED, MARK)
    store.erase("", ERASED)
    assert store.log([decisions[0], a_decision(), decisions[1]]) == 2
    late = Hold(ERASED, None, date(2026, 4, 1), f"hold {MARK}", T0, MARK)
    for request_id in (f"req-{MARK}-4", "new"):
        with pytest.raises(AccountErased):
            store.record("", request_id, late)
    with pytest.raises(AccountErased):
        store.record("", "late", a_reaction("accepted", decisions[0].actions[0].action_id, account_id=ERASED))
    assert [stored.logged.account_id for stored in store.logged()] == ["acme"]
    assert list(store.records()) == []
    assert store.erase("", ERASED) == {"decisions": 0, "records": 0, "actions": 0}
    assert store.status().tombstones == 1


def test_tombstones_tell_nobody_whose_they_are(store: Store) -> None:
    """The hash is keyed by a key of this store, of which two have never the same."""
    store.erase("", ERASED)
    store.erase("", "another")
    with store._database.reading() as connection:
        hashes = connection.execute(select(TOMBSTONES.c.keyed_hash)).scalars().all()
        keys = connection.execute(select(META.c.value)).scalars().all()
    assert len(set(hashes)) == 2
    assert len(keys) == 1
    assert len(keys[0]) == 32
    assert not any(ERASED in keyed_hash for keyed_hash in hashes)


def test_writers_and_an_eraser_at_once_leave_nothing(store: Store) -> None:
    """However writes and the erasing interleave, afterwards there is no row of the account."""

    def write(number: int) -> None:
        store.log([rich_decision(ERASED, MARK, number)])
        try:
            store.record("", f"r-{number}", Hold(ERASED, None, date(2026, 4, 1), "x", T0))
        except AccountErased:
            return

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, number) for number in range(40)]
        writes[7].result()
        store.erase("", ERASED)
        for write_done in writes:
            write_done.result()
    assert (store.status().decisions, store.status().records, store.status().actions) == (0, 0, 0)


def test_erasing_again_finishes_what_a_reader_kept_from_ending(
    sqlite_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody reads on, the files cannot be cleaned: that is said, and the next time it is done."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    with Store.open(sqlite_url, clock=clock) as store, Store.open(sqlite_url, clock=clock) as other:
        marks = marks_of(fill(store, ERASED, MARK))
        with other._database.reading(at_once=True) as connection:
            connection.execute(text("SELECT count(*) FROM decisions")).all()
            with pytest.raises(StoreUnavailable, match="erase it again"):
                store.erase("", ERASED)
        assert store.decisions("", ERASED, size=1) == ()
        store.erase("", ERASED)
        assert set(found_in(folder, marks).values()) == {0}


def test_an_export_has_everything_as_json(store: Store) -> None:
    """All rows of the account, with questions and answers as documents, and nothing of anybody else."""
    decisions = fill(store, ERASED, MARK)
    fill(store, "other", "stranger")
    exported = store.export("", ERASED)
    assert [row["question"] for row in exported["decisions"]] == [json.loads(each.question) for each in decisions]
    assert exported["decisions"][0]["actions"][0]["title"] == f"Call {MARK}"
    assert exported["decisions"][0]["masked"] == ["profile.name"]
    assert [row["method"] for row in exported["records"]] == ["reaction", "reaction", "answer", "outcome", "hold"]
    assert exported["records"][3]["annual_value"] == 5.0
    assert {row["state"] for row in exported["actions"]} == {"done", "new"}
    written = canonical_json(exported).decode()
    assert "stranger" not in written
    assert '"decided_at":"2026-03-02T09:00:00Z"' in written


def test_an_export_goes_on_after_a_damaged_document(store: Store) -> None:
    """One answer that cannot be read any more says so in its place; everything else is given out."""
    decisions = fill(store, ERASED, MARK)
    with store._database.writing() as connection:
        connection.execute(
            DECISIONS.update().where(DECISIONS.c.decision_id == decisions[0].decision_id).values(answer=b"\0")
        )
    first, *others = store.export("", ERASED)["decisions"]
    assert "cannot be read" in first["answer"]["damaged"]
    assert first["question"] == json.loads(decisions[0].question)
    assert [row["answer"] for row in others] == [json.loads(each.answer) for each in decisions[1:]]


def test_what_is_old_is_forgotten(store: Store, clock: Clock) -> None:
    """Decisions, records and actions from before the instant go, what is from it or later stays."""
    store.log([a_decision(an_action("old"), account_id="left")])
    store.record("", "r-1", Answer("left", "g", "yes", T0))
    now = clock.later(days=400)
    store.log([a_decision(an_action("new"), at=now)])
    store.record("", "r-2", Answer("acme", "g", "yes", now))
    assert store.expire(now) == {"actions": 1, "decisions": 1, "records": 1}
    assert [stored.logged.account_id for stored in store.logged()] == ["acme"]
    assert [record.request_id for record in store.records()] == ["r-2"]
    assert [action.action_id for action in store.actions("", WorklistFilter(), size=9)] == ["new"]
    assert store.expire(now) == {"actions": 0, "decisions": 0, "records": 0}


def test_what_is_being_worked_on_stays(store: Store, clock: Clock) -> None:
    """An open action that somebody moved since keeps its newest decision and its account's records."""
    first = a_decision(an_action("open"), an_action("done"))
    store.log([first])
    second = a_decision(an_action("open"), an_action("done"), at=clock.later(hours=1))
    store.log([second, a_decision(an_action("b-done"), account_id="b", at=clock.now)])
    store.record("", "r-1", Answer("acme", "g", "yes", T0))
    store.record("", "r-2", Answer("b", "g", "yes", T0))
    now = clock.later(days=100)
    store.record("", "r-3", a_reaction("accepted", "open", at=now))
    store.record("", "r-4", a_reaction("completed", "done", at=now))
    store.record("", "r-5", a_reaction("completed", "b-done", account_id="b", at=now))
    assert store.expire(now) == {"actions": 0, "decisions": 2, "records": 1}
    assert [stored.logged.decision_id for stored in store.logged()] == [second.decision_id]
    assert [record.request_id for record in store.records()] == ["r-1", "r-3", "r-4", "r-5"]
    assert store.expire(clock.later(days=100)) == {"actions": 3, "decisions": 1, "records": 4}


def test_holds_and_snoozes_that_still_last_stay(store: Store, clock: Clock) -> None:
    """What is held back until today or later is not forgotten for its age."""
    for number, until in enumerate([date(2026, 9, 1), date(2026, 9, 2)]):
        store.record("", f"r-{number}", Hold("acme", f"p{number}", until, "x", T0))
    clock.now = T0.replace(month=9)
    assert store.expire(clock.now)["records"] == 1
    assert [record.request_id for record in store.records()] == ["r-1"]


def test_much_is_forgotten_in_portions(store: Store, clock: Clock) -> None:
    """More rows than one transaction takes go all the same."""
    store.log([a_decision(account_id=f"a{number}") for number in range(2300)])
    assert store.expire(clock.later(days=1))["decisions"] == 2300
