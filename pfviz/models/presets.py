"""The models that a user picks by name; each is loaded once per process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pfviz.errors import ModelError
from pfviz.models import devices, published
from pfviz.models.base import Generator, RewardModel
from pfviz.models.python_reward import FunctionReward, RewardFunction
from pfviz.models.shelf import Shelf
from pfviz.problem import Problem


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


def _perturbed(name: str, change: str, **amounts: float) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models import perturbed

        made: perturbed.PerturbedReward = getattr(perturbed, change)("embedded", **amounts)
        made.name = name  # a trace that names it can be resumed
        return made

    return load


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
        RewardPreset(
            "embedded-noisy",
            "The embedded reward model with noise on its log-odds, as strong as what it knows: a weak judge.",
            _perturbed("embedded-noisy", "noisy", sd=2.0),
        ),
        RewardPreset(
            "embedded-long",
            "The embedded reward model, but every token adds to the score: long solutions win.",
            _perturbed("embedded-long", "length_bias", per_token=0.15),
        ),
        RewardPreset(
            "embedded-capped",
            "The embedded reward model, but nothing scores above 0.6: what is good and what is best look alike.",
            _perturbed("embedded-capped", "capped", high=0.6),
        ),
        RewardPreset(
            "embedded-inverted",
            "The embedded reward model upside down: it prefers what is wrong.",
            _perturbed("embedded-inverted", "inverted"),
        ),
    ]
}


_SHELF = Shelf(lambda: devices.together().gigabytes / devices.HEADROOM)


def generator_preset(name: str) -> GeneratorPreset:
    """The preset of that name, or a model of the Hub or in a folder as one; raises `ModelError` for any other name."""
    if name in GENERATORS:
        return GENERATORS[name]
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.generator_preset(name)
    if published.is_place(name):
        return GeneratorPreset(
            name, "A language model from the Hub or from a folder.", lambda: published.generator(name)
        )
    raise ModelError(
        f"There is no generator named {name!r}. Choose one of: {', '.join(GENERATORS)}; or give an id of the Hugging "
        "Face Hub, owner/name, or a folder."
    )


def reward_preset(name: str) -> RewardPreset:
    """The preset of that name, or a model of the Hub or in a folder as one, PROTOCOL: before it where it is to be asked
    by that protocol; raises `ModelError` for any other name."""
    if name in REWARDS:
        return REWARDS[name]
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.reward_preset(name)
    if published.is_place(published.parted(name)[1]):
        return RewardPreset(name, "A reward model from the Hub or from a folder.", lambda: published.reward(name))
    raise ModelError(
        f"There is no reward model named {name!r}. Choose one of: {', '.join(REWARDS)}; or give an id of the Hugging "
        "Face Hub, owner/name, or a folder."
    )


def generator(name: str) -> Generator:
    """The generator of that name, loaded at the first call and kept."""
    made: Generator = _SHELF.get(f"generator {name}", generator_preset(name).load, published.gigabytes(name))
    return made


def reward(name: str) -> RewardModel:
    """The reward model of that name, loaded at the first call and kept."""
    made: RewardModel = _SHELF.get(f"reward {name}", reward_preset(name).load, published.gigabytes(name))
    return made


def loaded(generator_name: str | None, reward_name: str | None) -> bool:
    """Whether something with these two, or the one that is not None, could begin at once."""
    asked = (("generator", generator_name), ("reward", reward_name))
    return all(_SHELF.holds(f"{role} {name}") for role, name in asked if name is not None)


def forked() -> None:
    """To be called in a process that was forked from this one: the models are there, and nobody is loading any."""
    _SHELF.forked()


def forget() -> None:
    """Put all loaded models away."""
    _SHELF.clear()


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
