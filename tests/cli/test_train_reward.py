"""A reward is fitted by one command, which goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pfviz.cli import main

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
    first = (tmp_path / "reward.train.jsonl").read_text()
    assert len(first.splitlines()) == 24
    for suffix in (".md", ".html", ".trl.jsonl", ".processbench.jsonl"):
        assert out.with_suffix(suffix).stat().st_size > 100
    rows = [json.loads(line) for line in out.with_suffix(".trl.jsonl").read_text().splitlines()]
    assert len(rows) == 24 * 6
    train(out, "--problems", "26")
    again = (tmp_path / "reward.train.jsonl").read_text()
    assert again.startswith(first)
    assert len(again.splitlines()) == 26
    run = CliRunner().invoke(main, ["run", "Compute 2 + 3 * 4", "-n", "4", "--reward", str(out)])
    assert run.exit_code == 0, run.output
