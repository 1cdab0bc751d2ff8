"""How sure a number over many problems is. Rows of one problem hang together, so problems are what is resampled."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pfviz.rng import derive_rng
from pfviz.types import BoolArray, FloatArray, IntArray

RESAMPLES = 400
CONFIDENCE_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval (95 %, bootstrap over problems), the rows and the problems behind it.

    All three are nan without rows; the interval is where all rows are of one problem, which tells nothing of others.
    """

    value: float
    low: float
    high: float
    rows: int
    problems: int

    def excludes(self, value: float) -> bool:
        """Whether the interval lies on one side of a value."""
        return bool(self.low > value or self.high < value)

    @property
    def standard_error(self) -> float:
        """The standard error: what a normal distribution with this interval has."""
        return (self.high - self.low) / (2 * 1.96)

    def transform(self, change: Callable[[float], float]) -> Estimate:
        """The estimate of a monotone function of the number."""
        value, low, high = (float(change(number)) for number in (self.value, self.low, self.high))
        return replace(self, value=value, low=min(low, high), high=max(low, high))


NO_ESTIMATE = Estimate(float("nan"), float("nan"), float("nan"), 0, 0)


def draw_resamples(problems: int, seed: int = 0) -> IntArray:
    """(DRAWS, problems) how often each is drawn, as many with replacement as there are."""
    drawn = derive_rng(seed, "bootstrap").multinomial(problems, np.full(problems, 1 / problems), size=RESAMPLES)
    return np.asarray(drawn, dtype=np.int64)


def estimate_from_draws(value: float, drawn: FloatArray, rows: int, problems: int) -> Estimate:
    """The estimate whose value came out of the resamples as `drawn` (D,), nan left out."""
    drawn = drawn[~np.isnan(drawn)]
    if problems < 2 or not len(drawn):
        return Estimate(value, float("nan"), float("nan"), rows, problems)
    tail = 100 * (1 - CONFIDENCE_LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Estimate(value, float(low), float(high), rows, problems)


def mean(values: FloatArray, problem: IntArray, seed: int = 0) -> Estimate:
    """The mean of (M,) values, nan left out, with the interval of resampled problems."""
    return difference(values, np.zeros(len(values), dtype=np.bool_), problem, seed, one_sided=True)


def difference(
    values: FloatArray, first: BoolArray, problem: IntArray, seed: int = 0, *, one_sided: bool = False
) -> Estimate:
    """The mean of (M,) values where `first` (M,) holds minus that of the others; with `one_sided` that of the others
    alone. nan without values."""
    seen = ~np.isnan(values)
    values, first, problem = values[seen], np.asarray(first, dtype=np.bool_)[seen], problem[seen]
    if not len(values):
        return NO_ESTIMATE
    names, place = np.unique(problem, return_inverse=True)
    sums = np.array([np.bincount(place[part], values[part], len(names)) for part in (first, ~first)])  # (2, P)
    counts = np.array([np.bincount(place[part], minlength=len(names)) for part in (first, ~first)])
    weights = draw_resamples(len(names), seed)  # (D, P)
    drawn = _difference_of_means(weights @ sums.T, weights @ counts.T, one_sided)
    value = float(_difference_of_means(sums.sum(axis=1)[None], counts.sum(axis=1)[None], one_sided)[0])
    return estimate_from_draws(value, drawn, len(values), len(names))


def _difference_of_means(sums: FloatArray, counts: FloatArray, one_sided: bool) -> FloatArray:
    """(D,) from (D, 2) sums and counts."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / counts
    return np.asarray(means[:, 1] if one_sided else means[:, 0] - means[:, 1])


def ratio(over: FloatArray, under: FloatArray, problem: IntArray, seed: int = 0) -> Estimate:
    """The sum of (M,) values over the sum of others, with the interval of resampled problems."""
    if not len(over):
        return NO_ESTIMATE
    names, place = np.unique(problem, return_inverse=True)
    sums = np.array([np.bincount(place, values, len(names)) for values in (over, under)])  # (2, P)
    drawn = draw_resamples(len(names), seed) @ sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        value, shares = float(over.sum() / under.sum()), np.asarray(drawn[:, 0] / drawn[:, 1])
    return estimate_from_draws(value, shares, len(over), len(names))


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


def equivalent_normal_z(z: float, problems: int) -> float:
    """A z whose standard error comes from few problems, as the normal deviate that is as rare: Student's t with one
    degree of freedom less than there are problems, by the approximation of Wallace (1959)."""
    free = max(problems - 1, 1)
    if not math.isfinite(z):
        return abs(z)
    return (8 * free + 1) / (8 * free + 3) * math.sqrt(free * math.log1p(z * z / free))


def slope_estimate(x: FloatArray, y: FloatArray, problem: IntArray) -> Estimate:
    """The same slope, with the interval of resampled problems."""
    names, place = np.unique(problem, return_inverse=True)
    cross, square = np.bincount(place, x * y, len(names)), np.bincount(place, x * x, len(names))
    weights = draw_resamples(len(names))
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.asarray((weights @ cross) / (weights @ square))
    drawn = np.where(np.isfinite(drawn), drawn, np.nan)
    return estimate_from_draws(slope(x, y, problem)[0], drawn, int((np.abs(x) > 1e-9).sum()), len(names))
