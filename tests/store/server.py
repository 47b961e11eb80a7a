"""A real PostgreSQL for tests: Debian's binaries, on a free loopback port, in a temporary folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql
from tests.needed import needed

_USER: Final = "nextplay"
_READY_SECONDS: Final = 30.0


class PostgresServer:
    """One server. `start` and `stop` may alternate; it keeps its port and its data until `remove`.

    What it acknowledges is on the disk, unless `durable` is false: then it is quick, and no crash is part of a claim.
    """

    def __init__(self, *, durable: bool = True) -> None:
        """Make an empty cluster. As root it belongs to another user, since PostgreSQL refuses to run as root."""
        self._programs: Final = _programs()
        self.folder: Final = Path(tempfile.mkdtemp(prefix="nextplay-postgres-"))
        self._data: Final = self.folder / "data"
        self._as: Final = _somebody_else()
        if self._as:
            shutil.chown(self.folder, self._as["user"], self._as["group"])
        self.port: Final = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--no-sync", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C")
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{self.folder}'\n"
                "max_connections = 200\nshared_buffers = 16MB\nautovacuum = off\n"
                f"fsync = {'on' if durable else 'off'}\n"
            )

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database; the server asks for no password, but a URL has one."""
        return f"postgresql://{_USER}:unsaid-password@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data], stdout=log, stderr=log, cwd=self.folder, **self._as
        )
        log.close()
        give_up = time.monotonic() + _READY_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > give_up or self._process.poll() is not None:
                    pytest.fail(f"PostgreSQL does not start:\n{(self.folder / 'log').read_text()}")
                time.sleep(0.05)
            else:
                return

    def stop(self, *, at_once: bool = False) -> None:
        """Stop; `at_once` without writing anything more, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self._process.wait(timeout=_READY_SECONDS)
            self._process = None

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, database: str, *, template: str = "template1") -> str:
        """Make a database as a copy of another; return its URL."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever uses it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=self.folder, **self._as)
        if done.returncode:
            pytest.fail(f"{program} fails:\n{done.stderr}")


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs: Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else Path(needed("postgres")).resolve().parent


def _somebody_else() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
