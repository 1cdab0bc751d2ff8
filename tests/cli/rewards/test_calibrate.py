"""`pfviz calibrate`: a map, what it repairs, and a run that uses it."""

from __future__ import annotations

from pathlib import Path

from pfviz.models.rewards.calibration_map import load_calibration
from tests.cli.commands import call
from tests.lab.diagnosed import runs


def test_runs_are_calibrated_and_the_map_is_used(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    for k, trace in enumerate(runs()):
        trace.save(tmp_path / "runs" / f"{k}.json")
    out, html = tmp_path / "map.json", tmp_path / "repair.html"
    result = call("calibrate", str(tmp_path / "runs"), "--out", str(out), "--html", str(html))
    assert result.exit_code == 0, result.output
    for said in ("before", "calibration error", "Would selection have gone another way?"):
        assert said in result.output
    assert load_calibration(out).problems == len(runs())
    assert "reliability_after" in html.read_text(encoding="utf-8")
    ran = call("run", "Compute 1 + 1", "-n", "2", "--reward-model", "arithmetic", "--calibrate", str(out),
               "--out", str(tmp_path / "run.json"))  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "isotonic calibration" in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_a_mistake_is_named(tmp_path: Path) -> None:
    assert "Give FILES" in call("calibrate").output
    (tmp_path / "0.json").write_text("x")
    assert call("calibrate", str(tmp_path)).exit_code == 2
    runs()[0].save(tmp_path / "1.json")
    assert "other problems" in " ".join(call("calibrate", str(tmp_path / "1.json")).output.split())
