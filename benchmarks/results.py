"""What a measurement says: a quantity with its spread over repetitions, and the goal that it is held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

StatusCallback = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of `count` repetitions."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def from_values(cls, values: Sequence[float]) -> Spread:
        low, median, high = np.quantile(np.asarray(values, dtype=np.float64), [0.25, 0.5, 0.75])
        return cls(float(median), float(low), float(high), len(values))


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a median: at least, or at most."""

    bound: float
    at_least: bool = True

    def is_met(self, spread: Spread) -> bool:
        return spread.median >= self.bound if self.at_least else spread.median <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report."""

    what: str
    pair: str
    particles: int
    steps: int
    unit: str  # "" for a ratio
    spread: Spread
    goal: Goal | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; `met` is None without a goal."""
        met = None if self.goal is None else self.goal.is_met(self.spread)
        return {**asdict(self), "goal": None if self.goal is None else str(self.goal), "met": met}
