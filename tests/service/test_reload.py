"""A change of rules or model is taken when it is good, refused when it is not, and never seen in halves."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import grpc
import pytest
from tests.service.asking import STUCK, question, stub
from tests.service.conftest import ROOT, Running, running

from nextplay._proto.nextplay.v1 import decision_pb2, rulebook_service_pb2
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.errors import EngineFault, ModelInvalid
from nextplay.facts import ItemKind
from nextplay.release import Release, load_release
from nextplay.rules.compile import content_hash
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.api import DecisionApi
from nextplay.service.clock import utc_now
from nextplay.service.endpoints import decision_endpoints
from nextplay.service.folders import Folders, Holding
from nextplay.service.guard import Call
from nextplay.service.refusal import NotReady
from nextplay.service.releases import Releases
from nextplay.service.reloader import Reloader
from nextplay.service.telemetry import Journal, json_lines
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
    eventually(lambda: own.events("release_taken")[-1]["rulebook_hash"] == expected)  # the last thing that is done
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


def lose_all_models(folders: Folders) -> None:
    """Remove the folder of models."""
    shutil.rmtree(folders.models)


@pytest.mark.parametrize("spoil", [damage_the_model, lose_the_model, lose_all_models])
def test_without_a_model_the_rules_serve_alone(folders: Folders, spoil: Callable[[Folders], None]) -> None:
    """Where no model can serve at the start, answers are degraded and the reason is told, until there is a good one."""
    whole = shutil.copytree(folders.models, folders.models.with_name("whole"))
    spoil(folders)
    with running(folders) as service:
        churn = stub(service.channel).Decide(question()).decision.churn
        assert (churn.degraded, churn.HasField("probability"), churn.provenance) == (True, False, "")
        told = release_of(service.channel)
        assert (told.releases_taken, told.release.model_version, told.release.id.model_hash) == (1, "", "")
        assert told.last_error
        shutil.copytree(whole, folders.models, dirs_exist_ok=True)
        eventually(lambda: release_of(service.channel).last_error == "")
        churn = stub(service.channel).Decide(question()).decision.churn
        assert (churn.degraded, churn.HasField("probability"), churn.provenance) == (False, True, "synthetic")


def test_a_mended_fault_is_told_until_what_mends_it_serves(folders: Folders) -> None:
    """Whoever reads that nothing is wrong any more is answered by the good release, never by the one before."""
    told: list[bool] = []

    class Telling(Releases):
        """Notes, at the very moment before a release serves, whether a fault is still told."""

        def take(self, release: Release, *, now: datetime) -> None:
            told.append(reloader.state.last_error is not None)
            super().take(release, now=now)

    reloader = Reloader(folders, Telling(), journal=Journal(json_lines(io.BytesIO())))
    whole = shutil.copytree(folders.models, folders.models.with_name("whole"))
    lose_the_model(folders)
    assert reloader.load().outcome == "refused"
    assert reloader.load_rules_alone().outcome == "taken"
    shutil.copytree(whole, folders.models, dirs_exist_ok=True)
    assert reloader.load().outcome == "taken"
    assert told == [True, True]
    assert reloader.state.last_error is None


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


def two_editions(folders: Folders, target: Path) -> list[Folders]:
    """Write the rulebook twice, the second time with `MARK`."""
    editions = [Folders(target / name, folders.models) for name in ("first", "second")]
    for edition, mark in zip(editions, ("", MARK), strict=True):
        shutil.copytree(folders.rules, edition.rules)
        write_edition(edition, mark)
    return editions


def test_reloads_under_load(folders: Folders, tmp_path: Path) -> None:
    """Many reloads while clients decide: no call fails, and every answer is whole, of the one release that it names."""
    editions = two_editions(folders, tmp_path)
    link = tmp_path / "link"
    switch(link, editions[1].rules)
    done, failures = threading.Event(), list[grpc.RpcError]()
    answers, batches = list[decision_pb2.Decision](), list[list[decision_pb2.Decision]]()

    def ask(channel: grpc.Channel) -> None:
        answers.append(stub(channel).Decide(question(options=FULL), timeout=30).decision)

    def ask_many(channel: grpc.Channel) -> None:
        batch = pb.BatchDecideRequest(requests=[question(options=FULL)] * 30)
        batches.append([result.decision for result in stub(channel).BatchDecide(batch, timeout=30).results])

    def ask_on(channel: grpc.Channel, one: Callable[[grpc.Channel], None]) -> None:
        while not done.is_set():
            try:
                one(channel)
            except grpc.RpcError as error:
                failures.append(error)

    with running(Folders(link, folders.models)) as service:
        second = release_of(service.channel).release.id.rulebook_hash
        asking = [(service.channel, one) for one in (ask, ask, ask, ask_many)]
        askers = [threading.Thread(target=ask_on, args=arguments, daemon=True) for arguments in asking]
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
    assert {len({answer.release.release for answer in batch}) for batch in batches} == {1}
    for answer in chain(answers, *batches):
        assert marks(answer) == {answer.release.rulebook_hash == second}


class Interrupted(Call):
    """A call that does something before each of its items."""

    def __init__(self, *ahead: Callable[[], None]) -> None:
        self._ahead = iter(ahead)

    def check_time(self) -> None:
        """Do the next."""
        next(self._ahead)()


def test_a_batch_is_of_one_release(folders: Folders) -> None:
    """A release that is taken between two accounts of a batch serves the next call, and not the rest of this one."""
    first = load_release(folders.rules, folders.models)
    write_edition(folders, MARK)
    second = load_release(folders.rules, folders.models)
    releases = Releases()
    releases.take(first, now=utc_now())
    call = Interrupted(lambda: None, lambda: releases.take(second, now=utc_now()), lambda: None)
    decide_all = decision_endpoints(DecisionApi(releases, journal=Journal(json_lines(io.BytesIO()))), Options())
    raw = pb.BatchDecideRequest(requests=[question()] * 3).SerializeToString()
    answer = pb.BatchDecideResponse.FromString(decide_all["BatchDecide"](raw, call))
    releases.close()
    assert [result.decision.release.release for result in answer.results] == [first.release_id.release] * 3


def reloader_of(folders: Folders) -> tuple[Reloader, Releases]:
    """Return an eager reloader without a server, and where it loads into."""
    journal, releases = Journal(json_lines(io.BytesIO())), Releases()
    return Reloader(folders, releases, journal=journal, poll_seconds=0.02, retry_seconds=0.1), releases


def test_what_was_digested_is_what_is_loaded(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that changes after the folders were read is not loaded under the digest of the one before."""
    reloader, releases = reloader_of(folders)
    expected = load_release(folders.rules, folders.models)
    read = Folders.read

    def read_and_damage(self: Folders) -> Holding:
        holding = read(self)
        damage_the_model(self)
        return holding

    monkeypatch.setattr(Folders, "read", read_and_damage)
    assert reloader.load().outcome == "taken"
    assert releases.current is not None
    assert releases.current.release.release_id == expected.release_id
    releases.close()


def fail_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the next load of a release fail, as it would for a moment without memory."""
    failing = iter([error])

    def load(*arguments: Any, **options: Any) -> Release:  # noqa: ANN401  those of `load_release`
        for one in failing:
            raise one
        return load_release(*arguments, **options)

    monkeypatch.setattr("nextplay.service.reloader.load_release", load)


@pytest.mark.parametrize("error", [EngineFault("odd"), MemoryError()])
def test_a_passing_fault_is_not_remembered(folders: Folders, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content that met a fault of ours is taken at the next look, though it did not change."""
    reloader, releases = reloader_of(folders)
    fail_once(monkeypatch, error)
    assert [reloader.load().outcome, reloader.load().outcome] == ["refused", "taken"]
    releases.close()


def test_a_refusal_is_remembered_and_asked_again_on_demand(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with the content is not compiled at every look, but whoever asks for it gets another try."""
    reloader, releases = reloader_of(folders)
    fail_once(monkeypatch, ModelInvalid("odd"))
    outcomes = [reloader.load().outcome, reloader.load().outcome, reloader.load(again=True).outcome]
    assert outcomes == ["refused", "refused", "taken"]
    releases.close()


def test_the_watch_tries_again_after_a_fault_of_ours(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours does not keep good content out until somebody changes it."""
    hour_ahead = time.time_ns() + 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hour_ahead)  # the files are old, so only a second try finds them
    fail_once(monkeypatch, EngineFault("odd"))
    reloader, releases = reloader_of(folders)
    reloader.start()
    eventually(lambda: releases.current is not None)
    reloader.stop()
    assert (reloader.state.taken, reloader.state.refused) == (1, 1)
    releases.close()


@pytest.fixture
def release() -> Release:
    """Load the small rulebook and the shipped model."""
    return load_release(SMALL, ROOT / "models")


class Closing:
    """An evaluator that tells when it was closed."""

    def __init__(self) -> None:
        self.closed = 0
        self.by_item: dict[str, ItemKind] = {}

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
