"""What ships inside the package is found there, or where $PFVIZ_ASSETS says."""

from __future__ import annotations

from pathlib import Path

import pytest

import pfviz
from pfviz.resources import study_dir, weights_dir

PACKAGE = Path(pfviz.__file__).parent


def test_weights_and_study_lie_inside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PFVIZ_ASSETS", raising=False)
    assert weights_dir() == PACKAGE / "tiny" / "weights"
    assert study_dir() == PACKAGE / "study" / "shipped"
    assert (weights_dir() / "generator" / "model.safetensors").is_file()
    assert (study_dir() / "table.json").is_file()


def test_another_folder_takes_their_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path))
    assert weights_dir() == tmp_path / "tiny"
    assert study_dir() == tmp_path / "study"
