"""Invented runs, and problems that are drawn at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.problems.datasets import held_out
from pfviz.problems.problem import Problem
from tests.cli.diagnose.commands import saved


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of ten runs."""
    return saved(tmp_path / "runs")


@pytest.fixture(autouse=True)
def problems(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """Eight short problems; to draw held-out ones takes seconds."""
    found = [Problem(f"Compute {k} + 4 * 2", str(k + 8)) for k in range(3, 11)]
    monkeypatch.setattr(held_out, "_draw_pairs", lambda number, seed: tuple(found[:number]))
    return found
