"""Real Spark on this machine: a driver that stays quiet, and the settings that keep everything on the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]
_QUIET = "rootLogger.level = off\n"


_PATIENCE_SECONDS = 120.0


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[str]:
    """Run a standalone master and its workers as processes of their own, and yield the master's address."""
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    with ExitStack() as ends:
        master = ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port)]
        ends.enter_context(_running([*master, "--webui-port", str(free_port())], folder))
        _wait_for_listener(port)
        for number in range(workers):
            worker = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g"]
            places = ["--webui-port", str(free_port()), "--work-dir", str(folder / f"worker-{number}")]
            ends.enter_context(_running([*worker, *places, address], folder))
        yield address


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[None]:
    """Run a class of Spark's own, whose sayings go to a file, and end it."""
    home = Path(pyspark.__file__).parent
    with (folder / f"{command[0]}.log").open("ab") as log:
        names = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}
        names |= {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "SPARK_LOG_DIR": str(folder)}
        with subprocess.Popen(
            [str(home / "bin" / "spark-class"), *command], env=names, stdout=log, stderr=log, cwd=folder
        ) as process:
            try:
                yield
            finally:
                process.kill()


def free_port() -> int:
    """Return a port of the loopback that nobody has now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_listener(port: int) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < ends, "the master of Spark does not listen"
        time.sleep(0.1)


@contextmanager
def spark(master: str, folder: Path, **settings: str) -> Iterator[SparkSession]:
    """Run a driver against `master`, and stop it; its files go to `folder`."""
    quiet = folder / "log4j2.properties"
    quiet.write_text(_QUIET)
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    }
    told = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
        "spark.sql.shuffle.partitions": "2",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "America/Sao_Paulo",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(master).appName("nextplay")
    for name, value in (told | settings).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()
