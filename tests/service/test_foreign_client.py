"""A client that knows nothing of Nextplay works over reflection: `buf curl` from a JSON file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.service.conftest import ROOT, Running


def buf_curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `buf curl` in plain HTTP/2, as gRPC without TLS demands."""
    buf = shutil.which("buf", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    assert buf is not None
    command = [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def url(shared: Running) -> str:
    """Return the address of the server."""
    return f"http://127.0.0.1:{shared.app.port}"


def test_services_are_listed(url: str) -> None:
    """Reflection names the services of the contract and health."""
    listed = buf_curl("--list-services", url).stdout.split()
    assert {"nextplay.v1.DecisionService", "nextplay.v1.RulebookService", "grpc.health.v1.Health"} <= set(listed)


def test_decide_from_a_file(url: str, tmp_path: Path) -> None:
    """A decision for a snapshot in a JSON file, with nothing but the address."""
    snapshot = json.loads((ROOT / "examples" / "snapshots" / "slow_answers.json").read_text())
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"snapshot": snapshot, "request_id": "r-1"}))
    result = buf_curl("--data", f"@{request}", f"{url}/nextplay.v1.DecisionService/Decide")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["requestId"] == "r-1"
    assert answer["decision"]["accountId"] == snapshot["account_id"]
    assert answer["decision"]["gaps"]


def test_the_commands_of_the_readme_work(url: str) -> None:
    """What README says for `buf curl`, run as written but for the port, lists the services and gets a decision."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    (block,) = [block for block in blocks if "buf curl" in block]
    script = block.replace(". .venv/bin/activate\n", "").replace("http://127.0.0.1:50051", url)
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    shell = ["/bin/sh", "-e", "-c", script]
    ended = subprocess.run(
        shell, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    services, _, answer = ended.stdout.partition("{")
    assert "nextplay.v1.DecisionService" in services.split()
    assert json.loads("{" + answer)["decision"]["gaps"]


def test_mistakes_are_told(url: str, tmp_path: Path) -> None:
    """A malformed date comes back by its path; a key that the contract has not is refused by the client itself."""
    request = tmp_path / "request.json"
    method = f"{url}/nextplay.v1.DecisionService/Decide"
    request.write_text(json.dumps({"snapshot": {"account_id": "a", "contract": {"renewal_on": "soon"}}}))
    dated = buf_curl("--data", f"@{request}", method)
    request.write_text(json.dumps({"snapshot": {"account_id": "a", "contrct": {}}}))
    keyed = buf_curl("--data", f"@{request}", method)
    assert "snapshot.contract.renewal_on" in dated.stderr
    assert "invalid_argument" in dated.stderr
    assert 'unknown field "contrct"' in keyed.stderr
