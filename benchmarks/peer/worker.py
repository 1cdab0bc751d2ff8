"""its_hub's particle filtering, run in the environment of the benchmark's own: reads a line for each run, {particles,
seed, problem}, and answers with one, {seconds, tokens, steps}. Started by `peer.py`."""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from typing import Any

import numpy as np


def solve(pair: Any, particles: int, seed: int, problem: int) -> dict[str, float]:
    """One run of its own ParticleFiltering class, unchanged, over our models."""
    import torch

    from benchmarks.peer.adapters import END_OF_SOLUTION, LanguageModelAdapter, RewardModelAdapter

    # Imported by name: they are not in the environment that pfviz is checked in.
    step_generation = importlib.import_module("its_hub.core.lms.step_generation")
    particle_gibbs = importlib.import_module("its_hub.core.algorithms.particle_gibbs")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - its_hub draws from the global state
    torch.manual_seed(seed)
    text = pair.problems[problem]
    began = time.perf_counter()
    writer, judge = LanguageModelAdapter(pair, text), RewardModelAdapter(pair, text)
    steps = int(pair.settings.get("max_steps", 16))
    # It asks for one step more than its max_steps.
    stepping = step_generation.StepGeneration(steps - 1, "\n\n", stop_token=END_OF_SOLUTION, temperature=0.8)
    filtering = particle_gibbs.ParticleFiltering(stepping, judge)
    result = filtering.infer(writer, text.text, particles, return_response_only=False)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "tokens": writer.tokens, "steps": max(result.steps_used_lst)}


def main() -> None:
    """Serve until the input ends."""
    import torch

    from benchmarks.shapes import make_pair

    asked = json.loads(sys.argv[1])
    torch.set_num_threads(asked["threads"])
    made = make_pair(asked["pair"], **asked["changes"])
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer
    print(json.dumps({"ready": importlib.import_module("its_hub").__version__}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(solve(made, **json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
