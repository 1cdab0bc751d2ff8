"""The runs that are named, and those that cannot be read or do not belong together."""

from __future__ import annotations

from pathlib import Path

from tests.cli.diagnose.commands import call, said, saved
from tests.lab.diagnosed import RUNS


def test_a_damaged_file_is_named_and_left_out(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    result = call(folder)
    assert result.exit_code == 0
    assert f"{RUNS} runs" in result.stdout
    assert "Left out:" in result.stderr
    assert "broken.json" in result.stderr
    gate = call(folder, "--fail-on", "auc=0.1")
    assert gate.exit_code == 2
    assert "no file is left out" in said(gate)


def test_where_no_run_can_be_read_that_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    for place in (tmp_path, tmp_path / "broken.json"):
        result = call(place)
        assert result.exit_code == 2
        assert "no recorded run" in said(result)
        assert "no JSON" in said(result)


def test_runs_under_different_rewards_are_refused_unless_one_is_chosen_or_they_are_mixed(
    folder: Path, tmp_path: Path
) -> None:
    other = saved(tmp_path / "other", reward="kind")
    result = call(folder, other)
    assert result.exit_code == 2
    assert f"synthetic ({RUNS} runs), kind ({RUNS} runs)" in said(result)
    assert "--reward NAME" in said(result)
    assert "--mixed" in said(result)
    assert f"kind: {RUNS} runs" in call(folder, other, "--reward", "kind").output
    assert f"synthetic, kind: {2 * RUNS} runs" in call(folder, other, "--mixed").output
    assert "No run was made under the reward 'cruel'" in said(call(folder, "--reward", "cruel"))
