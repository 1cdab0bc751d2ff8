"""Does a high score mean right? Reliability, Brier score and calibration error, over prefixes of known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.table.prefixes import PrefixTable
from pfviz.stats.bootstrap import draw_resamples, estimate_from_replicates, mean
from pfviz.stats.estimate import NO_ESTIMATE, Estimate
from pfviz.types import FloatArray, IntArray

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Prefixes whose reward lies in [low, high), the last bin with its end."""

    low: float
    high: float
    reward: float  # their mean
    right: Estimate  # the share of them that is right


def reliability(rows: PrefixTable) -> list[Bin]:
    """The bins that hold prefixes, of ten of equal width on [0, 1] (DeGroot and Fienberg 1983)."""
    places = _bin_indices(rows.reward)
    found = []
    for place in range(BINS):
        held = rows.is_known & (places == place)
        if held.any():
            right = mean(rows.is_right[held].astype(np.float64), rows.problem[held])
            found.append(Bin(place / BINS, (place + 1) / BINS, float(rows.reward[held].mean()), right))
    return found


def brier(rows: PrefixTable) -> Estimate:
    """The mean of (reward - right)², 0 at best (Brier 1950)."""
    return mean(np.where(rows.is_known, (rows.reward - rows.is_right) ** 2, np.nan), rows.problem)


def calibration_error(rows: PrefixTable) -> Estimate:
    """Expected calibration error: Σ over the bins of n_b/n · |share right - mean reward| (Naeini et al. 2015), with the
    interval of resampled problems. Above 0 by chance alone where bins hold few prefixes."""
    known = rows.is_known
    if not known.any():
        return NO_ESTIMATE
    names, problem = np.unique(rows.problem[known], return_inverse=True)
    places = _bin_indices(rows.reward[known])
    apart = rows.reward[known] - rows.is_right[known]
    sums = np.zeros((len(names), BINS))
    np.add.at(sums, (problem, places), apart)
    sizes = np.bincount(problem, minlength=len(names)).astype(np.float64)
    drawn = draw_resamples(len(names))
    value = float(_expected_error(sums.sum(axis=0)[None], np.array([sizes.sum()]))[0])
    return estimate_from_replicates(value, _expected_error(drawn @ sums, drawn @ sizes), int(known.sum()), len(names))


def overconfidence(rows: PrefixTable) -> Estimate:
    """The mean of reward minus right: above 0 for a reward that promises too much."""
    return mean(np.where(rows.is_known, rows.reward - rows.is_right, np.nan), rows.problem)


def _bin_indices(reward: FloatArray) -> IntArray:
    return np.clip((reward * BINS).astype(np.int64), 0, BINS - 1)


def _expected_error(sums: FloatArray, sizes: FloatArray) -> FloatArray:
    """(D,) from sums of reward - right (D, BINS) and rows (D,): in a bin the shares differ by sum / n_b."""
    return np.asarray(np.abs(sums).sum(axis=1) / np.maximum(sizes, 1))
