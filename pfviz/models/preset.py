"""What a model that is picked by name is: what it is called, how it is loaded, and what it may be used for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pfviz.types import Generator, RewardModel


def _accept_any_problem(text: str) -> None:
    """Takes every problem."""


def _accept_any_reading(text: str, generator: Generator) -> None:
    """Takes every problem, however it reads to the generator."""


@dataclass(frozen=True, slots=True)
class GeneratorPreset:
    """A generator by name. `check` raises `ProblemError` for a problem text that it does not understand, and so does
    `check_familiarity` once it is loaded, if the text is a stranger to the model itself. `folder` is that of its
    weights among those that ship with pfviz."""

    name: str
    title: str
    description: str
    load: Callable[[], Generator]
    check: Callable[[str], None] = _accept_any_problem
    check_familiarity: Callable[[str, Generator], None] = _accept_any_reading
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class RewardPreset:
    """A reward model by name. `folder` is that of its weights among those that ship with pfviz, None for one that has
    none of its own; `any_generator` says whether it scores what any generator writes, or only that of `generator`."""

    name: str
    title: str
    description: str
    load: Callable[[], RewardModel]
    folder: str | None = None
    any_generator: bool = False
    generator: str = "embedded"
