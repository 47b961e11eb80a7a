"""A log that was filled as the service fills it comes out again to the byte, on both databases, and lies are found."""

from __future__ import annotations

import json

import pytest
from bench.remembered import fill
from bench.replay import replayed, report
from tests.authoring.whole_books import CHANGED, MODELS, SMALL
from tests.cli.console import ROOT, RULEBOOK
from tests.store.conftest import postgres, postgresql_url, ready_file, sqlite_url, store_url

from nextplay.authoring.replay import Differing, Logged, Replaying, replay
from nextplay.cli.replayed_log import ReplayedLog, latest_questions
from nextplay.release import load_release
from nextplay.service.clock import exact_now
from nextplay.store import Store

__all__ = ["postgres", "postgresql_url", "ready_file", "sqlite_url", "store_url"]  # the databases of the store's tests


def test_a_log_is_replayed_to_the_byte(store_url: str) -> None:
    """The shipped rules and model: every logged decision comes out again, with masks, a past, and beside page views."""
    found = replayed(store_url, ROOT / "rules", MODELS, decisions=60, accounts=20, workers=1)
    assert (found["replayed"], found["differ"], found["first"], found["of_other_releases"]) == (60, 0, [], 0)
    assert found["masked"] == 60
    assert min(found["with_history"], found["viewed"], found["told"]) > 0
    assert "60 decisions replayed" in report(found)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Fill a file of SQLite by the small rulebook."""
    url = f"sqlite:///{tmp_path_factory.mktemp('filled')}/nextplay.db"
    fill(url, RULEBOOK, MODELS, decisions=40, accounts=15)
    return url


@pytest.fixture
def log(filled: str) -> list[Logged]:
    """Read the log of the small rulebook."""
    release = load_release(SMALL, MODELS)
    release.close()
    with Store.open(filled, clock=exact_now) as store:
        return list(ReplayedLog(release=release.release_id.release).read(store))


def test_processes_change_nothing(log: list[Logged]) -> None:
    """Two processes find what one finds."""
    altered = [one._replace(answer=one.answer.replace(b'"kind"', b'"Kind"', 1)) for one in log]
    one, two = (replay(altered, Replaying(SMALL, MODELS), workers=workers) for workers in (1, 2))
    assert one == two
    assert one.differ > 0


def test_an_altered_answer_is_found(log: list[Logged]) -> None:
    """One changed value is told by the id of its decision and its path, and the value is not."""
    place = next(index for index, one in enumerate(log) if json.loads(one.answer)["actions"])
    answer = json.loads(log[place].answer)
    answer["actions"][0]["due_on"] = "1999-09-09"
    log[place] = log[place]._replace(answer=json.dumps(answer, sort_keys=True, separators=(",", ":")).encode())
    found = replay(log, Replaying(SMALL, MODELS), workers=1)
    assert (found.replayed, found.differ) == (40, 1)
    assert found.first == [Differing(log[place].decision_id, log[place].release, ("actions[0].due_on",))]


def test_an_altered_question_is_found(log: list[Logged]) -> None:
    """A question that gives another answer differs, and one that cannot be read is named as such."""
    question = json.loads(log[0].question)
    question["options"]["locale"] = "xx"
    log[0] = log[0]._replace(question=json.dumps(question).encode())
    log[1] = log[1]._replace(question=b'{"snapshot": {}}')
    log[2] = log[2]._replace(question=b"no JSON")
    found = replay(log[:4], Replaying(SMALL, MODELS), workers=1)
    assert found.differ == 3
    assert "locale" in "".join(found.first[0].paths) or found.first[0].paths
    assert [one.paths for one in found.first[1:]] == [("question",), ("question",)]


def test_an_id_that_has_no_mask_behind_it_is_compared(log: list[Logged]) -> None:
    """The id of a question without masks must come out as well; one made of values that are masked is carried over."""
    unmasked = [one._replace(masked=False) for one in log]
    found = replay(unmasked, Replaying(SMALL, MODELS), workers=1)
    assert found.differ == len(log)
    assert {one.paths for one in found.first} == {("decision_id",)}


def test_other_releases_are_counted_and_compared_if_asked(filled: str) -> None:
    """Without their rule files decisions are counted by release; compared, only real differences are told."""
    other = load_release(CHANGED, MODELS)
    other.close()
    with Store.open(filled, clock=exact_now) as store:
        left = ReplayedLog(release=other.release_id.release)
        assert list(left.read(store)) == []
        (release,) = left.others.values()
        assert release.decisions == 40
        asked = ReplayedLog(release=other.release_id.release, any_release=True)
        found = replay(asked.read(store), Replaying(CHANGED, MODELS), workers=1)
        same = ReplayedLog(release="r1-none", any_release=True)
        again = [one._replace(release="r1-elsewhere") for one in same.read(store)]
    assert found.replayed == 40
    assert 0 < found.differ < 40
    assert not any(path.startswith(("release", "decision_id")) for one in found.first for path in one.paths)
    assert replay(again, Replaying(SMALL, MODELS), workers=1).differ == 0


def test_the_latest_question_of_each_account(filled: str) -> None:
    """A difference asks about each account once, as it was asked last."""
    with Store.open(filled, clock=exact_now) as store:
        rows = list(latest_questions(store, since=None, limit=None))
        newest = {stored.logged.account_id: stored.logged.question for stored in store.logged()}
        few = list(latest_questions(store, since=None, limit=3))
    assert {row.text for row in rows} == set(newest.values())
    assert [row.number for row in rows] == list(range(1, len(newest) + 1))
    assert few == rows[:3]
