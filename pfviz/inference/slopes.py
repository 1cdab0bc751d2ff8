"""The slope of a reward: what its log-odds are multiplied with before they weigh, by the step that it was given after.

A reward that says more of an early prefix than it knows kills right lineages for nothing. With the slope of being right
on its log-odds it weighs what it deserves (Platt 1999, with the intercept left out: weights do not depend on it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pfviz.errors import SettingError
from pfviz.inference.weights import log_odds
from pfviz.text import shorten
from pfviz.types import FloatArray

AS_REPORTED = "1"
MAX_SLOPE, MAX_SLOPES = 10.0, 64


def check_slopes(name: str, given: Any) -> str:
    """The slopes as they are recorded, "0.4, 0.8, 1", from such a text, a number, or numbers; raises `SettingError` for
    anything else."""
    parts: Sequence[Any]
    if isinstance(given, str):
        parts = given.replace(";", ",").split(",") if given.strip() else [AS_REPORTED]
    else:
        parts = given if isinstance(given, Sequence) else [given]
    if not 1 <= len(parts) <= MAX_SLOPES:
        raise SettingError(name, f"Reward slope has {len(parts)} numbers; it must have 1 to {MAX_SLOPES}.")
    return ", ".join(_check_slope(name, part) for part in parts)


def _check_slope(name: str, given: Any) -> str:
    try:
        value = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not 0 <= value <= MAX_SLOPE:
        raise SettingError(
            name,
            f"Reward slope is {shorten(repr(given), 40)}; it must be a number from 0 to {MAX_SLOPE:g}, or several with "
            "commas between them: of the first step, the second, …",
        )
    return f"{value:.10g}"


def parse_slopes(recorded: str) -> tuple[float, ...]:
    """The slopes of the first step, the second, …; the last one is that of all later steps."""
    return tuple(float(part) for part in recorded.split(","))


def shrink_rewards(history: FloatArray, slopes: Sequence[float]) -> FloatArray:
    """Rewards (T, N), or NaN, of the steps 1 … T, with their log-odds times the slope of their step. Where all slopes
    are 1 they are what they were, bit for bit."""
    if all(slope == 1 for slope in slopes):
        return history
    by_step = np.array([slopes[min(step, len(slopes) - 1)] for step in range(len(history))])[:, None]
    return np.where(by_step == 1, history, 1 / (1 + np.exp(-by_step * log_odds(history))))
