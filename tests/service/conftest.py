"""A real server on a free port of this machine, with the small rulebook of the test suite and the shipped model."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import orjson
import pytest
from tests.store.conftest import postgres, postgresql_url, ready_file, sqlite_url

from nextplay.service.app import App
from nextplay.service.folders import Folders
from nextplay.service.telemetry import Journal, json_lines
from nextplay.settings import Settings

__all__ = ["postgres", "postgresql_url", "ready_file", "sqlite_url"]  # the databases of the store's own tests
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Running:
    """A server that answers, a channel to it, its folders, and what it logs."""

    app: App
    channel: grpc.Channel
    folders: Folders
    log: io.BytesIO

    def events(self, name: str) -> list[dict[str, object]]:
        """Return the log lines of one kind so far."""
        lines = [orjson.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == name]


def copied_folders(target: Path) -> Folders:
    """Copy rules and models where a test may change them."""
    rules = shutil.copytree(ROOT / "tests" / "rules" / "small", target / "rules")
    models = shutil.copytree(ROOT / "models", target / "models")
    return Folders(rules, models)


def settings_of(folders: Folders, **changes: object) -> Settings:
    """Return settings for a server that stops at once, with what a test changes."""
    store = f"sqlite:///{folders.rules.parent / 'nextplay.db'}"
    values = {"port": 0, "rules": folders.rules, "models": folders.models, "drain_seconds": 0, "grace_seconds": 5}
    return Settings.model_validate(values | {"store": store} | changes)


@contextmanager
def running(folders: Folders, **changes: object) -> Iterator[Running]:
    """Start a server, and stop it at the end."""
    log = io.BytesIO()
    app = App(settings_of(folders, **changes), journal=Journal(json_lines(log)))
    with app, grpc.insecure_channel(f"127.0.0.1:{app.port}") as channel:
        yield Running(app, channel, folders, log)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one server for all tests of a module that change nothing about it."""
    with running(copied_folders(tmp_path_factory.mktemp("shared"))) as service:
        yield service


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Copy rules and models for one test."""
    return copied_folders(tmp_path)


@pytest.fixture
def own(folders: Folders) -> Iterator[Running]:
    """Run one server for one test, which may change its folders."""
    with running(folders) as service:
        yield service
