"""Starting `transformers serve`: what is said where it cannot be. A server that starts is in test_engines.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import served
from pfviz.errors import ModelError


def start(**options: float) -> None:
    with served.serve_model("no/such/folder", **options):  # type: ignore[arg-type]
        pytest.fail("there is no server")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "find_spec", lambda name: None if name == "openai" else object())
    monkeypatch.setattr(served.subprocess, "Popen", lambda *_, **__: pytest.fail("nothing is to be started"))
    with pytest.raises(ModelError, match=r"needs openai, .*pip install 'transformers\[serving\]'"):
        start()


def program(folder: Path, source: str) -> str:
    """An executable file in the place of Python."""
    file = folder / "program"
    file.write_text(f"#!{sys.executable}\n{source}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


def test_a_server_that_ends_early_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = program(tmp_path, "import sys; sys.exit(f'cannot serve {sys.argv[4]}')")
    monkeypatch.setattr(served.sys, "executable", broken)
    with pytest.raises(ModelError, match=r"ended with 1 before it answered: cannot serve no/such/folder"):
        start()


def test_a_server_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[served.subprocess.Popen[bytes]] = []
    real = served.subprocess.Popen

    def popen(*arguments: object, **options: object) -> served.subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(served.sys, "executable", program(tmp_path, "import signal; signal.pause()"))
    monkeypatch.setattr(served.subprocess, "Popen", popen)
    with pytest.raises(ModelError, match="did not answer within 0 s: it said nothing"):
        start(patience=0.0)
    assert started[0].returncode == -9
