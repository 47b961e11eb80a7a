"""A change of rules or model is taken when it is good, refused when it is not, and never seen in halves."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from tests.service.asking import STUCK, question, stub
from tests.service.conftest import ROOT, Running, running

from nextplay._proto.nextplay.v1 import decision_pb2, rulebook_service_pb2
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.decider import Decider
from nextplay.release import Release, load_release
from nextplay.rules.compile import content_hash
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.clock import utc_now
from nextplay.service.folders import Folders
from nextplay.service.refusal import NotReady
from nextplay.service.releases import Releases
from nextplay.snapshot import read_snapshot

SMALL = ROOT / "tests" / "rules" / "small"
MARK = "Second "
FULL = decision_pb2.Options(explanation="full")


def release_of(channel: grpc.Channel) -> rulebook_service_pb2.GetReleaseResponse:
    """Ask what serves."""
    return RulebookServiceStub(channel).GetRelease(rulebook_service_pb2.GetReleaseRequest(), timeout=30)


def reload(channel: grpc.Channel) -> rulebook_service_pb2.ReloadReleaseResponse:
    """Load now."""
    return RulebookServiceStub(channel).ReloadRelease(rulebook_service_pb2.ReloadReleaseRequest(), timeout=60)


def write_edition(folders: Folders, mark: str) -> None:
    """Write the small rulebook with `mark` before every title, file by file, as an editor or a copy would."""
    for path in sorted(SMALL.rglob("*.yaml")):
        text = path.read_text().replace("title: {en: ", f"title: {{en: {mark}")
        (folders.rules / path.relative_to(SMALL)).write_text(text)


def marks(decision: decision_pb2.Decision) -> set[bool]:
    """Tell of every title in a decision whether it is of the second edition."""
    titles = [gap.title for gap in decision.gaps] + [action.title for action in decision.actions]
    titles += [evidence.title for gap in decision.gaps for evidence in (*gap.evidence, *gap.evidence_against)]
    return {title.startswith(MARK) for title in titles}


def eventually(holds: Callable[[], bool], *, seconds: float = 20) -> float:
    """Ask until something holds; gives the seconds that it took."""
    began = time.monotonic()
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < began + seconds
        pause.wait(0.02)
    return time.monotonic() - began


def test_a_change_is_taken_by_itself(own: Running) -> None:
    """A changed rulebook serves without any call, and the log and `GetRelease` say so."""
    before = release_of(own.channel)
    write_edition(own.folders, MARK)
    expected = content_hash(read_rulebook_folder(own.folders.rules))
    eventually(lambda: release_of(own.channel).release.id.rulebook_hash == expected)
    after = release_of(own.channel)
    assert after.releases_taken >= 2  # every file that was written may have made a sound rulebook of its own
    assert after.release.id.model_hash == before.release.id.model_hash
    answer = stub(own.channel).Decide(question())
    assert answer.decision.release == after.release.id
    assert marks(answer.decision) == {True}
    taken = [line["release"] for line in own.events("release_taken")]
    assert (taken[0], taken[-1]) == (before.release.id.release, after.release.id.release)


def test_reload_on_demand(own: Running) -> None:
    """`ReloadRelease` takes a change at once, and finds nothing to do the second time."""
    write_edition(own.folders, MARK)
    first, second = reload(own.channel), reload(own.channel)
    assert first.outcome in {"taken", "unchanged"}  # the watch may have been first
    assert (second.outcome, second.release, second.error) == ("unchanged", first.release, "")
    assert marks(stub(own.channel).Decide(question()).decision) == {True}


def break_a_file(folders: Folders) -> None:
    """Write a file that is cut in the middle."""
    path = folders.rules / "plays" / "plays.yaml"
    path.write_bytes(path.read_bytes()[:700])


def empty_a_file(folders: Folders) -> None:
    """Truncate a file, as an editor does before it writes."""
    (folders.rules / "gaps" / "gaps.yaml").write_bytes(b"")


def binary_file(folders: Folders) -> None:
    """Write something that is no text."""
    (folders.rules / "gaps" / "gaps.yaml").write_bytes(bytes(range(256)) * 10)


def lose_the_rulebook(folders: Folders) -> None:
    """Remove the main file."""
    (folders.rules / "rulebook.yaml").unlink()


def lose_the_folder(folders: Folders) -> None:
    """Move the whole folder away."""
    folders.rules.rename(folders.rules.with_name("elsewhere"))


def lose_the_model(folders: Folders) -> None:
    """Remove the pointer to the model."""
    (folders.models / "churn" / "current").unlink()


def damage_the_model(folders: Folders) -> None:
    """Change the artefact by one byte."""
    version = (folders.models / "churn" / "current").read_text().strip()
    (path,) = (folders.models / "churn" / version).glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.6", 1))


def fail_a_test(folders: Folders) -> None:
    """Expect something else than the rules give."""
    path = folders.rules / "tests" / "empty_test.yaml"
    path.write_text(path.read_text().replace("diagnosis: undetermined", "diagnosis: cx"))


@pytest.mark.parametrize(
    "spoil",
    [
        break_a_file,
        empty_a_file,
        binary_file,
        lose_the_rulebook,
        lose_the_folder,
        lose_the_model,
        damage_the_model,
        fail_a_test,
    ],
)
def test_last_good_keeps_serving(own: Running, spoil: Callable[[Folders], None]) -> None:
    """Whatever is wrong with the folders, the last good release answers, and the reason can be read and mended."""
    before = stub(own.channel).Decide(question()).decision
    spoil(own.folders)
    eventually(lambda: release_of(own.channel).last_error != "")
    refused, state = reload(own.channel), release_of(own.channel)
    assert (refused.outcome, refused.release.id) == ("refused", before.release)
    assert refused.error
    assert state.last_error_at
    assert state.releases_refused >= 1
    assert own.events("release_refused")
    assert stub(own.channel).Decide(question()).decision == before
    elsewhere = own.folders.rules.with_name("elsewhere")
    if elsewhere.exists():
        elsewhere.rename(own.folders.rules)
    restore(own.folders)
    assert reload(own.channel).outcome == "unchanged"
    assert (release_of(own.channel).last_error, release_of(own.channel).releases_taken) == ("", 1)


def restore(folders: Folders) -> None:
    """Put everything back as it was."""
    write_edition(folders, "")
    for path in (ROOT / "models").rglob("*"):
        if path.is_file():
            (folders.models / path.relative_to(ROOT / "models")).write_bytes(path.read_bytes())


def test_refusal_names_the_faults(own: Running) -> None:
    """`ReloadRelease` answers a broken rulebook with file, line and code, and failing tests with their names."""
    (own.folders.rules / "gaps" / "gaps.yaml").write_text("- id: lonely\n  sort: cx\n")
    faults = reload(own.channel).faults
    assert {fault.path for fault in faults} >= {"gaps/gaps.yaml"}
    assert all(fault.line and fault.code and fault.message for fault in faults)
    restore(own.folders)
    fail_a_test(own.folders)
    (failed,) = reload(own.channel).failed_tests
    assert failed.startswith("tests/empty_test.yaml")


def switch(link: Path, edition: Path) -> None:
    """Let the link point to another folder in one step, as deployments of configuration do."""
    following = link.with_name("following")
    following.symlink_to(edition)
    following.replace(link)


def test_reloads_under_load(folders: Folders, tmp_path: Path) -> None:
    """Many reloads while clients decide: no call fails, and every answer is whole, of the one release that it names."""
    editions = [Folders(tmp_path / name, folders.models) for name in ("first", "second")]
    for edition, mark in zip(editions, ("", MARK), strict=True):
        shutil.copytree(folders.rules, edition.rules)
        write_edition(edition, mark)
    link = tmp_path / "link"
    switch(link, editions[1].rules)
    done, failures, answers = threading.Event(), list[grpc.RpcError](), list[decision_pb2.Decision]()

    def ask(channel: grpc.Channel) -> None:
        while not done.is_set():
            try:
                answers.append(stub(channel).Decide(question(options=FULL), timeout=30).decision)
            except grpc.RpcError as error:
                failures.append(error)

    with running(Folders(link, folders.models)) as service:
        second = release_of(service.channel).release.id.rulebook_hash
        askers = [threading.Thread(target=ask, args=(service.channel,), daemon=True) for _ in range(4)]
        for asker in askers:
            asker.start()
        for turn in range(12):
            switch(link, editions[turn % 2].rules)
            assert reload(service.channel).outcome in {"taken", "unchanged"}  # the watch may have been first
        done.set()
        for asker in askers:
            asker.join(30)
        state = release_of(service.channel)
    assert failures == []
    assert (state.releases_taken, state.releases_refused) == (13, 0)
    assert len({answer.release.rulebook_hash for answer in answers}) == 2
    for answer in answers:
        assert marks(answer) == {answer.release.rulebook_hash == second}


@pytest.fixture
def release() -> Release:
    """Load the small rulebook and the shipped model."""
    return load_release(SMALL, ROOT / "models")


class Closing:
    """An evaluator that tells when it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        """Count."""
        self.closed += 1


def test_a_release_is_closed_after_its_last_decision(release: Release) -> None:
    """A release that was replaced stays open for the calls that lease it, and is closed once by the last of them."""
    closing = Closing()
    former = replace(release, evaluator=closing)  # type: ignore[arg-type]  # only its end is asked about
    releases = Releases()
    releases.take(former, now=utc_now())
    with releases.lease() as one, releases.lease():
        releases.take(release, now=utc_now())
        assert one.release is former
        assert closing.closed == 0
        with releases.lease() as later:
            assert later.release is release
    assert closing.closed == 1
    assert Decider(release).decide(read_snapshot(STUCK)).decision_id
    releases.close()
    with pytest.raises(NotReady), releases.lease():
        pass


def test_an_unused_release_is_closed_at_once(release: Release) -> None:
    """Replacing a release that nobody uses closes it."""
    closing = Closing()
    releases = Releases()
    releases.take(replace(release, evaluator=closing), now=utc_now())  # type: ignore[arg-type]  # only its end is asked about
    releases.take(release, now=utc_now())
    assert closing.closed == 1
    releases.close()


def test_paths_are_told_without_the_machine(own: Running) -> None:
    """What a caller is told about rule files names them inside their folder."""
    (own.folders.rules / "gaps" / "gaps.yaml").write_text("- id: lonely\n")
    answer = reload(own.channel)
    assert str(Path(own.folders.rules).parent) not in answer.error + "".join(fault.path for fault in answer.faults)
