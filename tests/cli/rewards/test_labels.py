"""`pfviz labels`: labelled steps as rows to train on."""

from __future__ import annotations

import json
from pathlib import Path

from pfviz.lab.labelling import set_label
from tests.cli.commands import call
from tests.traces import synthetic_trace

RIDDLE = synthetic_trace(truth=None, problem="A riddle")


def test_the_labels_of_a_run_are_written(tmp_path: Path) -> None:
    set_label(RIDDLE, 0, "good").save(tmp_path / "run.json")
    result = call("labels", str(tmp_path), "--to", "trl", "--out", str(tmp_path / "rows.jsonl"))
    assert result.exit_code == 0, result.output
    assert "1 solution of 1 run" in result.output
    row = json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))
    assert row == {"prompt": "A riddle", "completions": [RIDDLE.texts[0][0]], "labels": [True]}


def test_where_nothing_is_known_it_is_said_what_to_do(tmp_path: Path) -> None:
    RIDDLE.save(tmp_path / "run.json")
    result = call("labels", str(tmp_path / "run.json"), "--to", "processbench", "--out", str(tmp_path / "rows.jsonl"))
    assert result.exit_code == 2
    assert "Label steps on the page" in " ".join(result.output.split())
    assert not (tmp_path / "rows.jsonl").exists()
