"""How sure a number over many problems is. Rows of one problem hang together, so problems are what is resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.rows import FloatArray, IntArray
from pfviz.streams import stream

DRAWS = 400
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval (95 %, bootstrap over problems), the rows and the problems behind it."""

    value: float
    low: float
    high: float
    rows: int
    problems: int

    def excludes(self, value: float) -> bool:
        """Whether the interval lies on one side of a value."""
        return bool(self.low > value or self.high < value)


def mean(values: FloatArray, problem: IntArray, seed: int = 0) -> Estimate:
    """The mean of (M,) values, nan left out, with the interval of resampled problems."""
    return difference(values, np.zeros(len(values), dtype=np.bool_), problem, seed, one_sided=True)


def difference(
    values: FloatArray, first: np.ndarray, problem: IntArray, seed: int = 0, *, one_sided: bool = False
) -> Estimate:
    """The mean of (M,) values where `first` (M,) holds minus that of the others; with `one_sided` that of the others
    alone. nan without values."""
    seen = ~np.isnan(values)
    values, first, problem = values[seen], np.asarray(first, dtype=np.bool_)[seen], problem[seen]
    if not len(values):
        return Estimate(float("nan"), float("nan"), float("nan"), 0, 0)
    names, place = np.unique(problem, return_inverse=True)
    sums = np.array([np.bincount(place[part], values[part], len(names)) for part in (first, ~first)])  # (2, P)
    counts = np.array([np.bincount(place[part], minlength=len(names)) for part in (first, ~first)])
    rng = stream(seed, "bootstrap")
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)  # (D, P)
    drawn = _difference(weights @ sums.T, weights @ counts.T, one_sided)
    value = float(_difference(sums.sum(axis=1)[None], counts.sum(axis=1)[None], one_sided)[0])
    drawn = drawn[~np.isnan(drawn)]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail]) if len(drawn) else (np.nan, np.nan)
    return Estimate(value, float(low), float(high), len(values), len(names))


def _difference(sums: FloatArray, counts: FloatArray, one_sided: bool) -> FloatArray:
    """(D,) from (D, 2) sums and counts."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / counts
    return np.asarray(means[:, 1] if one_sided else means[:, 0] - means[:, 1])


def slope(x: FloatArray, y: FloatArray, problem: IntArray) -> tuple[float, float]:
    """The slope of y on x through the origin, both (M,) and centred already, and its z: slope over standard error,
    which is robust to whatever rows of one problem share. (0, 0) for an x that does not vary."""
    total = float(x @ x)
    if total <= 1e-12:
        return 0.0, 0.0
    found = float(x @ y) / total
    place = np.unique(problem, return_inverse=True)[1]
    per_problem = np.bincount(place, x * (y - found * x))
    # A fit without any remainder is as sure as it can be.
    error = max(float(np.sqrt(per_problem @ per_problem)) / total, 1e-9)
    return found, found / error
