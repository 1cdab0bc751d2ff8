"""Who may score whom: the rewards of the embedded world know no other language than that of its generator."""

from __future__ import annotations

from pathlib import Path

from pfviz.errors import ModelError, ProblemError
from pfviz.models.registry import GENERATORS, REWARDS
from pfviz.models.remote.endpoint import ENDPOINT_PREFIX
from pfviz.models.rewards.function import FunctionReward
from pfviz.models.rewards.one_world import WatchedReward
from pfviz.models.rewards.perturbed import PerturbedReward
from pfviz.types import Generator, RewardModel


def check_pair(problem: str, generator: str | Generator, reward: str | RewardModel) -> None:
    """Raise `ModelError`, with the rewards that can, where a reward of the embedded world is to score what another
    generator writes about a problem of another world."""
    name = _name_of_world_reward(reward)
    if name is None or _is_of_world(generator) or _reads_as_of_world(problem, generator):
        return
    raise ModelError(
        f"The reward {name!r} knows the embedded world only, and cannot know this problem as "
        f"{_name_of(generator)!r} solves it: right steps would count as wrong. {_describe_others(generator)}"
    )


def watch_pair(generator: Generator, reward: RewardModel) -> RewardModel:
    """The reward model, watched where it is one of the embedded world and the generator may be none."""
    name = _name_of_world_reward(reward)
    if name is None or _is_of_world(generator):
        return reward
    return WatchedReward(
        reward,
        f"{generator.name} writes its steps in other words than the embedded world: the reward {name!r} cannot know "
        f"them, and its scores say nothing. {_describe_others(generator)}",
    )


def _name_of_world_reward(reward: str | RewardModel) -> str | None:
    """Its name, if it is a reward of the embedded world, broken on purpose or not."""
    while isinstance(reward, PerturbedReward) and reward.name not in REWARDS:
        reward = reward.reward
    if isinstance(reward, FunctionReward):
        return None  # somebody's own, whatever it is called
    name = _name_of(reward)
    return name if name in REWARDS and not REWARDS[name].any_generator else None


def _name_of(model: str | Generator | RewardModel) -> str:
    return model if isinstance(model, str) else model.name


def _is_of_world(generator: str | Generator) -> bool:
    return _name_of(generator) in GENERATORS


def _reads_as_of_world(problem: str, generator: str | Generator) -> bool:
    """Whether the problem may be one of the embedded world. Almost any text with numbers reads like a story; it is
    taken for one only where the generator is not known to be somebody else's."""
    from pfviz.tiny.gate import check_problem

    try:
        kind = check_problem(problem)
    except ProblemError:
        return False
    return kind != "story" or not isinstance(generator, str) or Path(generator).is_dir()


def _describe_others(generator: str | Generator) -> str:
    """The rewards that can."""
    served = _name_of(generator).startswith(ENDPOINT_PREFIX)
    able = [preset for preset in REWARDS.values() if preset.any_generator]
    names = [preset.name for preset in able if not (served and preset.reads == "distributions")]
    return (
        f"Choose one of: {', '.join(names)}; a reward model of the Hugging Face Hub, owner/name, or in a folder; "
        f"{ENDPOINT_PREFIX}NAME; or, from Python, a function of (problem text, steps)."
    )
