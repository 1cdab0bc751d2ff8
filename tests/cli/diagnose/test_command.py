"""`pfviz diagnose`, on invented runs: what is printed and written, and which options go together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.diagnose.commands import call, said
from tests.lab.diagnosed import RUNS, diagnosis


def test_a_folder_is_diagnosed_and_its_files_are_too(folder: Path) -> None:
    result = call(folder)
    assert result.exit_code == 0, result.output
    assert f"synthetic: {RUNS} runs of {RUNS} problems, {len(diagnosis().rows):,} prefixes" in result.output
    for heading in ("What is wrong", "What that did to the runs", "What is wanted", "Measures"):
        assert f"\n{heading}\n" in result.output
    assert diagnosis().findings.found[0].sentence in said(result)
    assert f"{diagnosis().measures.auc.value:.3f}" in result.output
    assert call(*sorted(folder.glob("*.json"))).output == result.output
    assert call(folder, folder / "run-00.json").output == result.output  # each file once


def test_the_report_and_the_numbers_are_written(folder: Path, tmp_path: Path) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "numbers.json"
    result = call(folder, "--html", page, "--json", numbers)
    assert result.exit_code == 0, result.output
    assert f"Wrote {page}" in result.output.replace("\n", "")
    assert "run-03.json" in page.read_text(encoding="utf-8")
    found = json.loads(numbers.read_text(encoding="utf-8"))
    assert found["sources"] == [f"run-{k:02}.json" for k in range(RUNS)]
    assert found["measures"]["auc"]["value"] == pytest.approx(diagnosis().measures.auc.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give FILES, or one of"),
        (("--batch", "2", "--self-test"), "Give FILES, or one of"),
        (("--self-test", "--html", "x.html"), "--html does not go with --self-test"),
        (("--batch", "2", "--runs", "3"), "--runs does not go with --batch"),
        (("--batch", "2", "--mixed"), "--mixed does not go with --batch"),
        (("--batch", "0"), "--batch"),
        (("--batch", "2", "--html", "no/such/folder/x.html"), "does not exist"),
        (("nowhere.json",), "nowhere.json"),
        (("--batch", "2", "--particles", "0"), "Particles"),
    ],
)
def test_a_mistake_is_named_without_a_traceback(arguments: tuple[str, ...], message: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert message in said(result)
