"""Estimates of which a test says only what it is about."""

from __future__ import annotations

import math

from pfviz.stats.estimate import Estimate

NOT_KNOWN = Estimate(math.nan, math.nan, math.nan, 0, 0)


def estimate(value: float, spread: float = 0.05) -> Estimate:
    """One with an interval of `spread` to either side."""
    return Estimate(value, value - spread, value + spread, 40, 8)
