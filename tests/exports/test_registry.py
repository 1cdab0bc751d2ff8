"""All formats of exports, and where they are chosen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest

import pfviz
from pfviz.errors import ExportError
from pfviz.exports.registry import EXPORT_FORMATS, export_format
from tests.cli.commands import call
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


def test_a_file_is_of_the_format_of_its_ending_or_of_the_one_that_is_named(tmp_path: Path) -> None:
    assert pfviz.export(TRACE, tmp_path / "run.CSV").read_text(encoding="utf-8").startswith("sweep,step,slot")
    assert pfviz.export(TRACE, tmp_path / "run.txt", "svg").read_text(encoding="utf-8").startswith("<svg")
    assert pfviz.load(pfviz.export(TRACE, tmp_path / "run.json")).answer == TRACE.answer


def test_a_format_or_a_figure_that_there_is_not_is_refused_with_a_list() -> None:
    with pytest.raises(ExportError, match=r"'docx' is no format.*json, html, csv"):
        export_format("docx")
    with pytest.raises(ExportError, match=r"'nothing' is no figure of a run; there are genealogy"):
        export_format("svg", "nothing")
    assert export_format("csv", "nothing").name == "csv"  # it has no figure


def test_another_figure_is_drawn_by_kaleido_and_without_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.exports.browser_figure.find_spec", lambda name: None)
    with pytest.raises(ExportError, match="camera"):
        export_format("png", "weights").encode(TRACE)
    monkeypatch.setattr("pfviz.exports.browser_figure.find_spec", lambda name: SimpleNamespace())
    monkeypatch.setattr(go.Figure, "to_image", lambda figure, format, **size: f"{format} {size['width']}".encode())
    assert export_format("png", "weights").encode(TRACE) == b"png 960"
    monkeypatch.setattr(go.Figure, "to_image", lambda figure, **_: 1 / 0)
    with pytest.raises(ExportError, match="ZeroDivisionError"):
        export_format("svg", "weights").encode(TRACE)


def test_the_command_writes_several_formats_of_several_runs(tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        TRACE.save(file)
    (tmp_path / "out").mkdir()
    result = call("export", *files, "--to", "csv", "--to", "graphml", "--to", "csv", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "one.csv", "one.graphml", "two.csv", "two.graphml",
    ]  # fmt: skip


def test_the_command_never_writes_over_the_run_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TRACE.save(tmp_path / "run.json")
    before = (tmp_path / "run.json").read_bytes()
    result = call("export", tmp_path / "run.json", "--to", "json")
    assert result.exit_code == 2
    assert "--out" in result.output
    assert (tmp_path / "run.json").read_bytes() == before
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = call("export", tmp_path / "run.json", "--to", "parquet")
    assert result.exit_code == 2
    assert "pfviz[parquet]" in result.output
    assert not (tmp_path / "run.parquet").exists()


def test_each_format_gives_bytes_of_its_kind() -> None:
    for known in EXPORT_FORMATS.values():
        made = known.encode(TRACE)
        assert made
        if known.is_text:
            made.decode("utf-8")


def test_each_run_of_a_file_with_several_has_a_number(tmp_path: Path) -> None:
    rows = [
        {
            "problem": f"Compute {k} + 2",
            "completions": [f"{k} + 2 = {k + 2}\n\nDone"],
            "scores": [[0.5, 0.6]],
            "pred": "2",
        }
        for k in range(2)
    ]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = call("export", tmp_path / "many.jsonl", "--to", "json", "--to", "csv")
    assert result.exit_code == 0, result.output
    assert [path.name for path in sorted(tmp_path.glob("many-*"))] == [
        "many-1.csv", "many-1.json", "many-2.csv", "many-2.json",
    ]  # fmt: skip
    assert pfviz.load(tmp_path / "many-2.json").problem == "Compute 1 + 2"
