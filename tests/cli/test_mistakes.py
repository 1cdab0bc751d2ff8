"""A mistake in any command is one line that says what to do, and a status."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pfviz import api
from pfviz.errors import ProblemError
from tests.cli.commands import call

ROOT = Path(__file__).parents[2]


def test_an_error_is_one_line_and_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(*_: Any, **__: Any) -> api.Prepared:
        raise ProblemError("Cannot read \x1b[31mthis\nproblem.", ("Compute 1 + 2", "Solve 3x = 6"))

    monkeypatch.setattr("pfviz.api.prepare", prepare)
    result = call("run", "?")
    assert result.exit_code == 2
    expected = "Error: Cannot read [31mthis problem.\nExamples:\n  Compute 1 + 2\n  Solve 3x = 6\n"
    assert result.output == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", ""], "problem"),
        (["run", "1 + 2", "--particles", "0"], "Particles"),
        (["run", "1 + 2", "--temperature", "-1"], "Temperature"),
        (["run", "1 + 2", "--temperature", "nan"], "Temperature"),
        (["run", "1 + 2", "--seed", "x"], "--seed"),
        (["run", "1 + 2", "--resampler", "x"], "--resampler"),
        (["run", "1 + 2", "--out", "no/such/folder/x.json"], "no/such/folder"),
        (["show", "no-such-file.json"], "no-such-file.json"),
        (["serve", "--port", "0"], "--port"),
        (["juggle"], "juggle"),
    ],
)
def test_a_mistake_is_named_without_a_traceback(arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)  # a traceback would be any other exception
    assert said in result.stderr


@pytest.mark.slow
def test_as_a_module() -> None:
    command = [sys.executable, "-m", "pfviz", "run", "1 + 2", "--tau", "0"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch("Error: Tau is 0.+\n", done.stderr)
