"""What stands before every problem is computed once, and a run has the same numbers whatever was asked before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from pfviz.models.decoding import prompt_start
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.prompt_start import shared_length
from pfviz.problems.problem import Problem
from pfviz.types import Sampling, Step, WritingOptions
from tests.models import tiny

SYSTEM = "write short steps and end with the answer in a box " * 2
PROBLEMS = [Problem("compute 1 + 2"), Problem("0 + 1"), Problem("x")]


def generator(system: str = SYSTEM) -> CausalLMGenerator:
    made = CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "tiny", system=system)
    fed: list[int] = []
    made.model.register_forward_pre_hook(
        lambda _, __, inputs: fed.append(inputs["input_ids"].numel()), with_kwargs=True
    )
    made.fed = fed  # type: ignore[attr-defined]
    return made


def write(made: CausalLMGenerator, problem: Problem) -> list[Step]:
    session = made.open(problem, particles=3, seed=2, sampling=Sampling(max_step_tokens=6))
    found: list[Step] = []
    for step in range(2):
        *_, last = session.extend([0, 1, 2], step)
        assert isinstance(last, Mapping)
        found += [last[slot] for slot in range(3)]
        session.select(np.array([1, 1, 2]))
    return found


def plain_log_prob(made: CausalLMGenerator, problem: Problem, ids: tuple[int, ...]) -> float:
    prompt = made.prompt(problem)
    with torch.inference_mode():
        logits = made.model(input_ids=torch.tensor([[*prompt, *ids]]), use_cache=False).logits[0].double()
    return float(logits.log_softmax(-1)[len(prompt) - 1 : -1].gather(1, torch.tensor(ids)[:, None]).sum())


def test_the_start_is_what_all_prompts_have_in_common() -> None:
    made = generator()
    lengths = {shared_length(made.prompt, problem) for problem in PROBLEMS}
    (length,) = lengths
    assert length >= len(SYSTEM)
    assert len({tuple(made.prompt(problem)[:length]) for problem in PROBLEMS}) == 1
    assert len({made.prompt(problem)[length] for problem in PROBLEMS}) > 1
    assert shared_length(generator("short").prompt, PROBLEMS[0]) == 0


def test_it_is_computed_once_and_a_run_is_to_the_bit_what_it_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = generator()
    length = shared_length(made.prompt, PROBLEMS[0])
    together = [write(made, problem) for problem in (*PROBLEMS, PROBLEMS[0])]
    fed: Any = made.fed  # type: ignore[attr-defined]
    assert fed.count(length) == 1
    assert max(count for count in fed if count != length) < len(made.prompt(PROBLEMS[0])) - length
    assert together[-1] == together[0]
    assert [write(generator(), problem) for problem in PROBLEMS] == together[:3]
    monkeypatch.setattr(prompt_start, "LEAST_TOKENS", 10_000)
    for steps, problem in zip(together, PROBLEMS, strict=False):
        assert [step.token_ids for step in write(generator(), problem)] == [step.token_ids for step in steps]
        first = steps[0]
        assert first.log_prob == pytest.approx(plain_log_prob(made, problem, first.token_ids), abs=1e-4)


def test_another_system_prompt_has_a_start_of_its_own() -> None:
    system = "another turn of the system, as long as the one before, " * 2
    made = generator()
    before = write(made, PROBLEMS[0])
    other = made.configure(WritingOptions(system=system))
    assert write(other, PROBLEMS[0]) == write(generator(system), PROBLEMS[0])
    assert write(made, PROBLEMS[0]) == before
