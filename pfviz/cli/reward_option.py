"""What `--reward` names on a command line: a model by its name, or a Python function of the user's own."""

from __future__ import annotations

from pfviz.models.rewards.function_name import is_function_name, load_function_reward
from pfviz.types import RewardModel


def resolve_reward(name: str) -> str | RewardModel:
    """The name of a model as it is; of `module:function` the reward model that it makes, or a `ModelError`."""
    return load_function_reward(name) if is_function_name(name) else name
