"""What models are asked for: runs, scores of a file, the self-test. They are asked only where a test says so."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import pfviz
from pfviz.cli.diagnose import runs as lab_runs
from pfviz.lab.batch import BatchRun
from pfviz.lab.causes import Finding
from pfviz.lab.findings import Findings
from pfviz.lab.metrics.processbench import Sample, ScoredSample
from pfviz.lab.selftest.faults import FAULTS
from pfviz.lab.selftest.selftest import Trial
from pfviz.problems.problem import Problem
from pfviz.stats.estimate import Estimate
from tests.cli.diagnose.commands import call, said
from tests.lab.diagnosed import runs


def test_a_batch_is_made_kept_and_diagnosed(tmp_path: Path) -> None:
    """With the embedded generator and the oracle."""
    out = tmp_path / "new" / "runs"
    result = call("--batch", "2", "--reward", "oracle", "--particles", "2", "--seed", "4", "--out", out)
    assert result.exit_code == 0, result.output
    traces = [pfviz.load(path) for path in sorted(out.iterdir())]
    assert [(t.reward, t.seed, t.particles, t.method) for t in traces] == [
        ("oracle", seed, 2, "best_of_n") for seed in (4, 5)
    ]
    assert all(trace.truth for trace in traces)
    assert "oracle: 2 runs of 2 problems" in result.output
    again = call("--batch", "2", "--reward", "oracle", "--out", out)
    assert again.exit_code == 2
    assert "holds runs already" in said(again)
    assert "oracle: 2 runs of 2 problems" in call(out).output


def invented(monkeypatch: pytest.MonkeyPatch, interrupt_at: int | None = None) -> dict[str, Any]:
    """A batch of invented runs, in which Ctrl-C is pressed after some."""
    asked: dict[str, Any] = {}

    def batch(problems: Sequence[Problem], *, stop: Callable[[], bool], **settings: Any) -> Iterator[BatchRun]:
        asked.update(settings, problems=problems)
        for done, trace in enumerate(runs()[: len(problems)], start=1):
            if stop():
                return
            yield BatchRun(done, len(problems), trace)
            if done == interrupt_at:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(lab_runs, "run_batch", batch)
    return asked


def test_ctrl_c_keeps_the_runs_that_are_over_and_diagnoses_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = signal.getsignal(signal.SIGINT)
    invented(monkeypatch, interrupt_at=3)
    result = call("--batch", "8", "--out", tmp_path / "runs", "--fail-on", "auc=1")
    assert result.exit_code == 130, result.output
    assert len(list((tmp_path / "runs").iterdir())) == 3
    assert "3 runs of 3 problems" in result.output
    assert signal.getsignal(signal.SIGINT) is before


def test_a_batch_gets_the_settings_and_the_problems(monkeypatch: pytest.MonkeyPatch, problems: list[Problem]) -> None:
    asked = invented(monkeypatch)
    result = call("--batch", "6", "--reward", "naive", "--method", "dvts", "-n", "8", "--temperature", "0.7", "-s", "3")
    assert result.exit_code == 0, result.output
    assert asked.pop("problems") == problems[:6]
    assert asked == {"reward": "naive", "method": "dvts", "particles": 8, "temperature": 0.7, "seed": 3}


def test_more_problems_than_there_are_is_refused() -> None:
    result = call("--batch", "9")
    assert result.exit_code == 2
    assert "There are 8 such problems, not 9. Ask for fewer." in said(result)


def processbench(place: Path, count: int = 8) -> Path:
    """Solutions of one step, every second one wrong in it."""
    lines = [
        {"id": f"s{k}", "generator": "hand", "problem": "Compute 3 + 4 * 2", "final_answer_correct": k % 2 == 0,
         "steps": [f"4 * 2 = {8 + k % 2}, so we have 3 + {8 + k % 2}."], "label": -1 if k % 2 == 0 else 0}
        for k in range(count)
    ]  # fmt: skip
    place.write_text("\n".join(json.dumps(line) for line in lines))
    return place


def test_a_processbench_file_is_scored_by_the_oracle_without_an_error(tmp_path: Path) -> None:
    numbers = tmp_path / "f1.json"
    result = call("--processbench", processbench(tmp_path / "pb.jsonl"), "--reward", "oracle", "--json", numbers,
                  "--fail-on", "first-error=0.99")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "F1 of first errors" in result.output
    assert json.loads(numbers.read_text())["f1"] == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_a_threshold_that_is_given_is_used_on_all_solutions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scored(monkeypatch, lambda sample: 0.6 if sample.label < 0 else 0.4)
    file, numbers = processbench(tmp_path / "pb.jsonl"), tmp_path / "f1.json"
    for threshold, f1 in (("0.5", 1.0), ("0.3", 0.0), ("1", 0.0)):
        result = call("--processbench", file, "--threshold", threshold, "--json", numbers)
        found = json.loads(numbers.read_text())
        assert (found["threshold"], found["f1"]["value"], found["wrong"], found["right"], found["threshold_given"]) == (
            float(threshold), f1, 4, 4, True,
        ), result.output  # fmt: skip
        assert f"threshold {float(threshold):.3f}, as given" in result.output
    assert call("--processbench", file, "--threshold", "1.5").exit_code == 2
    assert "--threshold does not go with --batch" in said(call("--batch", "2", "--threshold", "0.5"))


def test_a_processbench_file_whose_errors_are_not_found_crosses_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scored(monkeypatch, lambda sample: 0.5)
    result = call("--processbench", processbench(tmp_path / "pb.jsonl"), "--fail-on", "first-error=0.6")
    assert result.exit_code == 3, result.output
    assert "first-error is 0" in result.output


def scored(monkeypatch: pytest.MonkeyPatch, reward: Callable[[Sample], float], interrupt_at: int | None = None) -> None:
    import numpy as np

    def score(samples: Sequence[Sample], name: str, *, stop: Callable[[], bool]) -> Iterator[ScoredSample]:
        for done, sample in enumerate(samples, start=1):
            if stop():
                return
            yield ScoredSample(sample, np.array([reward(sample)]), done, len(samples))
            if done == interrupt_at:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(lab_runs, "score_samples", score)


@pytest.mark.parametrize(("after", "shown"), [(1, False), (6, True)])
def test_ctrl_c_while_a_file_is_scored(
    after: int, shown: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scored(monkeypatch, lambda sample: 1.0 if sample.label < 0 else 0.0, interrupt_at=after)
    result = call("--processbench", processbench(tmp_path / "pb.jsonl"))
    assert result.exit_code == 130, result.output
    assert f"Stopped after {after} solutions" in result.output
    assert ("F1 of first errors" in result.output) is shown


def test_a_damaged_processbench_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pb.jsonl").write_text('{"id": 3}')
    result = call("--processbench", tmp_path / "pb.jsonl", "--reward", "oracle")
    assert result.exit_code == 2
    assert "line 1" in said(result)


def tried(monkeypatch: pytest.MonkeyPatch, rank: int | None, clean: bool = True, interrupt: bool = False) -> list[Any]:
    """The self-test with a place for every fault; what it was asked for."""
    asked: list[Any] = []
    estimate = Estimate(0.1, 0.0, 0.2, 9, 5)
    one = Findings((Finding("length", "It likes length.", 0.3, estimate),), ())

    def try_plants(bases: Sequence[str], *, runs: int, stop: Callable[[], bool]) -> Iterator[Trial | tuple[int, int]]:
        asked.append((tuple(bases), runs))
        yield 1, len(bases) * runs
        for base in bases:
            yield Trial(base, None, Findings((), ()) if clean else one, None)
            yield from (Trial(base, fault, one, rank) for fault in FAULTS)
            if interrupt:
                signal.raise_signal(signal.SIGINT)
                return

    monkeypatch.setattr(lab_runs, "try_faults", try_plants)
    return asked


def test_the_self_test_prints_a_row_for_each_base_and_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tried(monkeypatch, rank=1)
    result = call("--self-test", "--base", "oracle", "--runs", "12")
    assert result.exit_code == 0, result.output
    assert asked == [(("oracle",), 12)]
    lines = [line.split() for line in result.output.splitlines() if line.startswith("oracle ")]
    assert len(lines) == 1 + len(FAULTS)
    assert lines[1] == ["oracle", *FAULTS[0].name.split(), "1", "It", "likes", "length."]
    assert "The lab passes." in result.output


@pytest.mark.parametrize(("rank", "clean"), [(None, True), (3, True), (1, False)])
def test_a_self_test_that_does_not_pass_ends_with_status_1(
    rank: int | None, clean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(monkeypatch, rank, clean)
    result = call("--self-test")
    assert result.exit_code == 1
    assert "does not pass" in result.output


def test_ctrl_c_in_the_self_test_prints_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried(monkeypatch, rank=1, interrupt=True)
    result = call("--self-test")
    assert result.exit_code == 130
    assert FAULTS[0].name in result.output
    assert "pass" not in result.output.replace("Some errors pass", "")
