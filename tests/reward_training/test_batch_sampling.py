"""Many problems sampled at once: what each solution is does not depend on what is in the batch beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pfviz.errors import DatasetError
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.problems.problem import Problem
from pfviz.reward_training.batch_sampling import BatchSampler
from pfviz.reward_training.feature_files import FeatureFiles
from pfviz.reward_training.features import Features, describe_solutions
from pfviz.reward_training.samples import SampledProblem, append_sample, read_samples
from pfviz.types import Sampling
from tests.models import tiny

PROBLEMS = [Problem(f"compute {n} + {'1' * n}", str(n)) for n in range(1, 6)]
LAYERS = (1, 2)


def generator() -> CausalLMGenerator:
    return CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "tiny")


def sampler(rows: int = 64, max_steps: int = 3, temperature: float = 0.8) -> BatchSampler:
    sampling = Sampling(temperature, max_step_tokens=7)
    return BatchSampler(generator(), LAYERS, solutions=3, seed=1, sampling=sampling, max_steps=max_steps, rows=rows)


def sampled(problems: list[Problem], rows: int = 64) -> dict[str, tuple[SampledProblem, list[Features]]]:
    found = [one for progress in sampler(rows).sample(problems) for one in progress.done]
    return {sample.problem: (sample, features) for sample, features in found}


def test_a_solution_does_not_depend_on_the_batch() -> None:
    together, apart = sampled(PROBLEMS), sampled(PROBLEMS[::-1], rows=4)
    assert together.keys() == apart.keys() == {problem.text for problem in PROBLEMS}
    for text, (sample, features) in together.items():
        other, of_other = apart[text]
        ids = [[step.ids for step in solution.steps] for solution in sample.solutions]
        assert ids == [[step.ids for step in solution.steps] for solution in other.solutions]
        for one, two in zip(features, of_other, strict=True):
            assert np.allclose(one, two, rtol=2e-3, atol=2e-3)
    assert len({solution.text for sample, _ in together.values() for solution in sample.solutions}) > 5


def test_its_features_are_those_of_a_plain_pass_over_the_text() -> None:
    for sample, features in sampled(PROBLEMS).values():
        expected = describe_solutions(generator(), sample, LAYERS)
        for one, two in zip(features, expected, strict=True):
            assert one.shape == two.shape
            assert np.allclose(one, two, rtol=2e-3, atol=2e-3)  # halves


def test_its_log_probabilities_are_those_of_a_plain_pass() -> None:
    model = generator()
    for problem in PROBLEMS[:2]:
        for solution in sampled(PROBLEMS)[problem.text][0].solutions:
            prompt = model.prompt(problem)
            ids = [i for step in solution.steps for i in step.ids]
            logits = model.model(input_ids=torch.tensor([prompt + ids]), use_cache=False).logits[0]
            log_probs = torch.log_softmax(logits.double(), 1)[len(prompt) - 1 : -1]
            total = float(log_probs.detach().gather(1, torch.tensor(ids)[:, None]).sum())
            assert sum(step.log_prob or 0.0 for step in solution.steps) == pytest.approx(total, abs=1e-3)


def test_steps_and_tokens_are_limited() -> None:
    for sample, _ in sampled(PROBLEMS).values():
        assert all(1 <= len(solution.steps) <= 3 for solution in sample.solutions)
        assert all(1 <= len(step.ids) <= 7 for solution in sample.solutions for step in solution.steps)


def test_what_is_stopped_hands_out_whole_problems_only() -> None:
    calls = iter([False] * 4)
    progress = list(sampler(max_steps=50).sample(PROBLEMS, lambda: next(calls, True)))
    assert len(progress) == 4
    assert progress[-1].tokens > 0
    assert not any(one.done for one in progress)


def test_features_on_disk_are_those_that_were_kept(tmp_path: Path) -> None:
    sample, features = sampled(PROBLEMS[:1])[PROBLEMS[0].text]
    files = FeatureFiles(tmp_path / "states", "weights", LAYERS)
    assert files.read(sample) is None
    files.write(sample, features)
    append_sample(tmp_path / "samples.jsonl", sample)
    found = files.read(read_samples(tmp_path / "samples.jsonl")[0])
    assert found is not None
    assert all(np.array_equal(one, two) for one, two in zip(found, features, strict=True))
    assert FeatureFiles(tmp_path / "states", "weights", [1]).read(sample) is None  # other layers
    with pytest.raises(DatasetError, match="another model"):
        FeatureFiles(tmp_path / "states", "other", LAYERS).read(sample)
    for path in (tmp_path / "states").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert files.read(sample) is None
