"""A reward is fitted by one command, which goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pfviz.cli import main
from pfviz.problems.problem import Problem
from pfviz.reward_training.rollouts import choose_prefixes, count_rollouts
from pfviz.reward_training.samples import read_samples

pytestmark = pytest.mark.slow


def train(out: Path, *options: str) -> str:
    arguments = ["train-reward", "--model", "embedded", "--solutions", "6", "--test-problems", "0", "--out", str(out)]
    result = CliRunner().invoke(main, [*arguments, *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_writes_the_reward_its_card_and_the_solutions_and_samples_nothing_twice(tmp_path: Path) -> None:
    out = tmp_path / "reward.safetensors"
    said = train(out, "--problems", "24")
    assert "learning curve" in said
    first = read_samples(tmp_path / "reward.train.jsonl")
    assert len(first) == 24
    for suffix in (".md", ".html", ".trl.jsonl", ".processbench.jsonl"):
        assert out.with_suffix(suffix).stat().st_size > 100
    rows = [json.loads(line) for line in out.with_suffix(".trl.jsonl").read_text().splitlines()]
    assert len(rows) == 24 * 6
    said = train(out, "--problems", "26", "--rollouts", "3", "--rollout-solutions", "1")
    assert "rollouts from" in said
    assert "rollouts from a prefix 3" in out.with_suffix(".md").read_text()
    after = read_samples(tmp_path / "reward.train.jsonl")
    assert len(after) == 26
    assert [solution.text for one in after[:24] for solution in one.solutions] == [
        solution.text for one in first for solution in one.solutions
    ]
    assert {round(v * 3, 9) for one in after for solution in one.solutions for v in solution.values} <= {0, 1, 2, 3}
    assert count_rollouts(after)[1] > 0
    assert not choose_prefixes([Problem(one.problem) for one in after], after, 3, 1)
    run = CliRunner().invoke(main, ["run", "Compute 2 + 3 * 4", "-n", "4", "--reward", str(out)])
    assert run.exit_code == 0, run.output
