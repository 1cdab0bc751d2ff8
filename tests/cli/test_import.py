"""`pfviz import`, and the commands that open what it opens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pfviz
from pfviz.trace.importers import IMPORTERS
from tests.cli.commands import call

ROWS = (
    'question;response;prm;mine\nCompute 3 * 4;"3 * 4 = 12\n\nThe answer is 12";1.2 3.3;1 1\n'
    'Compute 3 * 4;"3 * 4 = 13\n\nThe answer is 13";-0.3 -2;-1 -1\nCompute 5 + 4;9;0.5;1\n'
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


def columns_shown(output: str) -> dict[str, str]:
    """What is printed for each meaning."""
    lines = [line.split() for line in output.splitlines() if line.startswith("--")]
    return {words[0]: words[1] for words in lines}


def test_the_guess_is_printed_with_the_rule_of_its_scores(table: Path) -> None:
    result = call("import", table)
    assert result.exit_code == 0, result.output
    shown = columns_shown(result.output)
    assert {name for name, column in shown.items() if column != "—"} == {"--problem", "--solution", "--scores"}
    assert shown["--problem"] == "question"
    assert "not used" in result.output
    assert "2 runs, 3 solutions" in result.output
    assert "they are read as logits" in " ".join(result.output.split())
    assert list(table.parent.iterdir()) == [table]


def test_an_option_corrects_the_guess_and_the_runs_are_written(table: Path) -> None:
    out = table.parent / "runs"
    result = call("import", table, "--labels", "mine", "--scores", "none", "--out", out)
    assert result.exit_code == 0, result.output
    assert columns_shown(result.output)["--scores"] == "—"
    assert [file.name for file in sorted(out.iterdir())] == ["rows-1.json", "rows-2.json"]
    first = pfviz.load(out / "rows-1.json")
    assert first.step_labels.tolist() == [[1, -1], [1, -1]]
    assert first.reward == "labels of the file"


def test_a_scale_and_a_separator_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"problem": "p", "solution": "a # b", "scores": [-1, -2]}))
    result = call("import", path, "--scale", "logit", "--separator", "#", "-o", tmp_path / "run.json")
    assert result.exit_code == 0, result.output
    trace = pfviz.load(tmp_path / "run.json")
    assert trace.texts == [["a"], ["b"]]
    assert trace.rewards[0, 0] == pytest.approx(0.26894142)
    wrong = call("import", path, "--scale", "unit", "--separator", "#")
    assert wrong.exit_code == 2
    assert "The scores lie between −2.00 and −1.00, outside of the scale 'unit'" in wrong.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scores", "nope"], "the file has no column 'nope'; it has question, response, prm, mine"),
        (["--out", "one.json"], "rows.csv holds 2 runs: name a folder with --out, not a file"),
        (["--solution", "none"], "none of the columns question, response, prm, mine is taken for solutions"),
        (["--separator", ""], "the separator of steps is empty"),
    ],
)
def test_a_mistake_is_one_sentence(table: Path, options: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(table.parent)
    result = call("import", table, *options)
    assert result.exit_code == 2
    assert said in result.output


def test_show_opens_any_run_of_a_file(table: Path) -> None:
    first, second, third = (call("show", table, "--run", str(number)) for number in (1, 2, 3))
    assert "Run 1 of 2 in rows.csv" in first.output
    assert "Compute 3 * 4" in first.output
    assert "tokens unknown" in first.output
    assert "Compute 5 + 4" in second.output
    assert third.exit_code == 2
    assert "rows.csv holds 2 runs" in third.output


def test_diagnose_takes_all_runs_of_a_file_and_says_what_labels_alone_are_worth(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(IMPORTERS["processbench"].example)
    result = call("diagnose", path, "--json", tmp_path / "found.json")
    assert result.exit_code == 0, result.output
    assert "2 runs of 2 have no scores of a reward model" in result.output
    assert json.loads((tmp_path / "found.json").read_text())["runs"] == 2
