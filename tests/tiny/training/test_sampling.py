"""Samples and scores by batches equal what the product's own sessions compute."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch

from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.tiny import world
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.training import reward as rewards
from pfviz.tiny.training import sampling
from pfviz.tiny.training.documents import DocumentWriter
from pfviz.tiny.training.generator import model_config
from pfviz.tiny.training.sampling import Sample, sample, score
from pfviz.tiny.training.store import load_samples, save_samples
from pfviz.types import Step


@pytest.fixture(scope="module")
def generator(writer: DocumentWriter) -> Any:
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(model_config(writer.end, 1)).eval()


@pytest.fixture(scope="module")
def walked() -> list[Sample]:
    rng = random.Random(5)
    tasks = [world.draw_task(rng) for _ in range(7)]
    return [Sample(task, tuple(world.write_solution(rng, task, 0.4)), True) for task in tasks]


def test_batched_scores_are_those_of_a_session(
    generator: Any, writer: DocumentWriter, loaded: Any, walked: list[Sample]
) -> None:
    model = rewards.make_reward_model(generator, 2).eval()
    torch.nn.init.normal_(model.score.weight, std=1.0)
    adapter = TokenClassifierReward(model, loaded, "random", chat=True)
    for one, path in zip(walked, score(model, writer, walked), strict=True):
        assert len(path) == len(one.lines)
        session = adapter.open(Problem(one.task.text), particles=1)
        for line, reward in zip(one.lines, path, strict=True):
            found = session.score({0: Step(line.text, (), 0.0, False, "separator")})
            assert found[0] == pytest.approx(reward, abs=1e-5)


def test_the_same_seed_gives_the_same_samples(
    generator: Any, writer: DocumentWriter, loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "MAX_TOKENS", 20)
    tasks = [world.draw_task(random.Random(seed), "arithmetic") for seed in range(2)]
    seen: list[tuple[int, int]] = []

    def samples(seed: int) -> list[list[Sample]]:
        return sample(generator, writer, loaded.decode, tasks, 2, 1.0, seed, lambda done, of: seen.append((done, of)))

    first = samples(1)
    assert [len(group) for group in first] == [2, 2]
    assert [group[0].task for group in first] == tasks
    assert first == samples(1)
    assert first != samples(2)
    assert seen[-1] == (2, 2)
    assert not any(s.right for group in first for s in group)  # random weights


@pytest.mark.parametrize(
    ("text", "right", "well_formed"),
    [
        ("x = 5. The answer is \\boxed{5}.", True, True),
        ("x = 6. The answer is \\boxed{6}.", False, True),
        ("x = 5. The answer is \\boxed{5}", False, False),
        ("x = 5. The answer is \\boxed{}.", False, False),
        ("x = 5. The answer is \\boxed{5/0}.", False, False),
        ("", False, False),
    ],
)
def test_what_counts_as_right(text: str, right: bool, well_formed: bool) -> None:
    task = Task("equation", "Solve x = 5", Fraction(5), None, "x = 5")
    one = Sample(task, (Line(text, False),), True)
    assert (one.right, one.well_formed) == (right, well_formed)
    assert not Sample(task, (Line(text, False),), False).well_formed


def test_samples_are_stored_and_judged_again(tmp_path: Path, walked: list[Sample]) -> None:
    path = tmp_path / "samples.json"
    save_samples(path, [[one, one] for one in walked])
    groups = load_samples(path)
    for one, (two, three) in zip(walked, groups, strict=True):
        assert two == three
        assert (two.task.kind, two.task.text, two.task.answer) == (one.task.kind, one.task.text, one.task.answer)
        assert two.lines == one.lines
        assert two.ended
