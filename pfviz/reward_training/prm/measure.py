"""What a trained reward model is worth: its rewards of held-out solutions, asked as a run asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.problems.problem import Problem
from pfviz.reward_training.evaluate import (
    Picks,
    complete_rows,
    control_scores,
    evaluate_picks,
    within_problem_auc,
)
from pfviz.reward_training.pipeline import PICK_SIZES
from pfviz.reward_training.prefixes import build_prefixes
from pfviz.reward_training.samples import SampledProblem
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray, RewardModel

FEWEST_PREFIXES = 20
"""After how many prefixes of a step its AUC is worth a line."""


@dataclass(frozen=True, slots=True)
class StepAuc:
    """How well the rewards after a step order the solutions of a problem."""

    step: int  # 1 is the first
    auc: Estimate
    prefixes: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Within-problem AUC of rewards against the outcome of the solution, beside controls that do not read it."""

    problems: int
    solutions: int
    complete: Estimate
    half_way: Estimate
    by_step: tuple[StepAuc, ...]
    controls: Mapping[str, Estimate]
    picks: Mapping[int, Picks]


def score_problems(reward: RewardModel, samples: Sequence[SampledProblem]) -> Iterator[FloatArray]:
    """Yield for each problem the rewards (P,) after every step of each solution, in their order."""
    for sample in samples:
        session = reward.open(Problem(sample.problem), particles=len(sample.solutions))
        lengths = [len(solution.steps) for solution in sample.solutions]
        found = [np.zeros(length) for length in lengths]
        for step in range(max(lengths)):
            steps = {
                slot: text_step(solution.steps[step].text, finished=step == lengths[slot] - 1)
                for slot, solution in enumerate(sample.solutions)
                if step < lengths[slot]
            }
            for slot, value in score_steps(session, reward.name, steps).items():
                found[slot][step] = value
        yield np.concatenate(found)


def measure_rewards(samples: Sequence[SampledProblem], rewards: Sequence[FloatArray]) -> Measures:
    """What the rewards of these problems, as `score_problems` yields them, are worth."""
    nothing = [[np.zeros((len(one.steps), 0, 0), np.float16) for one in sample.solutions] for sample in samples]
    prefixes = build_prefixes(samples, nothing)
    scores = np.concatenate(rewards)
    done = complete_rows(prefixes)
    last = scores[done]

    def auc_of(rows: BoolArray) -> Estimate:
        return within_problem_auc(scores[rows], prefixes.right[rows], prefixes.problem[rows])

    unfinished = ~prefixes.complete
    counts = np.bincount(prefixes.step[unfinished])
    by_step = tuple(
        StepAuc(step + 1, auc_of((prefixes.step == step) & unfinished), int(count))
        for step, count in enumerate(counts)
        if count >= FEWEST_PREFIXES
    )
    sizes = [len(sample.solutions) for sample in samples]
    of_problem = np.split(last, np.cumsum(sizes)[:-1])
    controls = {
        name: within_problem_auc(values, prefixes.right[done], prefixes.problem[done])
        for name, values in control_scores(samples).items()
    }
    picks = {n: evaluate_picks(samples, of_problem, n) for n in PICK_SIZES if n <= min(sizes)}
    complete = within_problem_auc(last, prefixes.right[done], prefixes.problem[done])
    return Measures(len(samples), len(done), complete, auc_of(prefixes.half_way), by_step, controls, picks)
