"""The solutions scored through the reward model's own sessions: alone, in batches, in another order, forked."""

from __future__ import annotations

import numpy as np

from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.lab.reward_check.solutions import Solutions, list_prefixes
from pfviz.problems.problem import Problem
from pfviz.types import FloatArray, IntArray, RewardModel


def score_in_batches(
    reward: RewardModel,
    solutions: Solutions,
    size: int,
    *,
    reverse: bool = False,
    fork: bool = False,
) -> FloatArray:
    """Return the rewards of all prefixes (K,), up to `size` solutions of a problem at once; 1 scores each alone.

    `reverse` puts the last solution of a batch first. `fork` lets the solutions change their slots after each step, as
    selection does.
    """
    prefixes = list_prefixes(solutions)
    rewards = np.full(len(prefixes.solution), np.nan)
    for part in batches(size, solutions):
        members = list(reversed(part)) if reverse else list(part)
        session = reward.open(Problem(solutions[members[0]].problem), particles=len(members))
        for t in range(max(len(solutions[s].steps) for s in members)):
            steps = {
                slot: text_step(solutions[s].steps[t], finished=t + 1 == len(solutions[s].steps))
                for slot, s in enumerate(members)
                if t < len(solutions[s].steps)
            }
            for slot, value in score_steps(session, reward.name, steps).items():
                rewards[(prefixes.solution == members[slot]) & (prefixes.step == t)] = value
            if fork:
                order = np.arange(len(members))[::-1]
                session.select(order)
                members = [members[int(slot)] for slot in order]
    return rewards


def batches(size: int, solutions: Solutions) -> list[list[int]]:
    """Return the places of the solutions that are scored together: those of a problem, up to `size` of them."""
    found: list[list[int]] = []
    for problem in dict.fromkeys(one.problem for one in solutions):
        own = [place for place, one in enumerate(solutions) if one.problem == problem]
        found += [own[start : start + size] for start in range(0, len(own), size)]
    return found


def batch_labels(solutions: Solutions) -> IntArray:
    """Return (K,) numbers: prefixes with the same one are computed together, if all solutions of a problem are."""
    prefixes = list_prefixes(solutions)
    found: IntArray = prefixes.problem * (prefixes.step.max() + 1) + prefixes.step
    return found
