"""The models that a user picks by name; each is loaded once per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pfviz.errors import ModelError
from pfviz.models.base import Generator, RewardModel
from pfviz.models.python_reward import FunctionReward, RewardFunction
from pfviz.problem import Problem

_LOADING = threading.Lock()


def _any_problem(text: str) -> None:
    """Takes every problem."""


def _any_reading(text: str, generator: Generator) -> None:
    """Takes every problem, however it reads to the generator."""


@dataclass(frozen=True, slots=True)
class GeneratorPreset:
    """A generator by name. `check` raises `ProblemError` for a problem text that it does not understand, and so does
    `check_reading` once it is loaded, if the text is a stranger to the model itself."""

    name: str
    description: str
    load: Callable[[], Generator]
    check: Callable[[str], None] = _any_problem
    check_reading: Callable[[str, Generator], None] = _any_reading


@dataclass(frozen=True, slots=True)
class RewardPreset:
    """A reward model by name."""

    name: str
    description: str
    load: Callable[[], RewardModel]


def assets() -> Path:
    """The folder of shipped models: $PFVIZ_ASSETS, else `assets/` beside the package."""
    import pfviz

    return Path(os.environ.get("PFVIZ_ASSETS") or Path(pfviz.__file__).parent.parent / "assets")


def _check_tiny(text: str) -> None:
    from pfviz.tiny.gate import check

    check(text)


def _check_tiny_reading(text: str, generator: Generator) -> None:
    from pfviz.models.causal_lm import CausalLMGenerator
    from pfviz.tiny.gate import familiar

    assert isinstance(generator, CausalLMGenerator)
    # Without the last prompt token: it only says that the problem's text is over.
    familiar(text, generator.prompt_losses(Problem(text))[:-1])


def _tiny_generator(folder: str, name: str) -> Callable[[], Generator]:
    def load() -> Generator:
        from pfviz.models.loading import load_generator

        return load_generator(assets() / "tiny" / folder, name=name, local_files_only=True)

    return load


def _tiny_reward(folder: str, name: str) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models.loading import load_reward

        return load_reward(assets() / "tiny" / folder, name=name, local_files_only=True, chat=True)

    return load


def _oracle() -> RewardModel:
    from pfviz.models.oracle_reward import OracleReward

    return OracleReward()


def _confidence(kind: str) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models.confidence import ConfidenceReward

        return ConfidenceReward(kind)

    return load


GENERATORS: dict[str, GeneratorPreset] = {
    preset.name: preset
    for preset in [
        GeneratorPreset(
            "embedded",
            "A small language model that ships with pfviz: arithmetic, linear equations and short word problems.",
            _tiny_generator("generator", "embedded"),
            _check_tiny,
            _check_tiny_reading,
        ),
    ]
}

REWARDS: dict[str, RewardPreset] = {
    preset.name: preset
    for preset in [
        RewardPreset(
            "embedded",
            "A process reward model that ships with pfviz, trained against its own best-scored mistakes.",
            _tiny_reward("reward", "embedded"),
        ),
        RewardPreset(
            "naive",
            "An early stage of that reward model, which some mistakes fool: with more samples its pick gets worse.",
            _tiny_reward("naive-reward", "naive"),
        ),
        RewardPreset(
            "oracle",
            "The truth about every step, where the answer is known: a reward model that never errs.",
            _oracle,
        ),
        RewardPreset(
            "confidence",
            "How sure the generator itself was of its step: the geometric mean of the tokens' probabilities.",
            _confidence("mean"),
        ),
        RewardPreset(
            "confidence-min",
            "How sure the generator was of the token of its step of which it was least sure.",
            _confidence("minimum"),
        ),
        RewardPreset(
            "confidence-sum",
            "How likely the generator found its step as a whole: the longer a step, the less.",
            _confidence("sum"),
        ),
        RewardPreset(
            "confidence-entropy",
            "How little the generator was in doubt about the next token, on average over its step.",
            _confidence("entropy"),
        ),
    ]
}


def generator_preset(name: str) -> GeneratorPreset:
    """The preset of that name; raises `ModelError` naming those that there are."""
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.generator_preset(name)
    if name not in GENERATORS:
        raise ModelError(f"There is no generator named {name!r}. Choose one of: {', '.join(GENERATORS)}.")
    return GENERATORS[name]


def reward_preset(name: str) -> RewardPreset:
    """The preset of that name; raises `ModelError` naming those that there are."""
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.reward_preset(name)
    if name not in REWARDS:
        raise ModelError(f"There is no reward model named {name!r}. Choose one of: {', '.join(REWARDS)}.")
    return REWARDS[name]


@cache
def _generator(name: str) -> Generator:
    return generator_preset(name).load()


@cache
def _reward(name: str) -> RewardModel:
    return reward_preset(name).load()


def generator(name: str) -> Generator:
    """The generator of that name, loaded at the first call and kept."""
    with _LOADING:  # two visitors at once must not load it twice
        return _generator(name)


def reward(name: str) -> RewardModel:
    """The reward model of that name, loaded at the first call and kept."""
    with _LOADING:
        return _reward(name)


def as_reward(given: str | RewardModel | RewardFunction) -> RewardModel:
    """The reward model that is meant by a preset's name, by itself, or by a function of (problem text, steps); raises
    `ModelError` for anything else."""
    if isinstance(given, str):
        return reward(given)
    if isinstance(given, RewardModel):
        return given
    if callable(given):
        return FunctionReward(given)
    raise ModelError(
        f"The reward is {type(given).__name__}; give the name of a preset, a reward model, or a function of "
        "(problem text, steps) that returns a number in [0, 1]."
    )
