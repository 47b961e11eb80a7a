"""The folders are read as one state, and a change is told once they have come to rest."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from nextplay.errors import ModelInvalid
from nextplay.service.folders import Folders, FoldersUnreadable, FoldersWatch


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Make a folder of rules with two files, and one of models with one version."""
    (tmp_path / "rules" / "gaps").mkdir(parents=True)
    (tmp_path / "rules" / "rulebook.yaml").write_text("id: a\n")
    (tmp_path / "rules" / "gaps" / "one.yaml").write_text("[]\n")
    (tmp_path / "models" / "churn" / "v1").mkdir(parents=True)
    (tmp_path / "models" / "churn" / "v1" / "model.json").write_text("{}")
    (tmp_path / "models" / "churn" / "current").write_text("v1\n")
    return Folders(tmp_path / "rules", tmp_path / "models")


def aged(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files be old: a clock that is an hour ahead stands for an hour of waiting."""
    assert folders.stats()
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3600 * 10**9)


def test_everything_counts(folders: Folders) -> None:
    """A change of a rule file, its name, the model or the version in use gives another digest."""
    digests = {folders.read().digest}
    (folders.rules / "gaps" / "one.yaml").write_text("[1]\n")
    digests.add(folders.read().digest)
    (folders.rules / "gaps" / "one.yaml").rename(folders.rules / "gaps" / "two.yaml")
    digests.add(folders.read().digest)
    (folders.models / "churn" / "v1" / "model.json").write_text("{ }")
    digests.add(folders.read().digest)
    shutil.copytree(folders.models / "churn" / "v1", folders.models / "churn" / "v2")
    (folders.models / "churn" / "current").write_text("v2")
    digests.add(folders.read().digest)
    assert len(digests) == 5


def test_equal_content_is_equal(folders: Folders) -> None:
    """Writing the same bytes again changes the times and not the digest."""
    before = folders.read()
    (folders.rules / "rulebook.yaml").write_text("id: a\n")
    assert folders.read() == before


def test_missing_folders(folders: Folders, tmp_path: Path) -> None:
    """A missing folder is told by its name, a missing pointer as a fault of the model."""
    with pytest.raises(FoldersUnreadable, match=r"nowhere` is no folder"):
        Folders(tmp_path / "nowhere", folders.models).read()
    with pytest.raises(ModelInvalid):
        Folders(folders.rules, tmp_path / "nowhere").read()


def test_a_change_is_due_once_it_is_at_rest(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is not read while it may go on, and is due at the next look without one; then all is quiet."""
    aged(folders, monkeypatch)
    watch = FoldersWatch(folders)
    assert [watch.is_due(0.0), watch.is_due(0.25), watch.is_due(0.5)] == [False, True, False]
    (folders.rules / "gaps" / "three.yaml").write_text("[]\n")
    assert [watch.is_due(0.75), watch.is_due(1.0), watch.is_due(1.25)] == [False, True, False]
    (folders.rules / "gaps" / "three.yaml").unlink()
    assert [watch.is_due(1.5), watch.is_due(1.75)] == [False, True]


def test_restless_folders_are_read_in_time(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that change at every look are read after a second all the same."""
    aged(folders, monkeypatch)
    watch = FoldersWatch(folders)
    due = []
    for look in range(6):
        (folders.rules / "gaps" / f"new_{look}.yaml").write_text("[]\n")
        due.append(watch.is_due(look * 0.25))
    assert due == [False, False, False, False, True, True]


def test_young_files_are_compared_by_content(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file written a moment ago may change within the same tick of the clock, so it is read again."""
    present = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: present)
    watch = FoldersWatch(folders)
    assert [watch.is_due(0.0), watch.is_due(0.25), watch.is_due(0.5)] == [False, True, True]


def test_links_to_nowhere_are_no_end(folders: Folders) -> None:
    """A broken link among the files does not stop the watch."""
    (folders.rules / "gaps" / "link.txt").symlink_to("nowhere")
    assert folders.read().rules.keys() == {"rulebook.yaml", "gaps/one.yaml"}
