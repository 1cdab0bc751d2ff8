"""A Hub of our own on the loopback: it serves folders as models, and knows a gated one."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0" * 39 + "1"
_INFO = re.compile(r"/api/models/([\w.-]+/[\w.-]+)(?:/revision/\w+)?/?(?:\?.*)?$")
_FILE = re.compile(r"/([\w.-]+/[\w.-]+)/resolve/\w+/([^?]+)")


def _large_file(path: Path, damaged: bool) -> dict[str, Any] | None:
    """What the Hub says of weights: the sum of their bytes."""
    if path.suffix != ".safetensors":
        return None
    content = path.read_bytes() + (b"more" if damaged else b"")
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": path.stat().st_size, "pointerSize": 134}


@contextmanager
def serve(
    models: Mapping[str, Path], gated: frozenset[str] = frozenset(), damaged: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The address of a Hub that has these models, id -> folder; of files named in `damaged` it tells a wrong sum."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self, body: bool) -> None:
            if found := _INFO.match(self.path):
                self._info(found[1], body)
            elif found := _FILE.match(self.path):
                self._file(found[1], found[2], body)
            else:
                self._send(404, b"", {}, body)

        def _info(self, name: str, body: bool) -> None:
            if name not in models and name not in gated:
                return self._send(401, b"", {"X-Error-Code": "RepoNotFound"}, body)
            # A gated model shows what it has; its files are refused.
            shown = [{"rfilename": file, "size": 9, "lfs": None} for file in ("config.json", "model.safetensors")]
            files = [] if name in gated else sorted(path for path in models[name].iterdir() if path.is_file())
            siblings = (
                shown
                if name in gated
                else [
                    {
                        "rfilename": path.name,
                        "size": path.stat().st_size,
                        "lfs": _large_file(path, path.name in damaged),
                    }
                    for path in files
                ]
            )
            told = {
                "cardData": {"license": "mit"},
                "id": name,
                "sha": COMMIT,
                "private": False,
                "gated": "manual" if name in gated else False,
                "tags": [],
                "siblings": siblings,
            }
            self._send(200, json.dumps(told).encode(), {"Content-Type": "application/json"}, body)

        def _file(self, name: str, file: str, body: bool) -> None:
            if name in gated:
                return self._send(403, b"", {"X-Error-Code": "GatedRepo"}, body)
            if name not in models:
                return self._send(401, b"", {"X-Error-Code": "RepoNotFound"}, body)
            path = models[name] / file
            if not path.is_file():
                return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, body)
            content = path.read_bytes()
            tag = hashlib.sha256(content).hexdigest()
            self._send(200, content, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}, body)

        def _send(self, status: int, content: bytes, headers: Mapping[str, str], body: bool) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
