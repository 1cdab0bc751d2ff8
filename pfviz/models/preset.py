"""What a model that is picked by name is: what it is called, how it is loaded, and what it may be used for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pfviz.types import Generator, RewardModel


def _accept_any_problem(text: str) -> None:
    """Takes every problem."""


def _accept_any_reading(text: str, generator: Generator) -> None:
    """Takes every problem, however it reads to the generator."""


def _warn_of_nothing(text: str) -> str:
    """Sees all of every problem."""
    return ""


@dataclass(frozen=True, slots=True)
class GeneratorPreset:
    """A generator by name. `check` raises `ProblemError` for a problem text that it does not understand, and so does
    `check_familiarity` once it is loaded, if the text is a stranger to the model itself. `warn` says what of a problem
    that it takes it may leave out, empty for nothing. `folder` is that of its weights among those that ship with pfviz.
    """

    name: str
    title: str
    description: str
    load: Callable[[], Generator]
    check: Callable[[str], None] = _accept_any_problem
    check_familiarity: Callable[[str, Generator], None] = _accept_any_reading
    warn: Callable[[str], str] = _warn_of_nothing
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class RewardPreset:
    """A reward model by name. `folder` is that of its weights among those that ship with pfviz, None for one that has
    none of its own; `any_generator` says whether it scores what any generator writes, or only that of `generator`.
    `reads` is what it needs: the steps alone, the generator too, or what that computes of each token, which no server
    tells. `settings` are those of a run that go with it, where nothing else is asked for."""

    name: str
    title: str
    description: str
    load: Callable[[], RewardModel]
    folder: str | None = None
    any_generator: bool = False
    reads: Literal["steps", "generator", "distributions"] = "steps"
    generator: str = "embedded"
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


VALUE_SETTINGS: Mapping[str, str] = MappingProxyType(
    {"potential": "telescoped", "trigger": "ess", "resampler": "systematic", "pick": "rewards"}
)
"""For a reward that says how likely the solution ends right: what it says replaces what it said before, particles are
resampled when their weights are uneven, and every complete solution votes with its probability."""
JUDGE_SETTINGS: Mapping[str, str] = MappingProxyType({"potential": "telescoped"})
"""For one whose level rises with the position: only its change tells."""
