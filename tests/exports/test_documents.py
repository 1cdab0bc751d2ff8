"""What docs/api.md says of exports is so, and its lines for Weights & Biases and Trackio run."""

from __future__ import annotations

import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import plotly.graph_objects as go
import pytest

import pfviz
from pfviz.exports.registry import EXPORT_FORMATS
from pfviz.exports.rows import ROW_COLUMNS
from tests.traces import synthetic_trace

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_column_stands_there_with_its_meaning() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT, flags=re.MULTILINE)
    assert [row for row in rows if row in {(column.name, column.meaning) for column in ROW_COLUMNS}] == [
        (column.name, column.meaning) for column in ROW_COLUMNS
    ]


def test_every_format_stands_there() -> None:
    table = TEXT.split("| format |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= set(EXPORT_FORMATS)


def test_figures_are_logged_in_three_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(import pfviz, trackio, wandb\n.*?)```", TEXT, flags=re.DOTALL)
    logged: dict[str, dict[str, Any]] = {}
    for name in ("wandb", "trackio"):
        fake: Any = ModuleType(name)
        fake.__spec__ = ModuleSpec(name, None)  # others look whether it is installed
        fake.log = lambda values, name=name: logged.update({name: values})
        fake.Plotly, fake.Image = (lambda figure: ("plotly", figure)), (lambda image: ("image", image))
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.setattr(
        pfviz, "run", lambda problem, **settings: synthetic_trace(settings["particles"], 4), raising=False
    )
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/api.md", "exec"), {})
    kind, figure = logged["wandb"]["genealogy"]
    assert (kind, type(figure)) == ("plotly", go.Figure)
    kind, image = logged["trackio"]["genealogy"]
    assert kind == "image"
    assert Path(image).read_bytes().startswith(b"\x89PNG")
    assert logged["wandb"]["ess"] == logged["trackio"]["ess"] >= 1
