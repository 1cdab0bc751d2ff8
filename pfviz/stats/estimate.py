"""A number, how sure it is, and what is behind it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

CONFIDENCE_LEVEL = 0.95
"""Of every interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95% interval, and the values and the groups of values (problems, families) that are behind it.

    The number is nan where there are no values, and both ends where they are of one group, which tells nothing of
    others; infinity is a number. Both counts are 0 where they are told elsewhere, as a study does.
    """

    value: float
    low: float
    high: float
    count: int = 0
    groups: int = 0

    def excludes(self, value: float) -> bool:
        """Whether the interval lies on one side of a value."""
        return bool(self.low > value or self.high < value)

    @property
    def standard_error(self) -> float:
        """The standard error: what a normal distribution with this interval has."""
        return (self.high - self.low) / (2 * 1.96)

    def transform(self, change: Callable[[float], float]) -> Estimate:
        """Return the estimate of a monotone function of the number."""
        value, low, high = (float(change(number)) for number in (self.value, self.low, self.high))
        return replace(self, value=value, low=min(low, high), high=max(low, high))

    def interval(self) -> dict[str, float]:
        """Return the number and the ends of its interval by name, as a file holds them."""
        return {"value": self.value, "low": self.low, "high": self.high}


NO_ESTIMATE = Estimate(math.nan, math.nan, math.nan)
