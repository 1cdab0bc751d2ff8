"""`pfviz diagnose`, on invented runs; models are asked only where a test says so."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pfviz
from pfviz.cli import main
from pfviz.cli.diagnose import runs as lab_runs
from pfviz.cli.diagnose.limits import Limit, limit_values
from pfviz.lab.batch import BatchRun
from pfviz.lab.causes import Finding
from pfviz.lab.findings import Findings
from pfviz.lab.glossary import CAUSES
from pfviz.lab.metrics.processbench import Sample, ScoredSample
from pfviz.lab.selftest.faults import FAULTS
from pfviz.lab.selftest.selftest import Trial
from pfviz.problems.datasets import held_out
from pfviz.problems.problem import Problem
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import RUNS, diagnosis, runs


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diagnose", *map(str, arguments)])


def said(result: Result) -> str:
    """What was printed on either stream, on one line."""
    return " ".join((result.stdout + result.stderr).split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of ten runs."""
    return saved(tmp_path / "runs")


def saved(place: Path, **settings: Any) -> Path:
    place.mkdir()
    for k, trace in enumerate(runs(**settings)):
        trace.save(place / f"run-{k:02}.json")
    return place


@pytest.fixture(autouse=True)
def problems(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """Eight short problems; to draw held-out ones takes seconds."""
    found = [Problem(f"Compute {k} + 4 * 2", str(k + 8)) for k in range(3, 11)]
    monkeypatch.setattr(held_out, "_draw_pairs", lambda number, seed: tuple(found[:number]))
    return found


# --- recorded runs ----------------------------------------------------------------------------------------------------


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


def test_a_finding_names_the_particle_of_its_examples(folder: Path) -> None:
    found = diagnosis()
    row = found.findings.found[0].examples[0]
    run, _, node = found.node(row)
    where = f"run {run + 1}, step {found.rows.step[row] + 1}, node {node}: reward {found.rows.reward[row]:.2f}"
    assert where in said(call(folder))


def test_the_report_and_the_numbers_are_written(folder: Path, tmp_path: Path) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "numbers.json"
    result = call(folder, "--html", page, "--json", numbers)
    assert result.exit_code == 0, result.output
    assert f"Wrote {page}" in result.output.replace("\n", "")
    assert "run-03.json" in page.read_text(encoding="utf-8")
    found = json.loads(numbers.read_text(encoding="utf-8"))
    assert found["sources"] == [f"run-{k:02}.json" for k in range(RUNS)]
    assert found["measures"]["auc"]["value"] == pytest.approx(diagnosis().measures.auc.value)


def test_no_control_character_of_others_reaches_the_terminal(tmp_path: Path) -> None:
    result = call(saved(tmp_path / "wild", hostile=True))
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "[red]" in result.output  # not read as markup


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


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_limit_that_is_crossed_is_named_and_ends_with_status_3(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = call(
        folder, "--fail-on", "auc=0.99", "--fail-on", "brier=0.9", "--fail-on", "unexplained=0", "--html", page
    )
    assert result.exit_code == 3
    crossed = [line for line in result.output.splitlines() if line.startswith("Limit crossed")]
    assert [line.split()[2] for line in crossed] == ["auc", "unexplained"]
    assert f"{diagnosis().measures.auc.value:.4g}, below 0.99" in crossed[0]
    assert page.exists()


def test_limits_that_hold_end_with_status_0(folder: Path) -> None:
    limits = ("auc=0.5", "brier=0.5", "calibration-error=0.5", "accuracy=0.5", "findings=0", "length=0")
    result = call(folder, *(word for limit in limits for word in ("--fail-on", limit)))
    assert result.exit_code == 0, result.output
    assert "Limit" not in result.output


def test_what_is_not_known_crosses_every_limit(folder: Path) -> None:
    result = call(folder, "--fail-on", "first-error=0")
    assert result.exit_code == 3
    assert "first-error is not known" in result.output


@pytest.mark.parametrize(
    ("name", "value", "crossed"),
    [("auc", 0.79, True), ("auc", 0.8, False), ("brier", 0.81, True), ("brier", 0.8, False), ("blind", 0.9, True)],
)
def test_which_side_of_a_limit_is_wrong(name: str, value: float, crossed: bool) -> None:
    assert (Limit(name, 0.8).violation({name: value}) is not None) is crossed


def test_findings_are_counted_if_they_name_a_cause_and_a_cause_has_the_size_of_its_largest() -> None:
    estimate = Estimate(0.1, 0.0, 0.2, 9, 5)
    sizes = (("blind", 0.2, False), ("blind", 0.4, False), ("level", 0.1, True))
    found = Findings(tuple(Finding(cause, "", size, estimate, (), general) for cause, size, general in sizes), ())
    told = limit_values(diagnosis().__class__(**{**vars(diagnosis()), "findings": found}))
    assert (told["findings"], told["blind"], told["level"], told["length"]) == (2, 0.4, 0.1, 0)


def test_every_cause_that_the_lab_knows_has_a_name_in_the_glossary() -> None:
    named = {cause for fault in FAULTS for cause in fault.causes}
    assert named <= set(CAUSES)


@pytest.mark.parametrize("limit", ["nonsense=1", "auc", "auc=high", "auc=nan", "=1"])
def test_a_limit_that_is_none_is_refused(limit: str, folder: Path) -> None:
    result = call(folder, "--fail-on", limit)
    assert (result.exit_code, "--fail-on" in result.stderr) == (2, True)


# --- runs to diagnose -------------------------------------------------------------------------------------------------


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


# --- ProcessBench, the self-test --------------------------------------------------------------------------------------


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


# --- mistakes ---------------------------------------------------------------------------------------------------------


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
