"""What the rewards of the same texts, scored in two ways, say about who changed them. Pure functions of arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pfviz.types import FloatArray, IntArray

SINGLE_TOLERANCE, HALF_TOLERANCE = 1e-3, 0.05
"""How much a reward in [0, 1] may differ for no reason but rounding.

float32 keeps 24 bits: log-odds of size 10 are known to 1e-6, to about 1e-4 after the additions of a whole model, and to
1e-3 where a GPU rounds its products to 10 bits (TF32); a reward moves by at most a quarter of that. bfloat16 keeps 8
bits: the same log-odds are known to 0.04, to some 0.1 or 0.2 after all layers, and a reward to a quarter of that.
Which precision a server computes in is not known, so it is allowed the larger one.
"""
_DECIMALS = range(1, 5)
_MIN_ROUNDED = 8  # values before it is said that they are rounded


def largest_difference(first: FloatArray, second: FloatArray) -> float:
    """Return the largest |first - second| of rewards (K,); NaN, which no two ways of scoring share, if one has it."""
    return float(np.abs(first - second).max(initial=0.0))


def attends_to_padding(alone: FloatArray, batched: FloatArray, sizes: IntArray, batch: IntArray, room: float) -> bool:
    """Return whether rewards (K,) change in a batch only where there is padding: the longest texts of each batch, of
    which nothing is padded, keep theirs. `sizes` (K,) are the lengths, `batch` (K,) says what was computed together.
    """
    changed = np.abs(alone - batched) > room
    longest = np.array([sizes[batch == one].max() for one in batch])
    return bool(changed.any() and not changed[sizes == longest].any())


def find_cut(here: FloatArray, there: FloatArray, sizes: IntArray, room: float) -> int | None:
    """Return the largest length at which all rewards (K,) agree, if nearly all longer texts (9 of 10) have other ones:
    there, texts are cut. None if it is otherwise; three texts on both sides are needed."""
    agree = np.abs(here - there) <= room
    if agree.all() or not agree.any():
        return None
    shortest_bad = int(sizes[~agree].min())
    if (sizes < shortest_bad).sum() < 3 or (beyond := sizes >= shortest_bad).sum() < 3:
        return None
    return int(sizes[sizes < shortest_bad].max()) if agree[beyond].mean() <= 0.1 else None


def count_decimals(values: FloatArray) -> int | None:
    """Return to how many decimals, 1 to 4, all values (K,) are given; None if they have more, or are too few or the
    same few numbers, which say nothing."""
    distinct = np.unique(values)
    if len(distinct) < 3 or len(values) < _MIN_ROUNDED:
        return None
    for decimals in _DECIMALS:
        if np.allclose(values, np.round(values, decimals), rtol=0, atol=1e-9):
            return decimals
    return None


def find_rounding(here: FloatArray, there: FloatArray) -> tuple[int, bool] | None:
    """Return (decimals, whether the rest is cut off and not rounded) if the rewards (K,) there are those here with
    fewer decimals; None if not."""
    decimals = count_decimals(there)
    if decimals is None or count_decimals(here) == decimals:
        return None
    unit = 10.0**-decimals
    if largest_difference(here, there) > unit * 1.001:
        return None
    below = here - there
    return decimals, bool((below >= -1e-3 * unit).all() and (below > 0.5 * unit).any())


def match_explanation(there: FloatArray, explanations: Mapping[str, FloatArray], room: float) -> str | None:
    """Return whose rewards (K,) those there are: the closest of the explanations, if all but one in ten lie within
    `room` of it and half of `room` at the median."""
    best: tuple[float, str] | None = None
    for name, rewards in explanations.items():
        off = np.abs(rewards - there)
        if np.quantile(off, 0.9) <= room and (middle := float(np.median(off))) <= room / 2:
            best = min(best or (math.inf, ""), (middle, name))
    return best[1] if best else None


def changed_whitespace(text: str, back: str) -> bool:
    """Return whether a text that came back otherwise lacks nothing but spaces and line breaks."""
    return text != back and "".join(text.split()) == "".join(back.split())
