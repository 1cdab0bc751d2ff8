"""How well a score orders the solutions of a problem, beside controls that know nothing of their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.lab.metrics.best_of_n import chance_best_is_right
from pfviz.problems.answers import canonical_answer, extract_answer
from pfviz.reward_training.prefixes import Prefixes
from pfviz.reward_training.samples import SampledProblem, Solution
from pfviz.rng import derive_rng
from pfviz.stats import bootstrap
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray, IntArray

VOTE_DRAWS = 50
"""Random subsets of the solutions over which a vote of fewer than all is averaged."""


def within_problem_auc(scores: FloatArray, right: BoolArray, problem: IntArray, seed: int = 0) -> Estimate:
    """The chance that of two solutions of a problem, one right and one wrong, the right one scores higher; ties count
    half. All pairs weigh the same; the interval is a bootstrap over problems."""
    wins, pairs = [], []
    for number in np.unique(problem):
        here = problem == number
        good, bad = scores[here & right], scores[here & ~right]
        if len(good) and len(bad):
            differences = good[:, None] - bad[None, :]
            wins.append(float((differences > 0).sum() + 0.5 * (differences == 0).sum()))
            pairs.append(float(differences.size))
    return bootstrap.ratio(np.array(wins), np.array(pairs), np.arange(len(wins)), seed)


@dataclass(frozen=True, slots=True)
class Picks:
    """What N solutions of a problem come to, on average over problems: each is a share of right answers."""

    one: float
    any: float
    majority: float
    best: float
    weighted_vote: float


def evaluate_picks(samples: Sequence[SampledProblem], rewards: Sequence[FloatArray], n: int, seed: int = 0) -> Picks:
    """Right answers by one solution, any, the majority, the best-scored and the weighted vote of n, where each
    problem's solutions have these rewards."""
    found = []
    for number, (sample, reward) in enumerate(zip(samples, rewards, strict=True)):
        right = np.array([solution.right for solution in sample.solutions])
        size = min(n, len(right))
        answers = [_answer(solution) for solution in sample.solutions]
        rng = derive_rng(seed, "votes", number)
        subsets = [rng.permutation(len(right))[:size] for _ in range(VOTE_DRAWS if size < len(right) else 1)]
        found.append(
            [
                float(right.mean()),
                float(np.mean([right[subset].any() for subset in subsets])),
                float(np.mean([_vote(answers, right, np.ones(len(right)), subset) for subset in subsets])),
                chance_best_is_right(reward, right, size),
                float(np.mean([_vote(answers, right, reward, subset) for subset in subsets])),
            ]
        )
    return Picks(*np.array(found).mean(0).tolist())


def _vote(answers: Sequence[str], right: BoolArray, weights: FloatArray, subset: IntArray) -> float:
    """Whether the answer with the most weight is right; among equals the chance of it."""
    totals: dict[str, float] = {}
    for place in subset:
        totals[answers[place]] = totals.get(answers[place], 0.0) + float(weights[place])
    top = max(totals.values())
    winners = [answer for answer, weight in totals.items() if weight >= top - 1e-12]
    outcomes = {answers[place]: bool(right[place]) for place in subset}
    return float(np.mean([outcomes[answer] for answer in winners]))


def _answer(solution: Solution) -> str:
    answer = extract_answer(solution.text)
    return "" if answer is None else canonical_answer(answer)


def control_scores(samples: Sequence[SampledProblem]) -> Mapping[str, FloatArray]:
    """Scores of complete solutions that do not read them, one for each solution in order."""
    solutions = [solution for sample in samples for solution in sample.solutions]
    controls = {
        "shorter is better": np.array([-float(solution.tokens) for solution in solutions]),
        "fewer steps are better": np.array([-float(len(solution.steps)) for solution in solutions]),
    }
    if all(step.log_prob is not None for solution in solutions for step in solution.steps):
        sums = np.array([sum(step.log_prob or 0.0 for step in solution.steps) for solution in solutions])
        controls["mean log-probability"] = sums / np.array([max(solution.tokens, 1) for solution in solutions])
    return controls


def complete_rows(prefixes: Prefixes) -> IntArray:
    """The rows of complete solutions, in the order of the solutions."""
    rows = np.flatnonzero(prefixes.complete)
    return np.asarray(rows[np.argsort(prefixes.solution[rows], kind="stable")])
