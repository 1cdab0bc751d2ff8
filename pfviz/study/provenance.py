"""What the outcomes of a study depend on: an outcome belongs to a study only if all of it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

from pfviz.inference.settings import Settings
from pfviz.study.models import DEFAULT_GENERATOR, Pair

RECORDED_SETTINGS = ("temperature", "tau", "potential", "width")
"""The settings that a study may set for all its runs. The others have their defaults, or are the budget's."""

STEP_SETTINGS = (
    "max_steps", "step_rule", "tokens_per_step", "min_step_tokens", "max_step_tokens", "headings", "system", "examples",
)  # fmt: skip
"""Where the steps of a model end, and what stands before the problem."""

RECORDED_IF_CHANGED = ("aggregation", "first_resampling", "reward_slope", "trigger", "resampler", *STEP_SETTINGS)
"""More of them, left out where they have their default: so a study from before they could be set goes on."""

DEFAULT_DATASET = "held-out"
"""Whose problems a study has unless it names another data set; left out of what is recorded, likewise."""


PACKAGES = ("pfviz", "torch", "transformers", "numpy")
"""The packages whose versions the numbers depend on."""


def versions() -> dict[str, str]:
    """Those of this process, by name of the package."""
    return {name: metadata.version(name) for name in PACKAGES}


def describe_study(
    pair: Pair,
    reward: str,
    common: Settings,
    problem_seed: int,
    dataset: str = DEFAULT_DATASET,
    generator: str = DEFAULT_GENERATOR,
) -> dict[str, Any]:
    """JSON-able: names and hashes of the models, versions, settings, the data set and the seed of the problems."""
    usual = Settings()
    changed = [name for name in RECORDED_IF_CHANGED if getattr(common, name) != getattr(usual, name)]
    return {
        **({} if dataset == DEFAULT_DATASET else {"dataset": dataset}),
        **({} if generator == DEFAULT_GENERATOR else {"generator": generator}),
        "problem_seed": problem_seed,
        "reward": reward,
        "settings": {name: getattr(common, name) for name in (*RECORDED_SETTINGS, *changed)},
        "models": pair.fingerprint(),
        "versions": versions(),
    }


def name_problems(about: Mapping[str, Any]) -> str:
    """Return what the problems of a study are called in a sentence, from what was recorded of it."""
    dataset = about.get("dataset", DEFAULT_DATASET)
    return "held-out problems" if dataset == DEFAULT_DATASET else f"problems of {dataset}"
