"""The page about the memory is run as a reader runs it: its shell blocks, one after the other, against a server."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay.service.app import App
from nextplay.service.memory_endpoints import METHODS
from nextplay.service.telemetry import Journal, json_lines
from nextplay.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "memory.md").read_text(encoding="utf-8")


def test_the_page_runs(tmp_path: Path) -> None:
    """Every command of the page succeeds, and the account takes the course that the page tells."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    values = {"port": 0, "rules": ROOT / "rules", "models": ROOT / "models", "drain_seconds": 0, "grace_seconds": 5}
    settings = Settings.model_validate(values | {"store": f"sqlite:///{tmp_path / 'nextplay.db'}"})
    with App(settings, journal=Journal(json_lines(io.BytesIO()))) as app:
        blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
        script = "\n".join(blocks).replace("127.0.0.1:50051", f"127.0.0.1:{app.port}")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=tmp_path,
            env={"PATH": path, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    told = re.findall(r'"(reaction|answer|hold|outcome)Id"', done.stdout)
    assert told == ["reaction", "reaction", "reaction", "answer", "reaction", "hold", "outcome"]
    assert re.findall(r'"state": "(\w+)"', done.stdout) == ["open", "open"]  # of the decision, then on the worklist
    reasons = set(re.findall(r'\d+ +"reason": "(\w+)"', done.stdout))
    assert {"done", "held"} <= reasons <= {"done", "held", "eligibility"}  # what is not allowed anyway is told first
    assert '"nextPageToken": ""' not in done.stdout


def test_the_page_names_every_call() -> None:
    """Each call of the service stands in the table of calls."""
    table = PAGE.partition("## Which call when")[2].partition("\n## ")[0]
    methods = set(pb.DESCRIPTOR.services_by_name["DecisionService"].methods_by_name)
    assert set(METHODS) < methods
    assert {method for method in methods if f"`{method}`" not in table} == set()
