"""The models that a user picks by name; each is loaded once per process."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import ModelError
from pfviz.models.hub import devices, published
from pfviz.models.hub.model_cache import ModelCache
from pfviz.models.preset import GeneratorPreset, RewardPreset
from pfviz.models.rewards.function import FunctionReward, RewardFunction
from pfviz.problems.problem import Problem
from pfviz.resources import weights_dir
from pfviz.types import Generator, RewardModel


def _check_tiny_problem(text: str) -> None:
    from pfviz.tiny.gate import check_problem

    check_problem(text)


def _check_tiny_familiarity(text: str, generator: Generator) -> None:
    from pfviz.models.decoding.causal_lm import CausalLMGenerator
    from pfviz.tiny.gate import check_familiarity

    assert isinstance(generator, CausalLMGenerator)
    # Without the last prompt token: it only says that the problem's text is over.
    check_familiarity(text, generator.prompt_losses(Problem(text))[:-1])


def _tiny_generator_loader(folder: str, name: str) -> Callable[[], Generator]:
    def load() -> Generator:
        from pfviz.models.hub.loader import load_generator

        return load_generator(weights_dir() / folder, name=name, local_files_only=True)

    return load


def _tiny_reward_loader(folder: str, name: str) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models.hub.loader import load_reward

        return load_reward(weights_dir() / folder, name=name, local_files_only=True, chat=True)

    return load


def _load_oracle() -> RewardModel:
    from pfviz.models.rewards.oracle import OracleReward

    return OracleReward()


def _perturbed_loader(name: str, change: str, **amounts: float) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models.rewards import perturbed

        made: perturbed.PerturbedReward = getattr(perturbed, change)(get_reward("embedded"), **amounts)
        made.name = name  # a trace that names it can be resumed
        return made

    return load


def _confidence_loader(kind: str) -> Callable[[], RewardModel]:
    def load() -> RewardModel:
        from pfviz.models.rewards.confidence import ConfidenceReward

        return ConfidenceReward(kind)

    return load


GENERATORS: dict[str, GeneratorPreset] = {
    preset.name: preset
    for preset in [
        GeneratorPreset(
            "embedded",
            "A small language model that ships with pfviz: arithmetic, linear equations and short word problems.",
            _tiny_generator_loader("generator", "embedded"),
            _check_tiny_problem,
            _check_tiny_familiarity,
        ),
    ]
}

REWARDS: dict[str, RewardPreset] = {
    preset.name: preset
    for preset in [
        RewardPreset(
            "embedded",
            "A process reward model that ships with pfviz, trained against its own best-scored mistakes.",
            _tiny_reward_loader("reward", "embedded"),
        ),
        RewardPreset(
            "naive",
            "An early stage of that reward model, which some mistakes fool: with more samples its pick gets worse.",
            _tiny_reward_loader("naive-reward", "naive"),
        ),
        RewardPreset(
            "oracle",
            "The truth about every step, where the answer is known: a reward model that never errs.",
            _load_oracle,
        ),
        RewardPreset(
            "confidence",
            "How sure the generator itself was of its step: the geometric mean of the tokens' probabilities.",
            _confidence_loader("mean"),
        ),
        RewardPreset(
            "confidence-min",
            "How sure the generator was of the token of its step of which it was least sure.",
            _confidence_loader("minimum"),
        ),
        RewardPreset(
            "confidence-sum",
            "How likely the generator found its step as a whole: the longer a step, the less.",
            _confidence_loader("sum"),
        ),
        RewardPreset(
            "confidence-entropy",
            "How little the generator was in doubt about the next token, on average over its step.",
            _confidence_loader("entropy"),
        ),
        RewardPreset(
            "embedded-noisy",
            "The embedded reward model with noise on its log-odds, as strong as what it knows: a weak judge.",
            _perturbed_loader("embedded-noisy", "noisy", sd=2.0),
        ),
        RewardPreset(
            "embedded-long",
            "The embedded reward model, but every token adds to the score: long solutions win.",
            _perturbed_loader("embedded-long", "length_bias", per_token=0.15),
        ),
        RewardPreset(
            "embedded-capped",
            "The embedded reward model, but nothing scores above 0.6: what is good and what is best look alike.",
            _perturbed_loader("embedded-capped", "capped", high=0.6),
        ),
        RewardPreset(
            "embedded-inverted",
            "The embedded reward model upside down: it prefers what is wrong.",
            _perturbed_loader("embedded-inverted", "inverted"),
        ),
    ]
}


_MODEL_CACHE = ModelCache(lambda: devices.combined_devices().gigabytes / devices.MEMORY_HEADROOM)


def generator_preset(name: str) -> GeneratorPreset:
    """The preset of that name, or a model of the Hub or in a folder as one; raises `ModelError` for any other name."""
    if name in GENERATORS:
        return GENERATORS[name]
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.generator_preset(name)
    if published.is_hub_id_or_folder(name):
        return GeneratorPreset(
            name, "A language model from the Hub or from a folder.", lambda: published.load_published_generator(name)
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
    if published.is_hub_id_or_folder(published.split_protocol(name)[1]):
        return RewardPreset(
            name, "A reward model from the Hub or from a folder.", lambda: published.load_published_reward(name)
        )
    raise ModelError(
        f"There is no reward model named {name!r}. Choose one of: {', '.join(REWARDS)}; or give an id of the Hugging "
        "Face Hub, owner/name, or a folder."
    )


def get_generator(name: str) -> Generator:
    """The generator of that name, loaded at the first call and kept."""
    made: Generator = _MODEL_CACHE.get(
        f"generator {name}", generator_preset(name).load, published.weight_gigabytes(name)
    )
    return made


def get_reward(name: str) -> RewardModel:
    """The reward model of that name, loaded at the first call and kept."""
    made: RewardModel = _MODEL_CACHE.get(f"reward {name}", reward_preset(name).load, published.weight_gigabytes(name))
    return made


def is_loaded(generator_name: str | None, reward_name: str | None) -> bool:
    """Whether something with these two, or the one that is not None, could begin at once."""
    asked = (("generator", generator_name), ("reward", reward_name))
    return all(_MODEL_CACHE.holds(f"{role} {name}") for role, name in asked if name is not None)


def reset_after_fork() -> None:
    """To be called in a process that was forked from this one: the models are there, and nobody is loading any."""
    _MODEL_CACHE.reset_after_fork()


def unload_models() -> None:
    """Put all loaded models away."""
    _MODEL_CACHE.clear()


def as_reward(given: str | RewardModel | RewardFunction) -> RewardModel:
    """The reward model that is meant by a preset's name, by itself, or by a function of (problem text, steps); raises
    `ModelError` for anything else."""
    if isinstance(given, str):
        return get_reward(given)
    if isinstance(given, RewardModel):
        return given
    if callable(given):
        return FunctionReward(given)
    raise ModelError(
        f"The reward is {type(given).__name__}; give the name of a preset, a reward model, or a function of "
        "(problem text, steps) that returns a number in [0, 1]."
    )
