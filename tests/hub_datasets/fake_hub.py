"""A stand-in for the HTTP interface of the Hugging Face Hub, as far as data sets need it, on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_secretsecretsecret"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What the Hub holds: data sets by name. `fail` is a status that every request is answered with."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: dict[str, bool] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)  # that were sent
    fail: int = 0
    endpoint: str = ""


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_request(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        self.hub.tokens.append(token)
        path = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        if self.hub.fail:
            return self.answer({"error": f"no, {token}"}, self.hub.fail)
        if path == ["api", "repos", "create"]:
            return self.create(json.loads(body), token)
        if path == ["api", "validate-yaml"]:
            return self.answer({"errors": [], "warnings": []})
        repository = "/".join(path[2:4] if path[0] == "api" else path[1:3])
        if repository not in self.hub.files or (self.hub.private[repository] and token != TOKEN):
            return self.answer({"error": "not found"}, 404, X_Error_Code="RepoNotFound")
        files = self.hub.files[repository]
        match path:
            case ["api", "datasets", _, _] | ["api", "datasets", _, _, "revision", _]:
                return self.answer({"id": repository, "private": self.hub.private[repository], "sha": COMMIT})
            case ["api", "datasets", _, _, "preupload", _]:
                asked = json.loads(body)["files"]
                return self.answer({"files": [
                    {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in asked
                ]})  # fmt: skip
            case ["api", "datasets", _, _, "commit", _]:
                for line in map(json.loads, body.decode().splitlines()):
                    if line["key"] == "file":
                        files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
                address = f"{self.hub.endpoint}/datasets/{repository}/commit/{COMMIT}"
                return self.answer({"success": True, "commitOid": COMMIT, "commitUrl": address, "hookOutput": ""})
            case ["api", "datasets", _, _, "tree", *_]:
                return self.answer([
                    {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                    for name, content in files.items()
                ])  # fmt: skip
            case ["datasets", _, _, "resolve", _, *name]:
                content = files["/".join(name)]
                tag = hashlib.sha1(content).hexdigest()
                return self.answer(content, ETag=f'"{tag}"', X_Repo_Commit=COMMIT)
        return self.answer({"error": f"unknown {self.path}"}, 500)

    def do_GET(self) -> None:
        self.handle_request()

    def do_HEAD(self) -> None:
        self.handle_request()

    def do_POST(self) -> None:
        self.handle_request()

    def create(self, asked: dict[str, Any], token: str) -> None:
        if token != TOKEN:
            return self.answer({"error": "Unauthorized"}, 401)
        repository = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
        if repository in self.hub.files:
            return self.answer({"error": "exists", "url": f"{self.hub.endpoint}/datasets/{repository}"}, 409)
        self.hub.files[repository] = {}
        self.hub.private[repository] = bool(asked.get("private") or asked.get("visibility") == "private")
        return self.answer({"url": f"{self.hub.endpoint}/datasets/{repository}", "id": repository})


@contextmanager
def serve() -> Iterator[FakeHub]:
    """The Hub, as long as it is wanted."""
    hub = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
