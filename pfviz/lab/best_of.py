"""Do more solutions make it worse? The best of n of a run's solutions, by reward, against n."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.truth import RIGHT, UNKNOWN
from pfviz.lab.intervals import Estimate, mean
from pfviz.lab.rows import BoolArray, FloatArray, IntArray, Rows, groups


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy of the best-rewarded of n solutions, averaged over runs."""

    n: int
    right: Estimate


def best_of(rows: Rows) -> list[Point]:
    """The curve at n = 1, 2, 4, … as far as three of four runs have so many solutions with a known answer.

    Exact: the mean over all choices of n out of a run's solutions. Those of a method that selects are its survivors and
    those that finished and died, which are no independent draws.
    """
    of_run = _solutions(rows)
    return [Point(n, _over_runs(rows, of_run, n)) for n in _sizes(of_run)]


def fall(rows: Rows) -> tuple[int, Estimate] | None:
    """The n from which the curve falls, and by how much it has fallen at its end (positive), in the runs that reach it;
    None for fewer than three points or a curve that does not fall."""
    of_run = _solutions(rows)
    sizes = _sizes(of_run)
    if len(sizes) < 3:
        return None
    end = sizes[-1]
    of_run = [one for one in of_run if len(one) >= end]
    top = max(sizes, key=lambda n: (_over_runs(rows, of_run, n).value, -n))
    return None if top == end else (top, _over_runs(rows, of_run, top, end))


def chance(reward: FloatArray, right: BoolArray, n: int) -> float:
    """The chance that the best-rewarded of n solutions is right, which are drawn without replacement from those of
    (M,) rewards, M at least n; ties share it."""
    levels, level = np.unique(-reward, return_inverse=True)
    held = np.bincount(level, minlength=len(levels))
    share = np.bincount(level, right, len(levels)) / held  # right among those of one reward
    behind = len(reward) - np.cumsum(held)
    # The best of n lies below a level if all n are drawn from the solutions behind it.
    below = np.array([_all_from(int(left), len(reward), n) for left in behind])
    return float(-np.diff(below, prepend=1.0) @ share)


def _all_from(left: int, total: int, n: int) -> float:
    """C(left, n) / C(total, n)."""
    return math.comb(left, n) / math.comb(total, n)


def _solutions(rows: Rows) -> list[IntArray]:
    """The rows that end a solution whose answer is known, run by run."""
    return groups(rows.run, rows.last & (rows.answer != UNKNOWN))


def _sizes(of_run: list[IntArray]) -> list[int]:
    most = int(np.quantile([len(one) for one in of_run], 0.25)) if of_run else 0
    return [2**k for k in range(most.bit_length())]


def _over_runs(rows: Rows, of_run: list[IntArray], n: int, other: int | None = None) -> Estimate:
    """The mean chance at n, less that at another n, of the runs that have so many solutions."""
    least = max(n, other or 0)
    of_run = [one for one in of_run if len(one) >= least]
    found = [_in_run(rows, one, n) - (0.0 if other is None else _in_run(rows, one, other)) for one in of_run]
    return mean(np.array(found), np.array([rows.problem[one[0]] for one in of_run], dtype=np.int64))


def _in_run(rows: Rows, run: IntArray, n: int) -> float:
    return chance(rows.reward[run], rows.answer[run] == RIGHT, n)
