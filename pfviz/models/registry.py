"""The models that a user picks by name; each is loaded once per process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pfviz.errors import ModelError
from pfviz.models.hub import devices, published
from pfviz.models.hub.model_cache import ModelCache
from pfviz.models.judge.prompt import JudgePrompt, parse_judge_name
from pfviz.models.preset import JUDGE_SETTINGS, VALUE_SETTINGS, GeneratorPreset, RewardPreset
from pfviz.models.reward_presets import list_reward_presets, load_judge
from pfviz.models.rewards import function_name, hidden_state_file
from pfviz.models.rewards.confidence import PRESET_NAMES
from pfviz.models.rewards.function import FunctionReward, RewardFunction
from pfviz.models.rewards.hidden_state import HiddenStateReward
from pfviz.models.synthetic.generator import ChainGenerator
from pfviz.problems.problem import Problem
from pfviz.resources import weights_dir
from pfviz.text import shorten
from pfviz.types import Generator, RewardModel


def _check_tiny_problem(text: str) -> None:
    from pfviz.tiny.gate import check_problem

    check_problem(text)


def _warn_of_tiny_near_miss(text: str) -> str:
    from pfviz.tiny.gate import explain_near_miss

    return explain_near_miss(text)


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

    return GeneratorPreset(
        name,
        title,
        description,
        load,
        _check_tiny_problem,
        _check_tiny_familiarity,
        _warn_of_tiny_near_miss,
        folder,
    )


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


def _choose_reward(generator: Generator) -> RewardModel:
    """The embedded generator's own; one that was fitted for this generator, if it ships; else its confidence."""
    if generator.name in GENERATORS:
        return get_reward(generator.name)
    for name in FITTED_REWARDS:
        found = get_reward(name)
        if isinstance(found, HiddenStateReward) and found.fits(generator):
            return found.bind(generator)
    return get_reward(PRESET_NAMES["mean"])


def make_judge(name: str, prompt: JudgePrompt | None = None) -> RewardModel:
    """The judge of that name, see `load_judge`."""
    return load_judge(name, get_generator, prompt)


REWARDS: dict[str, RewardPreset] = {
    preset.name: preset
    for preset in list_reward_presets(
        lambda name: get_generator(name), lambda name: get_reward(name), lambda generator: _choose_reward(generator)
    )
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
    if (judge := parse_judge_name(name)) is not None:
        if judge.place is not None:
            generator_preset(judge.place)
        return RewardPreset(
            name,
            name,
            "A language model that is asked whether the last step is right.",
            lambda: make_judge(name),
            settings=JUDGE_SETTINGS,
        )
    if hidden_state_file.is_hidden_state_file(name):
        return RewardPreset(
            name,
            Path(name).name,
            "A reward read from the generator's own hidden states.",
            lambda: hidden_state_file.load_hidden_state_reward(Path(name), get_generator),
            settings=VALUE_SETTINGS,
        )
    if function_name.is_function_name(name):
        raise ModelError(function_name.REFUSAL.format(name=shorten(name, 80)))
    if published.is_model_source(published.split_protocol(name)[1]):
        return RewardPreset(
            name, name, "A reward model from the Hub or from a folder.", lambda: published.load_published_reward(name)
        )
    raise ModelError(
        f"There is no reward model named {name!r}. Choose one of: {', '.join(REWARDS)}; or give an id of the Hugging "
        "Face Hub, owner/name, a folder, judge:NAME, or a file that `pfviz train-reward` wrote."
    )


def reads_generator(name: str) -> bool:
    """Whether the reward model of that name reads recorded steps with the generator that wrote them."""
    judge = parse_judge_name(name)
    unnamed = judge is not None and judge.place is None
    return unnamed or (name in REWARDS and REWARDS[name].reads != "steps")


def usual_settings(generator: str | Generator, reward: object) -> Mapping[str, str]:
    """The settings of a run that go with these models, where nothing else is asked for: those of the reward model's
    preset, but for what the embedded generator writes, which the usual ones are for."""
    if not isinstance(reward, str) or generator in GENERATORS:
        return {}
    return reward_preset(reward).settings


def warn_of_problem(name: str, problem: str) -> str:
    """What of a problem a generator of that name may leave out, in a sentence; empty for nothing."""
    return GENERATORS[name].warn(problem) if name in GENERATORS else ""


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
    from pfviz.models.hub import loader

    loader.reset_after_fork()
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
