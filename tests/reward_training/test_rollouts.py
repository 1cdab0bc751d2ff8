"""Rollouts: their mean is the value of a prefix in a language whose continuations can be counted, and a label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.problems.problem import Problem
from pfviz.reward_training.batch_sampling import BatchSampler, Beginning
from pfviz.reward_training.exports import trl_rows
from pfviz.reward_training.fit import fit_direction
from pfviz.reward_training.prefixes import build_prefixes
from pfviz.reward_training.rollouts import add_values, choose_prefixes, count_rollouts
from pfviz.reward_training.samples import SampledProblem, SampledStep, Solution, read_samples, write_samples
from pfviz.rng import derive_rng
from pfviz.types import Sampling
from tests.models import tiny
from tests.reward_training.test_fit import planted

MERGED = ("\n\n7", "\n\n")
PROBLEM = Problem("what is it", "7")


def generator() -> CausalLMGenerator:
    tokenizer = tiny.tokenizer(merged=MERGED)
    return CausalLMGenerator(tiny.causal_lm(vocabulary=len(tokenizer)), tokenizer, "tiny")


def sampler(rollouts: int, rows: int = 64, seed: int = 4) -> BatchSampler:
    sampling = Sampling(1.0, max_step_tokens=2)
    return BatchSampler(generator(), (), solutions=rollouts, seed=seed, sampling=sampling, max_steps=2, rows=rows)


def beginnings(*texts: str) -> list[Beginning]:
    tokenization = generator().tokenization
    steps = [SampledStep(text.split("\n\n")[0], tuple(tokenization.encode(text)), "separator") for text in texts]
    return [Beginning(PROBLEM, (step,), place) for place, step in enumerate(steps)]


def roll_out(made: BatchSampler, begun: list[Beginning]) -> dict[int, float]:
    return {place: share for progress in made.roll_out(begun) for place, share in progress.done}


def true_value(begun: Beginning) -> float:
    """The probability that one more step, of at most two tokens, ends the text with the last number 7. A text so short
    is finished by the end of its sequence alone, so every continuation with that end is counted."""
    model = generator()
    start = [i for step in begun.steps for i in step.ids]
    ends_step = {model.tokenization.encode(text)[0] for text in MERGED}
    eos = 1
    texts: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    value = 0.0
    for _ in range(2):
        inputs = torch.tensor([[*model.prompt(PROBLEM), *start, *ids] for ids, _ in texts])
        with torch.inference_mode():
            chances = model.model(input_ids=inputs).logits[:, -1].double().softmax(-1).numpy()
        longer = []
        for (ids, chance), row in zip(texts, chances, strict=True):
            said = model.tokenization.decode([*start, *ids])
            numbers = "".join(sign if sign.isdigit() else " " for sign in said).split()
            value += chance * row[eos] * (numbers[-1:] == ["7"])
            longer += [((*ids, i), chance * row[i]) for i in range(len(row)) if i not in {eos, *ends_step}]
        texts = longer
    return value


def test_the_share_of_right_rollouts_is_the_true_value_of_a_prefix_within_its_binomial_bound() -> None:
    """Each of four shares of 512 rollouts is within 4 standard deviations: one is not with odds of 1 in 4,000. In the
    last beginning the token that ended the step has already written the answer of the next one."""
    begun = beginnings("it is 7\n\n", "x = 7\n\n", "7\n\n", "it is\n\n7")
    found = roll_out(sampler(512, 1024), begun)
    assert sorted(found) == [0, 1, 2, 3]
    for place, share in found.items():
        value = true_value(begun[place])
        assert value > 0.005
        assert abs(share - value) < 4 * np.sqrt(value * (1 - value) / 512), (place, share, value)
    none = beginnings("3 + 4\n\n")
    assert true_value(none[0]) < 0.001
    assert roll_out(sampler(64), none) == {0: 0.0}


def test_rollouts_hang_on_the_beginning_and_the_seed_and_not_on_the_batch() -> None:
    begun = beginnings("it is 7\n\n", "x = 7\n\n", "7\n\n")
    together = roll_out(sampler(128, 512), begun)
    assert together == roll_out(sampler(128, 1), begun)
    assert together != roll_out(sampler(128, 512, seed=5), begun)


def solution(right: bool, *texts: str) -> Solution:
    return Solution(tuple(SampledStep(text, (1,), "separator") for text in texts), right)


SAMPLE = SampledProblem("2 + 2 + 1?", "5", (
    solution(True, "2 + 2 = 4", "it is 5"), solution(False, "a", "b", "c"), solution(True, "it is 5"),
))  # fmt: skip


def test_every_prefix_of_some_solutions_of_mixed_problems_is_chosen_until_it_has_its_rollouts() -> None:
    problem, easy = Problem("2 + 2 + 1?", "5"), SampledProblem("1?", "1", (solution(True, "1", "1"),) * 2)

    def chosen(sample: SampledProblem, rollouts: int = 4, solutions: int = 2) -> list[tuple[int, int]]:
        found = choose_prefixes([problem, Problem("1?", "1")], [sample, easy], rollouts, solutions)
        return [(one.solution, len(one.steps)) for one in found]

    assert chosen(SAMPLE) == [(0, 1), (1, 1), (1, 2)]
    assert chosen(SAMPLE, solutions=1) == [(0, 1)]
    partly = add_values(SAMPLE, {(0, 1): 0.75, (1, 1): 0.25}, 4)
    assert chosen(partly) == [(1, 2)]
    assert chosen(partly, rollouts=8) == [(0, 1), (1, 1), (1, 2)]
    assert count_rollouts([partly, easy]) == (2, 8)


def test_values_are_kept_in_the_file_and_are_labels_where_there_are_some(tmp_path: Path) -> None:
    valued = add_values(SAMPLE, {(0, 1): 0.0, (1, 1): 0.25}, 4)
    path = tmp_path / "samples.jsonl"
    write_samples(path, [valued, SAMPLE])
    assert read_samples(path) == [valued, SAMPLE]
    assert "rollouts" not in path.read_text().splitlines()[1]
    assert [row["labels"] for row in trl_rows([valued])] == [[False, True], [True, False, False], [True]]
    nothing = [[np.zeros((len(one.steps), 1, 2), np.float16) for one in SAMPLE.solutions]]
    prefixes = build_prefixes([valued], nothing)
    assert prefixes.value.tolist() == [0, 1, 0.25, 0, 0, 1]
    assert prefixes.draws.tolist() == [4, 1, 4, 1, 1, 1]
    assert prefixes.information.tolist() == pytest.approx([1.6, 1, 1.6, 1, 1, 1])


def test_the_fit_learns_from_values_and_a_value_of_one_draw_is_an_outcome() -> None:
    """Outcomes that are pure chance teach nothing; the true values of the same prefixes do."""
    prefixes = planted(problems=20)
    known = prefixes.features[:, 0, 0].astype(np.float64)
    chance = derive_rng(7, "outcomes").random(len(known)) < 0.5
    blind = replace(prefixes, right=chance, value=chance.astype(np.float64))
    told = replace(blind, value=1 / (1 + np.exp(-known)), draws=np.full(len(known), 16))
    assert fit_direction(told, 0, 1e-3).weight[0] > 2 * abs(fit_direction(blind, 0, 1e-3).weight[0])
    again = replace(prefixes, value=prefixes.right.astype(np.float64), draws=np.ones(len(known), np.int64))
    assert np.array_equal(fit_direction(again, 0, 1e-3).weight, fit_direction(prefixes, 0, 1e-3).weight)
