"""`transformers serve` on the loopback, in a process of its own: a model of this machine behind an address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from pfviz.errors import ModelError

REQUIRED_PACKAGES = ("openai", "fastapi", "uvicorn", "pydantic")
"""Packages that the server imports beside transformers."""

STARTUP_TIMEOUT = 300.0
"""Seconds until it answers, on a busy machine."""


@contextmanager
def serve_model(
    model: str | Path, *, device: str = "cpu", dtype: str = "auto", threads: int = 1, patience: float = STARTUP_TIMEOUT
) -> Iterator[str]:
    """The address of a server of that folder, from when it answers until the context is left. It computes on `device`
    in `dtype` ("auto": that of the weights), with so many threads; `patience` is in seconds.

    Raises:
        ModelError: a package is missing, or the server ended early or did not answer; with the last of what it said.
    """
    if missing := [name for name in REQUIRED_PACKAGES if find_spec(name) is None]:
        raise ModelError(
            f"transformers serve needs {' and '.join(missing)}, which is not installed here: "
            "pip install 'transformers[serving]'."
        )
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", "from transformers.cli.transformers import main; main()", "serve", str(model)]
    options = ["--device", device, "--dtype", dtype, "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(threads)}
    with TemporaryDirectory(prefix="pfviz-serve-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*command, *options], env=os.environ | quiet, stdout=output, stderr=subprocess.STDOUT, cwd=folder
            )
            try:
                _wait_until_ready(address, server, log, patience)
                yield address
            finally:
                server.kill()
                server.wait()


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while server.poll() is None:
        try:
            if httpx.get(f"{address}/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > until:
            raise ModelError(f"transformers serve did not answer within {patience:g} s: {_log_tail(log)}")
        time.sleep(0.2)
    raise ModelError(f"transformers serve ended with {server.returncode} before it answered: {_log_tail(log)}")


def _log_tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace").strip()[-500:] or "it said nothing"
