"""The models that a user picks by name; each is loaded once per process."""

from __future__ import annotations

from pathlib import Path

from pfviz.errors import ModelError
from pfviz.models.hub import devices, published
from pfviz.models.hub.model_cache import ModelCache
from pfviz.models.preset import GeneratorPreset, RewardPreset
from pfviz.models.rewards import hidden_state_file
from pfviz.models.rewards.arithmetic import load_arithmetic
from pfviz.models.rewards.auto import AutoReward
from pfviz.models.rewards.confidence import PRESET_NAMES, ConfidenceReward
from pfviz.models.rewards.function import FunctionReward, RewardFunction
from pfviz.models.rewards.hidden_state import HiddenStateReward
from pfviz.models.synthetic.generator import ChainGenerator
from pfviz.models.synthetic.reward import ChainReward
from pfviz.problems.problem import Problem
from pfviz.resources import fitted_rewards_dir, weights_dir
from pfviz.types import Generator, RewardModel


def _check_tiny_problem(text: str) -> None:
    from pfviz.tiny.gate import check_problem

    check_problem(text)


def _check_chain_problem(text: str) -> None:
    from pfviz.tiny.chain import read_problem

    read_problem(text)


def _check_tiny_familiarity(text: str, generator: Generator) -> None:
    from pfviz.models.decoding.causal_lm import CausalLMGenerator
    from pfviz.tiny.gate import check_familiarity

    assert isinstance(generator, CausalLMGenerator)
    # Without the last prompt token: it only says that the problem's text is over.
    check_familiarity(text, generator.prompt_losses(Problem(text))[:-1])


def _shipped_generator(name: str, title: str, description: str, folder: str) -> GeneratorPreset:
    """A generator whose weights ship with pfviz, in that folder; it takes the problems of the embedded world."""

    def load() -> Generator:
        from pfviz.models.hub.loader import load_generator

        return load_generator(weights_dir() / folder, name=name, local_files_only=True)

    return GeneratorPreset(name, title, description, load, _check_tiny_problem, _check_tiny_familiarity, folder)


def _shipped_reward(name: str, title: str, description: str, folder: str) -> RewardPreset:
    """A reward model whose weights ship with pfviz, in that folder."""

    def load() -> RewardModel:
        from pfviz.models.hub.loader import load_reward

        return load_reward(weights_dir() / folder, name=name, local_files_only=True, chat=True)

    return RewardPreset(name, title, description, load, folder)


def _load_oracle() -> RewardModel:
    from pfviz.models.rewards.oracle import OracleReward

    return OracleReward()


def _broken_reward(name: str, title: str, description: str, change: str, **amounts: float) -> RewardPreset:
    """The embedded reward, broken on purpose by a function of `pfviz.models.rewards.perturbed`."""

    def load() -> RewardModel:
        from pfviz.models.rewards import perturbed

        made: perturbed.PerturbedReward = getattr(perturbed, change)(get_reward("embedded"), **amounts)
        made.name = name  # a trace that names it can be resumed
        return made

    return RewardPreset(name, title, description, load)


def _confidence_reward(kind: str, title: str, description: str) -> RewardPreset:
    """The generator's own certainty, of that kind."""

    def load() -> RewardModel:
        return ConfidenceReward(kind)

    return RewardPreset(PRESET_NAMES[kind], title, description, load, any_generator=True)


GENERATORS: dict[str, GeneratorPreset] = {
    preset.name: preset
    for preset in [
        _shipped_generator(
            "embedded",
            "Embedded",
            "A small language model that ships with pfviz: arithmetic, linear equations and short word problems.",
            "generator",
        ),
        GeneratorPreset(
            "chain",
            "Synthetic: sums",
            "No language model: sums of up to 12 steps, each of which is wrong in 12 % of the cases.",
            ChainGenerator,
            _check_chain_problem,
        ),
    ]
}


def _fitted_reward(name: str, title: str, description: str) -> RewardPreset:
    """A reward that `pfviz train-reward` fitted for a published generator; its file ships with pfviz."""

    def load() -> RewardModel:
        made = hidden_state_file.load_hidden_state_reward(fitted_rewards_dir() / f"{name}.safetensors", get_generator)
        made.name = name
        return made

    return RewardPreset(name, title, description, load, any_generator=True)


def _choose_reward(generator: Generator) -> RewardModel:
    """The embedded generator's own; one that was fitted for this generator, if it ships; else its confidence."""
    if generator.name in GENERATORS:
        return get_reward(generator.name)
    for name in FITTED_REWARDS:
        found = get_reward(name)
        if isinstance(found, HiddenStateReward) and found.fits(generator):
            return found.bind(generator)
    return get_reward(PRESET_NAMES["mean"])


REWARDS: dict[str, RewardPreset] = {
    preset.name: preset
    for preset in [
        _shipped_reward(
            "embedded",
            "Embedded",
            "A process reward model that ships with pfviz, trained against its own best-scored mistakes.",
            "reward",
        ),
        _shipped_reward(
            "naive",
            "Naive: stopped early",
            "An early stage of that reward model, which some mistakes fool: with more samples its pick gets worse.",
            "naive-reward",
        ),
        RewardPreset(
            "oracle",
            "Oracle: the truth",
            "The truth about every step, where the answer is known: a reward model that never errs.",
            _load_oracle,
        ),
        RewardPreset(
            "chain",
            "Synthetic: sums",
            "For the generator `chain`: the truth behind noise, and one mistake in ten is never seen.",
            ChainReward,
            generator="chain",
        ),
        _confidence_reward(
            "mean",
            "Confidence: mean",
            "How sure the generator itself was of its step: the geometric mean of the tokens' probabilities.",
        ),
        _confidence_reward(
            "minimum",
            "Confidence: least sure token",
            "How sure the generator was of the token of its step of which it was least sure.",
        ),
        _confidence_reward(
            "sum",
            "Confidence: whole step",
            "How likely the generator found its step as a whole: the longer a step, the less.",
        ),
        _confidence_reward(
            "entropy",
            "Confidence: entropy",
            "How little the generator was in doubt about the next token, on average over its step.",
        ),
        RewardPreset(
            "auto",
            "Automatic",
            "The one that fits the generator: the embedded one's own, one that was fitted for it, else its confidence.",
            lambda: AutoReward(_choose_reward),
            any_generator=True,
        ),
        _fitted_reward(
            "states-qwen2.5-coder-0.5b",
            "Hidden states of Qwen2.5-Coder 0.5B",
            "Read from that generator's own hidden states while it writes: fitted on GSM8K, no second model.",
        ),
        RewardPreset(
            "arithmetic",
            "Checked arithmetic",
            "A rule that computes every equation of a step: one that is wrong costs a solution most of its weight.",
            load_arithmetic,
            any_generator=True,
        ),
        _broken_reward(
            "embedded-noisy",
            "Broken: noise",
            "The embedded reward model with noise on its log-odds, as strong as what it knows: a weak judge.",
            "noisy",
            sd=2.0,
        ),
        _broken_reward(
            "embedded-long",
            "Broken: prefers length",
            "The embedded reward model, but every token adds to the score: long solutions win.",
            "length_bias",
            per_token=0.15,
        ),
        _broken_reward(
            "embedded-capped",
            "Broken: capped",
            "The embedded reward model, but nothing scores above 0.6: what is good and what is best look alike.",
            "capped",
            high=0.6,
        ),
        _broken_reward(
            "embedded-inverted",
            "Broken: inverted",
            "The embedded reward model inverted: it prefers what is wrong.",
            "inverted",
        ),
    ]
}
"""Reward models by name. The page's menu, the choices of the commands and `pfviz models` are read from here."""

FITTED_REWARDS = tuple(name for name in REWARDS if name.startswith("states-"))
"""Those that ship for published generators."""


_MODEL_CACHE = ModelCache(lambda: devices.combined_devices().gigabytes / devices.MEMORY_HEADROOM)


def generator_preset(name: str, *, has_examples: bool = False) -> GeneratorPreset:
    """The preset of that name, or a model of the Hub or in a folder as one; raises `ModelError` for any other name.
    Where a run has examples, a model without a chat template is good enough."""
    if name in GENERATORS:
        return GENERATORS[name]
    if name.startswith("endpoint:"):
        from pfviz.models.remote import presets as remote

        return remote.generator_preset(name)
    if published.is_model_source(name):
        return GeneratorPreset(
            name,
            name,
            "A language model from the Hub or from a folder.",
            lambda: published.load_published_generator(name, needs_template=not has_examples),
        )  # fmt: skip
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
    if hidden_state_file.is_hidden_state_file(name):
        return RewardPreset(
            name,
            Path(name).name,
            "A reward read from the generator's own hidden states.",
            lambda: hidden_state_file.load_hidden_state_reward(Path(name), get_generator),
        )
    if published.is_model_source(published.split_protocol(name)[1]):
        return RewardPreset(
            name, name, "A reward model from the Hub or from a folder.", lambda: published.load_published_reward(name)
        )
    raise ModelError(
        f"There is no reward model named {name!r}. Choose one of: {', '.join(REWARDS)}; or give an id of the Hugging "
        "Face Hub, owner/name, a folder, or a file that `pfviz train-reward` wrote."
    )


def get_generator(name: str, *, has_examples: bool = False) -> Generator:
    """The generator of that name, loaded at the first call and kept; see `generator_preset`."""
    preset = generator_preset(name, has_examples=has_examples)
    made: Generator = _MODEL_CACHE.get(f"generator {name}", preset.load, published.weight_gigabytes(name))
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
