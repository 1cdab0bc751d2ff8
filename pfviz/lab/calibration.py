"""Does a high score mean right? Reliability, Brier score and calibration error, over prefixes of known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.intervals import NOTHING, Estimate, mean, of_draws, resamples
from pfviz.lab.rows import FloatArray, IntArray, Rows

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Prefixes whose reward lies in [low, high), the last bin with its end."""

    low: float
    high: float
    reward: float  # their mean
    right: Estimate  # the share of them that is right


def reliability(rows: Rows) -> list[Bin]:
    """The bins that hold prefixes, of ten of equal width on [0, 1] (DeGroot and Fienberg 1983)."""
    places = _places(rows.reward)
    found = []
    for place in range(BINS):
        held = rows.known & (places == place)
        if held.any():
            right = mean(rows.is_right[held].astype(np.float64), rows.problem[held])
            found.append(Bin(place / BINS, (place + 1) / BINS, float(rows.reward[held].mean()), right))
    return found


def brier(rows: Rows) -> Estimate:
    """The mean of (reward - right)², 0 at best (Brier 1950)."""
    return mean(np.where(rows.known, (rows.reward - rows.is_right) ** 2, np.nan), rows.problem)


def calibration_error(rows: Rows) -> Estimate:
    """Expected calibration error: Σ over the bins of n_b/n · |share right - mean reward| (Naeini et al. 2015), with the
    interval of resampled problems. Above 0 by chance alone where bins hold few prefixes."""
    known = rows.known
    if not known.any():
        return NOTHING
    names, problem = np.unique(rows.problem[known], return_inverse=True)
    places = _places(rows.reward[known])
    apart = rows.reward[known] - rows.is_right[known]
    sums = np.zeros((len(names), BINS))
    np.add.at(sums, (problem, places), apart)
    sizes = np.bincount(problem, minlength=len(names)).astype(np.float64)
    drawn = resamples(len(names))
    value = float(_error(sums.sum(axis=0)[None], np.array([sizes.sum()]))[0])
    return of_draws(value, _error(drawn @ sums, drawn @ sizes), int(known.sum()), len(names))


def confidence(rows: Rows) -> Estimate:
    """The mean of reward minus right: above 0 for a reward that promises too much."""
    return mean(np.where(rows.known, rows.reward - rows.is_right, np.nan), rows.problem)


def _places(reward: FloatArray) -> IntArray:
    return np.clip((reward * BINS).astype(np.int64), 0, BINS - 1)


def _error(sums: FloatArray, sizes: FloatArray) -> FloatArray:
    """(D,) from sums of reward - right (D, BINS) and rows (D,): in a bin the shares differ by sum / n_b."""
    return np.asarray(np.abs(sums).sum(axis=1) / np.maximum(sizes, 1))
