"""What strategists and operators ask over the wire."""

from __future__ import annotations

import grpc
import pytest
from tests.service.asking import question, raw_call, refused, stub
from tests.service.conftest import Running

from nextplay._proto.nextplay.v1 import rulebook_service_pb2 as rb
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.rulebook_api import MOST_BYTES, MOST_FILE_BYTES, MOST_FILES


def files_of(running: Running) -> list[rb.RuleFile]:
    """Return the rule files that serve."""
    found = read_rulebook_folder(running.folders.rules)
    return [rb.RuleFile(path=path, content=content) for path, content in found.items()]


def check(running: Running, files: list[rb.RuleFile]) -> rb.CheckRulebookResponse:
    """Check files."""
    return RulebookServiceStub(running.channel).CheckRulebook(rb.CheckRulebookRequest(files=files), timeout=60)


def test_release(shared: Running) -> None:
    """The release tells what serves, and it is what decisions carry."""
    answer = RulebookServiceStub(shared.channel).GetRelease(rb.GetReleaseRequest(), timeout=30)
    release = answer.release
    assert (release.rulebook_id, release.rulebook_label) == ("small", "small rulebook of the test suite")
    assert (release.signals, release.gaps, release.plays) == (9, 4, 5)
    assert release.model_version
    assert release.loaded_at.endswith("Z")
    assert (answer.releases_taken, answer.releases_refused, answer.last_error) == (1, 0, "")
    assert not answer.HasField("last_error_at")
    assert stub(shared.channel).Decide(question()).decision.release == release.id


def test_check_of_a_sound_rulebook(shared: Running) -> None:
    """The files that serve are valid and have the hash that serves."""
    answer = check(shared, files_of(shared))
    serving = RulebookServiceStub(shared.channel).GetRelease(rb.GetReleaseRequest(), timeout=30).release.id
    assert (answer.valid, answer.rulebook_hash) == (True, serving.rulebook_hash)
    assert [fault for fault in answer.faults if fault.level == "error"] == []


def test_check_of_a_broken_rulebook(shared: Running) -> None:
    """Faults come back with file, line, column and code, and nothing of what serves changes."""
    files = [file for file in files_of(shared) if file.path != "gaps/gaps.yaml"]
    files.append(rb.RuleFile(path="gaps/gaps.yaml", content=b"- id: lonely\n  sort: cx\n"))
    before = stub(shared.channel).Decide(question()).decision
    answer = check(shared, files)
    assert (answer.valid, answer.rulebook_hash) == (False, "")
    assert any(
        (fault.path, fault.line, fault.level) == ("gaps/gaps.yaml", 2, "error") and fault.code and fault.message
        for fault in answer.faults
    )
    assert stub(shared.channel).Decide(question()).decision == before


def test_check_lists_a_thousand_faults_and_counts_the_rest(shared: Running) -> None:
    """An answer stays within its limit however many mistakes there are."""
    wrong = rb.RuleFile(path="signals/wrong.yaml", content=b"- {idd: a}\n" * 1500)
    answer = check(shared, [*files_of(shared), wrong])
    assert len(answer.faults) == 1000
    assert answer.more_faults > 0


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ([], ["files"]),
        ([("rulebook.yaml", b"")] * 2, ["files[1].path"]),
        ([(f"gaps/{n}.yaml", b"") for n in range(MOST_FILES + 1)], ["files"]),
        ([("/etc/passwd", b"")], ["files[0].path"]),
        ([("gaps/../../x.yaml", b"")], ["files[0].path"]),
        ([("gaps\\x.yaml", b"")], ["files[0].path"]),
        ([("gaps//x.yaml", b"")], ["files[0].path"]),
        ([("", b"")], ["files[0].path"]),
        ([("x\n.yaml", b"")], ["files[0].path"]),
        ([("x" * 201, b"")], ["files[0].path"]),
        ([("a.yaml", bytes(MOST_FILE_BYTES + 1))], ["files[0].content"]),
        ([(f"{n}.yaml", bytes(MOST_FILE_BYTES)) for n in range(MOST_BYTES // MOST_FILE_BYTES + 1)], ["files"]),
    ],
    ids=["none", "twice", "many", "absolute", "up", "backslash", "double", "empty", "newline", "long", "large", "all"],
)
def test_check_limits(shared: Running, files: list[tuple[str, bytes]], paths: list[str]) -> None:
    """Names leave no folder, and number and size of the files have limits, told by path."""
    answer = refused(lambda: check(shared, [rb.RuleFile(path=path, content=content) for path, content in files]))
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.paths == paths


@pytest.mark.parametrize("method", ["GetRelease", "CheckRulebook", "PreviewRulebook", "ReloadRelease"])
def test_unreadable_bodies(shared: Running, method: str) -> None:
    """Every call of the service refuses bytes that are no request."""
    answer = refused(lambda: raw_call(shared.channel, f"/nextplay.v1.RulebookService/{method}")(b"\xff"))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BODY_UNREADABLE")
