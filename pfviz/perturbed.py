"""Rewards that are broken on purpose, around whatever `pfviz.run` takes as a reward.

    pfviz.run(problem, reward=pfviz.perturbed.noisy("embedded", 0.5))
    pfviz.perturbed.capped(pfviz.perturbed.length_bias("naive", per_token=0.05), high=0.9)

What each does, and what it raises, stands in `pfviz.models.rewards.perturbed`; here names and functions are resolved.
"""

from __future__ import annotations

from pfviz.models.registry import as_reward
from pfviz.models.rewards import perturbed
from pfviz.models.rewards.function import RewardFunction
from pfviz.models.rewards.perturbed import PerturbedReward
from pfviz.types import RewardModel

__all__ = ["capped", "inverted", "length_bias", "noisy"]

Reward = str | RewardModel | RewardFunction


def noisy(reward: Reward, sd: float, seed: int = 0) -> PerturbedReward:
    """Add Gaussian noise of standard deviation `sd` to the log-odds of a reward."""
    return perturbed.noisy(as_reward(reward), sd, seed)


def length_bias(
    reward: Reward, *, per_token: float | None = None, per_character: float | None = None
) -> PerturbedReward:
    """Add so much to the log-odds of a reward for every token, or for every character, of the prefix."""
    return perturbed.length_bias(as_reward(reward), per_token=per_token, per_character=per_character)


def capped(reward: Reward, low: float = 0.0, high: float = 1.0) -> PerturbedReward:
    """Clip a reward to [low, high]."""
    return perturbed.capped(as_reward(reward), low, high)


def inverted(reward: Reward) -> PerturbedReward:
    """Turn a reward upside down: 1 - r."""
    return perturbed.inverted(as_reward(reward))
