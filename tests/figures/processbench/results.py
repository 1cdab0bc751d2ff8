"""A made-up reward model on made-up solutions of every subset."""

from __future__ import annotations

from functools import cache

import numpy as np

from pfviz.lab.metrics.first_errors import evaluate
from pfviz.lab.metrics.processbench import Sample, ScoredSample
from pfviz.lab.metrics.processbench_subsets import ProcessBenchResult, summarise_processbench


def solution(sample_id: str, label: int, rewards: list[float], correct: bool | None = True) -> ScoredSample:
    sample = Sample(sample_id, "made up", "a problem", ("a step",) * len(rewards), correct, label)
    return ScoredSample(sample, np.array(rewards), 1, 1)


@cache
def processbench(reward: str = "made-up") -> ProcessBenchResult:
    """Errors at every step, which are found, seen late, early or never."""
    rng = np.random.default_rng(5)
    scored = []
    for k in range(160):
        subset = ("gsm8k", "math", "olympiadbench", "omnimath")[k % 4]
        length = int(rng.integers(2, 16))
        label = -1 if rng.random() < 0.4 else int(rng.integers(length))
        rewards = rng.uniform(0.6, 1, length)
        if label >= 0:
            rewards[min(length - 1, label + int(rng.choice([0, 0, 0, 1]))) :] *= rng.choice([0.3, 0.4, 1.0])
        correct = bool(label < 0 or rng.random() < 0.3)
        scored.append(solution(f"{subset}-{k}", label, rewards.round(3).tolist(), correct))
    return summarise_processbench(reward, scored, evaluate(scored))
