"""`pfviz bench` is the command of the benchmarks where there are any; `tests/benchmarks/` has what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pfviz.cli import bench, main

ROOT = Path(__file__).parents[2]


def test_a_checkout_has_the_benchmarks() -> None:
    found = main.get_command(click.Context(main), "bench")
    assert found is not None
    assert found.callback is not None
    assert found.callback.__module__ == "benchmarks.command"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--particles", "4", "--large"]])
def test_an_installed_package_says_where_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()  # of another package in the same folder
    monkeypatch.setattr(bench, "CHECKOUT", tmp_path)
    assert bench.find_command() is bench.missing
    monkeypatch.setattr(bench, "bench", bench.find_command())
    result = CliRunner().invoke(main, ["bench", *arguments])
    assert result.exit_code == 1
    assert "python -m benchmarks" in result.output


def test_another_package_of_that_name_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()
    code = f"import sys; sys.path.append({str(ROOT)!r}); from pfviz.cli.bench import bench; print(bench.callback)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "function bench" in done.stdout, done.stderr


def test_the_benchmarks_as_a_module() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.startswith("Usage: pfviz bench [OPTIONS]")
    assert "--ragged" in done.stdout
