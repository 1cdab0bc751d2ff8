"""What a method is: a small policy that sees numbers, never tokens, and returns numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pfviz.models.base import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Population:
    """The particles after step `step` was scored. Arrays are (N,)."""

    step: int
    max_steps: int
    rewards: FloatArray
    previous: FloatArray  # each particle's reward one step earlier along its own lineage; NaN before the first step
    finished: npt.NDArray[np.bool_]
    log_carried: FloatArray  # normalised


@dataclass(frozen=True, slots=True)
class Weighing:
    """`log_weights` (N,) = log_carried + potential, unnormalised; the softmax temperature that made them."""

    log_weights: FloatArray
    temperature: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Slot n of the next step continues slot ancestors[n]; `log_carried` (N,) is normalised and belongs to it."""

    resampled: bool
    ancestors: IntArray
    log_carried: FloatArray


class Method(Protocol):
    name: str
    description: str  # one sentence for people

    def weigh(self, population: Population) -> Weighing: ...

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Called after every step but the last."""
        ...
