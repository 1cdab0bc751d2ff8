"""`pfviz show`: a recorded run, printed again."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.commands import call
from tests.traces import PROBLEM, synthetic_trace


def test_show_prints_a_run_again(tmp_path: Path) -> None:
    trace = synthetic_trace(trigger="ess")
    trace.save(tmp_path / "run.json")
    result = call("show", str(tmp_path / "run.json"))
    assert result.exit_code == 0, result.output
    assert result.output.startswith(PROBLEM)
    header, *rows = result.output[result.output.index("step ") :].splitlines()
    assert " ".join(header.split()) == "step ESS/N resampled ancestors mean reward best reward finished tokens"
    for t in range(trace.steps):
        cells = rows[t].split()
        assert cells[0] == str(t + 1)
        assert cells[1] == f"{trace.ess[t] / trace.particles:.2f}"
        assert cells[2] == ("yes" if trace.resampled[t] else "-")
        assert cells[4:6] == [f"{trace.rewards[t].mean():.3f}", f"{trace.rewards[t].max():.3f}"]
    answer = trace.answers.by_highest_reward
    assert answer is not None
    best = max(answer.members, key=lambda slot: trace.rewards[-1, slot])
    assert f"Best solution, reward {trace.rewards[-1].max():.3f}" in result.output
    for (t, n), text in zip(
        trace.solution(trace.steps - 1, best), trace.path_texts(trace.steps - 1, best), strict=True
    ):
        assert re.search(rf"{trace.rewards[t, n]:.3f} +{re.escape(text)}", result.output)


def test_show_refuses_what_is_no_trace(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": 1}', encoding="utf-8")
    result = call("show", str(tmp_path / "x.json"))
    assert result.exit_code == 2
    error, heading, *examples = result.output.splitlines()
    assert error.startswith("Error: the file is a JSON object with the columns a; expected a trace of pfviz (JSON), ")
    assert heading == "Examples:"
    assert all(json.loads(example)["step_scores"] for example in examples)  # each of a file that opens
