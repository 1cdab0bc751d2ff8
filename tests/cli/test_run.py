"""`pfviz run`, with invented events in place of models."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

import pfviz
from pfviz import api
from pfviz.cli.run import run as run_command
from pfviz.errors import ModelError
from pfviz.inference.events import Event, RunEnded, TokensDrafted
from pfviz.inference.settings import SETTINGS
from pfviz.models import registry
from tests.cli.commands import call
from tests.contracts import toy
from tests.sweeps import gibbs, tempering
from tests.traces import PROBLEM, synthetic_events, synthetic_trace

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replaces the engine by invented events, and holds what it was asked for."""
    seen: dict[str, Any] = {}

    prepare = api.prepare

    def watch(problem: str, **settings: Any) -> api.Prepared:
        seen.update(settings, problem=problem)
        return prepare(problem, **settings)

    def start(prepared: api.Prepared, **_: Any) -> Iterator[Event]:
        settings, problem = prepared.policy.settings, prepared.problem
        return synthetic_events(settings.particles, seed=settings.seed, truth=problem.truth, problem=problem.text)

    monkeypatch.setattr("pfviz.api.prepare", watch)
    monkeypatch.setattr("pfviz.api.start", start)
    return seen


def test_run_prints_progress_and_answers_and_writes_both_files(asked: dict[str, Any], tmp_path: Path) -> None:
    out, html = tmp_path / "run.json", tmp_path / "run.html"
    result = call("run", PROBLEM, "--particles", "16", "--seed", "7", "--out", str(out), "--html", str(html))
    assert result.exit_code == 0, result.output
    trace = pfviz.load(out)
    assert (trace.particles, trace.seed, trace.problem, trace.status) == (16, 7, PROBLEM, "finished")
    lines = [line for line in result.output.splitlines() if re.match(r"step +\d", line)]
    assert len(lines) == trace.steps
    for t, line in enumerate(lines):
        assert f"ESS {trace.ess[t]:>5.1f}/16" in line
        assert f"best reward {trace.rewards[t].max():.3f}" in line
        assert ("resampled" in line) == trace.resampled[t]
    assert f"{trace.tokens.sum()} tokens" in lines[-1]
    first = trace.answers.rows[0]
    assert re.search(rf"^{re.escape(first.display)} +{first.mass:.3f} +{first.count} ", result.output, re.MULTILINE)
    assert "<html" in html.read_text(encoding="utf-8")


def test_truth_marks_the_answers(asked: dict[str, Any]) -> None:
    result = call("run", PROBLEM, "--truth", "12")
    marks = [row.correct for row in synthetic_trace(truth="12").answers.rows]
    assert asked["truth"] == "12"
    assert (result.output.count("✓"), result.output.count("✗")) == (marks.count(True), marks.count(False))
    assert True in marks
    worked_out = call("run", PROBLEM)
    assert asked["infer_truth"]
    assert worked_out.output.count("✓") == marks.count(True)
    unknown = call("run", "Tom has 3 apples and buys 4 more. Total?").output
    assert "✓" not in unknown
    assert "✗" not in unknown


def test_a_wrong_answer_is_called_wrong_with_the_right_one(asked: dict[str, Any]) -> None:
    assert "Wrong: the true answer is 77." in call("run", PROBLEM, "--truth", "77").output
    assert "Wrong" not in call("run", PROBLEM, "--truth", "12").output


def test_every_option_reaches_the_engine(asked: dict[str, Any]) -> None:
    given: dict[str, Any] = {name: known.default for name, known in SETTINGS.items()}  # and another value for most
    given |= {
        "particles": 8,
        "seed": 3,
        "truth": "12",
        "generator": "embedded",
        "reward": "naive",
        "method": "particle_filtering",
        "temperature": 0.5,
        "tau": 2.0,
        "potential": "telescoped",
        "resampler": "systematic",
        "finished": "absorbing",
        "tau_start_factor": 4.0,
        "iterations": 5,
        "chains": 2,
        "ladder": 3.0,
        "width": 2,
        "aggregation": "min",
        "pick": "vote",
        "trigger": "ess",
        "threshold": 0.25,
        "max_steps": 9,
        "max_step_tokens": 99,
        "max_step_characters": 999,
        "step_rule": "sentence",
        "tokens_per_step": 7,
        "min_step_tokens": 3,
        "headings": "own",
    }
    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    result = call("run", PROBLEM, *words)
    assert result.exit_code == 0, result.output
    assert asked == {**given, "problem": PROBLEM, "infer_truth": True}
    flags = {option.name for option in run_command.params if isinstance(option, click.Option)}
    models = {"pair", "endpoint", "protocol", "judge_prompt", "calibrate"}  # which become models
    assert flags == {*given, *models, "resume", "out", "html", "no_store"}


def test_a_former_name_of_an_option_is_understood_and_not_shown(asked: dict[str, Any]) -> None:
    assert call("run", PROBLEM, "--warmth", "3").exit_code == 0
    assert asked["tau_start_factor"] == 3.0
    assert "warmth" not in call("run", "--help").output
    refused = call("run", PROBLEM, "--warmth", "x").output
    assert "'--tau-start-factor'" in refused
    assert "--warmth" not in refused
    assert call("run", PROBLEM, "--tau-start-factor", "2", "--warmth", "3").exit_code == 0


def test_ctrl_c_stops_the_run_and_writes_a_valid_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(prepared: api.Prepared, *, stop: Callable[[], bool]) -> Iterator[Event]:
        for event in synthetic_events(8, steps=6):
            yield event
            if isinstance(event, TokensDrafted) and event.step == 2:
                signal.raise_signal(signal.SIGINT)
                assert stop()
                yield RunEnded("stopped", 1.0)
                return

    monkeypatch.setattr("pfviz.api.start", start)
    before = signal.getsignal(signal.SIGINT)
    out, html = tmp_path / "run.json", tmp_path / "run.html"
    result = call("run", PROBLEM, "--out", str(out), "--html", str(html))
    assert result.exit_code == 130
    assert (pfviz.load(out).status, pfviz.load(out).steps) == ("stopped", 2)
    assert html.stat().st_size > 0
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_stopped_in_its_first_step_is_a_trace_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(*_: Any, **__: Any) -> Iterator[Event]:
        yield next(synthetic_events(4))
        yield RunEnded("stopped", 0.1)

    monkeypatch.setattr("pfviz.api.start", start)
    out, html = tmp_path / "run.json", tmp_path / "run.html"
    result = call("run", PROBLEM, "--out", str(out), "--html", str(html))
    assert result.exit_code == 130, result.output
    assert "no answers" in result.output
    assert pfviz.load(out).steps == 0
    assert html.is_file()
    assert call("show", str(out)).exit_code == 0


def test_a_second_ctrl_c_breaks_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(*_: Any, **__: Any) -> Iterator[Event]:
        for event in synthetic_events(4):
            yield event
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("pfviz.api.start", start)
    out = tmp_path / "run.json"
    result = call("run", PROBLEM, "--out", str(out))
    assert result.exit_code == 1
    assert "Aborted" in result.output
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_named(asked: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    out = tmp_path / ("x" * 300)
    result = call("run", PROBLEM, "--out", str(out))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "Could not open file" in result.output


@pytest.mark.slow
def test_the_command_of_the_readme(tmp_path: Path) -> None:
    """The models that ship, on the problem that the README gives."""
    line = 'pfviz run "Compute (12 + 7) * 3 - 45" --particles 16 --seed 7 --out run.json --html run.html'
    assert line in README
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(line)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^step +1 +16 alive", done.stdout, re.MULTILINE)
    assert re.search(r"^answer +mass +count +best reward", done.stdout, re.MULTILINE)
    trace = pfviz.load(tmp_path / "run.json")
    assert (trace.particles, trace.seed, trace.status) == (16, 7, "finished")
    assert (tmp_path / "run.html").stat().st_size > 0


@pytest.fixture
def toy_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy language in the place of the embedded pair."""
    monkeypatch.setattr("pfviz.models.registry.get_generator", lambda name: toy.ToyGenerator())
    monkeypatch.setattr("pfviz.models.registry.get_reward", lambda name: pfviz.reward(toy.reward))


def test_a_stopped_run_goes_on_from_its_file(toy_pair: None, tmp_path: Path) -> None:
    whole = gibbs()
    cut, out = tmp_path / "cut.json", tmp_path / "whole.json"
    whole.sweep(2).upto(2).save(cut)
    result = call("run", "--resume", str(cut), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert [sweep.texts for sweep in pfviz.load(out).sweeps] == [sweep.texts for sweep in whole.sweeps]
    assert [line for line in result.output.splitlines() if line.startswith("iteration")] == [
        f"iteration {k}" for k in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("error", [ModelError("The server is gone."), RuntimeError("out of memory at 0x7f")])
def test_an_error_in_the_midst_of_a_run_costs_no_step(
    toy_pair: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    """What was made is written and goes on; a run that fails earlier than its own past leaves the file as it is."""
    out, calls = tmp_path / "run.json", {"left": 4}  # prefixes: the second step fails

    def failing(problem: str, steps: list[str]) -> float:
        calls["left"] -= 1
        if calls["left"] < 0:
            raise error
        return toy.reward(problem, steps)

    judge = pfviz.reward(failing, "judge")
    monkeypatch.setattr("pfviz.models.registry.get_reward", lambda name: judge)
    anyone = replace(registry.GENERATORS["embedded"], check_familiarity=lambda text, generator: None)
    monkeypatch.setitem(registry.GENERATORS, "embedded", anyone)
    arguments = ["run", "Compute 1 + 2", "--particles", "4", "--seed", "5", "--max-steps", "6", "--out", str(out)]
    result = call(*arguments)
    assert result.exit_code != 0
    assert f"--resume {out} goes on" in " ".join(result.output.split())
    made = pfviz.load(out)
    assert made.status == "stopped"
    assert made.steps == 1
    told = "The server is gone." if isinstance(error, ModelError) else "the model failed (RuntimeError)."
    assert made.notes[-1].text == f"The run was broken off: {told}"
    calls["left"] = 0
    assert call("run", "--resume", str(out), "--out", str(out)).exit_code != 0
    assert pfviz.load(out).steps == made.steps
    calls["left"] = 10**6
    assert call("run", "--resume", str(out), "--out", str(out)).exit_code == 0
    whole, fresh = pfviz.load(out), tmp_path / "fresh.json"
    call(*arguments[:-1], str(fresh))
    assert whole.texts == pfviz.load(fresh).texts


def test_going_on_takes_its_settings_from_the_trace(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    gibbs().save(path)
    result = call("run", "1 + 2", "--resume", str(path), "--tau", "1")
    assert result.exit_code == 2
    assert "leave out: tau, problem" in result.output
    assert "Give a PROBLEM" in call("run").output


def test_chains_and_exchanges_are_told(toy_pair: None, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    tempering().save(path)
    lines = call("run", "--resume", str(path)).output.splitlines()
    assert "iteration 2, chain 3" in lines
    swaps = tempering().swaps
    assert sum("exchange what they keep" in line for line in lines) == len(swaps)
    assert sum("do not exchange" in line for line in lines) == sum(not swap.accepted for swap in swaps)
