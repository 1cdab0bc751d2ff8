"""What can be chosen on a page: pairs of the catalogue, the operator's endpoints, and, where he allows it, any model.

Nobody types an address, and a trace that a visitor brings can name nothing that could not be chosen here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pfviz.errors import ModelError, SettingError
from pfviz.models.hub import catalog
from pfviz.models.hub.published import is_model_source
from pfviz.models.hub.requirements import FILE_BYTES
from pfviz.models.judge.prompt import parse_judge_name
from pfviz.models.registry import REWARDS, make_judge, reward_preset
from pfviz.models.remote.config_file import configured_endpoints
from pfviz.models.rewards.function_name import is_function_name
from pfviz.page.serving.run_times import RunTimes

ENV_VARIABLE = "PFVIZ_ANY_MODEL"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
OTHER_MODEL = "other"
MAX_STEPS = 40  # of a published model: it writes in shorter steps than the embedded one

EXAMPLES = (
    "Compute (12 + 7) * 3 - 45",
    "Solve 3x + 5 = 20",
    "Mia has 12 marbles. She buys 3 bags of 5 marbles and gives 4 away. How many marbles does she have?",
)
HARDER_EXAMPLES = (
    "How many positive integers below 100 are multiples of 3 or of 5?",
    "What is the remainder when 7^{100} is divided by 13?",
    "The roots of x^2 - 5x + 3 = 0 are r and s. Find r^2 + s^2.",
)

_EMBEDDED_REWARDS = tuple(
    preset.name
    for preset in REWARDS.values()
    if (preset.any_generator or preset.generator == "embedded") and parse_judge_name(preset.name) is None
)
"""It is no chat model, so it cannot judge."""
_REWARDS_FOR_ANY_GENERATOR = tuple(preset.name for preset in REWARDS.values() if preset.any_generator)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """An entry of the list: who writes, and who may score it, the usual one first."""

    name: str
    title: str
    generator: str
    rewards: tuple[str, ...]
    good_for: str
    examples: tuple[str, ...] = HARDER_EXAMPLES
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reward_choices(self) -> list[tuple[str, str]]:
        """(title, name) of those who may score."""
        return [(REWARDS[name].title if name in REWARDS else name, name) for name in self.rewards]


@dataclass(frozen=True, slots=True)
class ModelMenu:
    """The list, by name; `any_model` says whether ids and folders may be typed, `times` how long runs took here."""

    models: Mapping[str, ModelChoice]
    any_model: bool
    times: RunTimes = field(default_factory=RunTimes)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(title, name) of the list, and an entry to type another model if that is allowed."""
        listed = [(models.title, models.name) for models in self.models.values()]
        return listed + ([("Another model, by its name …", OTHER_MODEL)] if self.any_model else [])

    def examples(self, name: Any) -> tuple[str, ...]:
        """Problems to try with these models."""
        return self.models[name].examples if name in self.models else HARDER_EXAMPLES

    def resolve_pair(self, name: str, reward: str) -> tuple[str, str, Mapping[str, Any]]:
        """Generator, reward model and settings of an entry of the list; raises `SettingError` for the field."""
        if name not in self.models:
            raise SettingError("models", "Choose one of the models in the list.")
        models = self.models[name]
        if reward not in models.rewards:
            raise SettingError("reward", f"Choose one of the reward models for {models.title}.")
        return models.generator, reward, models.settings

    def check_typed_name(self, field: str, given: Any) -> str:
        """A name that was typed into a field; raises `SettingError` unless it reads like a model of the Hub or is a
        folder, or may not be typed here. A reward model may also be one of pfviz's own, or a judge."""
        name = str(given or "").strip()
        if not self.any_model:
            raise SettingError("models", "Choose one of the models in the list.")
        if not name:
            raise SettingError(field, "Type the id of a model of the Hugging Face Hub (owner/name), or a folder.")
        if is_function_name(name):
            raise SettingError(field, "A Python function scores on the command line only: `--reward module:function`.")
        is_reward = field == "typed_reward" and (name in REWARDS or self._check_judge(field, name))
        if not (_is_model_source(name) or is_reward):
            raise SettingError(field, f"{name[:60]!r} is no id of the Hugging Face Hub, owner/name, and no folder.")
        return name

    def _check_judge(self, field: str, name: str) -> bool:
        """Whether it is a judge; raises `SettingError`, with what the command line says, for one who cannot be asked
        or whose model may not be typed."""
        try:
            judge = parse_judge_name(name)
            if judge is not None and judge.digest:
                make_judge(name)  # says that its question is not known, and loads nothing
            elif judge is not None and judge.place is not None and not _is_model_source(judge.place):
                if not judge.place.startswith("endpoint:"):
                    reward_preset(name)
                self.check_allowed(judge.place, None)
        except ModelError as error:
            raise SettingError(field, str(error)) from error
        return judge is not None

    def rewards_for(self, generator: str) -> list[tuple[str, str]]:
        """(title, name) of the reward models that may score what this generator writes, the usual one first."""
        found = [
            choice
            for models in self.models.values()
            if models.generator == generator
            for choice in models.reward_choices
        ]
        return list(dict.fromkeys(found))

    def check_allowed(self, generator: str | None, reward: str | None) -> None:
        """Raise `ModelError` unless a visitor may run these two, or the one that is not None."""
        generators = {models.generator for models in self.models.values()}
        rewards = {name for models in self.models.values() for name in models.rewards}
        judge = parse_judge_name(reward or "")
        if judge is not None and not judge.digest and (judge.place is not None or self.any_model):
            self.check_allowed(judge.place, None)  # a generator like any other
            reward = None
        for role, name, known in (("generator", generator, generators), ("reward model", reward, rewards)):
            if name is not None and name not in known and not (self.any_model and _is_model_source(name)):
                raise ModelError(
                    f"This page does not run the {role} {name[:80]!r}. On a machine with that model, "
                    "`pfviz run --resume FILE` continues this trace."
                )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, public: bool | None = None) -> ModelMenu:
        """What this machine's operator offers. Any model may be typed where $PFVIZ_ANY_MODEL says so; where it says
        nothing, unless the page is `public`: on a Space, or listening for other machines."""
        said = environment.get(ENV_VARIABLE, "").strip().lower()
        if said not in ("", "0", "1", "yes", "no", "true", "false"):
            raise ModelError(f"{ENV_VARIABLE} is {said[:40]!r}; it must be 1 (any model may be typed) or 0.")
        if public is None:
            host = environment.get("GRADIO_SERVER_NAME", "127.0.0.1")
            public = "SPACE_ID" in environment or host not in LOOPBACK_HOSTS
        any_model = said in ("1", "yes", "true") if said else not public
        return cls({models.name: models for models in (*_catalogue_choices(), *_endpoint_choices())}, any_model)


def _is_model_source(name: str) -> bool:
    """Whether it reads like a model of the Hub or a folder; an address never does."""
    return not name.startswith("endpoint:") and "://" not in name and is_model_source(name)


LONG_RUN_SETTINGS: Mapping[str, Any] = {"max_steps": MAX_STEPS}


def _catalogue_choices() -> list[ModelChoice]:
    found = []
    for pair in catalog.PAIRS.values():
        if not pair.cards:
            found.append(ModelChoice(pair.name, pair.title, pair.generator, _EMBEDDED_REWARDS, pair.good_for, EXAMPLES))
            continue
        rewards = tuple(dict.fromkeys((pair.reward, *_REWARDS_FOR_ANY_GENERATOR, *_endpoint_rewards())))
        title = f"{pair.title} ({pair.gigabytes(FILE_BYTES):.1f} GB)"
        found.append(ModelChoice(pair.name, title, pair.generator, rewards, pair.good_for, settings=LONG_RUN_SETTINGS))
    return found


def _endpoint_choices() -> list[ModelChoice]:
    """The operator's endpoints that write, each with all who may score it."""
    return [
        ModelChoice(
            endpoint.label, f"{endpoint.name}: {endpoint.model}", endpoint.label,
            (*_endpoint_rewards(), *_REWARDS_FOR_ANY_GENERATOR, *catalog.REWARDS),
            "Runs on a server of this page’s operator.",
            settings=LONG_RUN_SETTINGS,
        )
        for endpoint in configured_endpoints() if endpoint.kind == "generator"
    ]  # fmt: skip


def _endpoint_rewards() -> tuple[str, ...]:
    return tuple(endpoint.label for endpoint in configured_endpoints() if endpoint.kind == "reward")
