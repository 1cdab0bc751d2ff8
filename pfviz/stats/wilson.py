"""How sure a share is that was counted in a few trials."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Of the normal distribution: intervals of 95%."""


def wilson(right: int, trials: int) -> tuple[float, float]:
    """Return the 95% interval of a probability from that many successes (Wilson 1927); (0, 1) without trials.

    The closed formula, as every prefix of a tree asks for one after each batch of rollouts: scipy's takes a
    thousand times as long.
    """
    if not trials:
        return 0.0, 1.0
    share, z2 = right / trials, Z_95 * Z_95 / trials
    middle = share + z2 / 2
    half = math.sqrt(z2 * (share * (1 - share) + z2 / 4))
    low, high = (middle - half) / (1 + z2), (middle + half) / (1 + z2)
    return (0.0 if right == 0 else low), (1.0 if right == trials else high)
