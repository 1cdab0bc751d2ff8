"""`pfviz compare`: recorded runs side by side, in the terminal and as a file."""

from __future__ import annotations

from pathlib import Path

from pfviz.trace.json_file import save
from tests.cli.commands import call
from tests.comparison.runs import make_run


def test_compare_prints_what_differs_and_writes_the_pictures(tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file, run in zip(files, (make_run(), make_run(tau=0.25)), strict=True):
        save(run, file)
    result = call("compare", *map(str, files), "-o", str(tmp_path / "both.html"))
    assert result.exit_code == 0, result.output
    lines = {" ".join(line.split()) for line in result.output.splitlines()}
    assert "Tau 1 0.25" in lines
    assert "Generations 8 8" in lines
    assert not any(line.startswith("Seed") for line in lines)  # it is the same
    assert "one.json" in (tmp_path / "both.html").read_text(encoding="utf-8")


def test_one_file_and_one_that_is_no_run_are_refused(tmp_path: Path) -> None:
    save(make_run(), tmp_path / "one.json")
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    result = call("compare", str(tmp_path / "one.json"))
    assert result.exit_code == 2
    assert "two to 6" in result.output
    result = call("compare", str(tmp_path / "one.json"), str(tmp_path / "bad.json"), "-o", str(tmp_path / "x.html"))
    assert result.exit_code == 2
    assert not (tmp_path / "x.html").exists()
