"""Talks to npm's `yaml-language-server` over stdio as an editor does: opens files, asks what fits, hears faults."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self

SERVER = Path(__file__).parent / "node_modules" / ".bin" / "yaml-language-server"
_PATIENCE_SECONDS = 60
_SETTINGS = {
    "yaml": {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}},
    "http": {},
    "editor": {"tabSize": 2},
    "files": {},
}


class LanguageServer:
    """One running server. Whatever it asks for itself is answered as an editor without settings of its own would."""

    def __init__(self, folder: Path) -> None:
        """Start the server on a folder of rule files."""
        self._process = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answers: dict[int, Queue[Any]] = {}
        self._faults: dict[str, Queue[list[dict[str, Any]]]] = {}
        self._asked = 0
        Thread(target=self._listen, daemon=True).start()
        self._request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._process.kill()
        self._process.communicate()

    def faults(self, folder: Path, text: str) -> list[str]:
        """Open a new file with `text` in `folder` and return what the server finds wrong, as `line: message`."""
        found = self._faults[self._open(folder, text)].get(timeout=_PATIENCE_SECONDS)
        return [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in found]

    def completions(self, folder: Path, text: str) -> set[str]:
        """Open a new file with `text`, the cursor where `|` stands in it, and return what is offered there."""
        before, _, after = text.partition("|")
        document = {"uri": self._open(folder, before + after)}
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        offered = self._request("textDocument/completion", {"textDocument": document, "position": position})
        return {str(item["label"]) for item in (offered or {}).get("items", ())}

    def _open(self, folder: Path, text: str) -> str:
        """Open a file that was never open before: what the server still says about an old one cannot be mistaken."""
        uri = (folder / f"written_{len(self._faults)}.yaml").as_uri()
        self._faults[uri] = Queue()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def _request(self, method: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401  whatever the server answers
        self._asked += 1
        number, answer = self._asked, Queue[Any]()
        self._answers[number] = answer
        self._send({"id": number, "method": method, "params": parameters})
        return answer.get(timeout=_PATIENCE_SECONDS)

    def _notify(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while header := self._process.stdout.readline():
            length = int(header.partition(b":")[2])
            while self._process.stdout.readline().strip():
                pass
            self._hear(json.loads(self._process.stdout.read(length)))

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            uri = message["params"]["uri"]
            if uri in self._faults:
                self._faults[uri].put(message["params"]["diagnostics"])
        elif "method" in message and "id" in message:
            asked = message["params"].get("items", ()) if message["method"] == "workspace/configuration" else None
            settings = None if asked is None else [_SETTINGS.get(item.get("section")) for item in asked]
            self._send({"id": message["id"], "result": settings})
        elif "id" in message:
            assert "error" not in message, message
            self._answers[message["id"]].put(message.get("result"))
