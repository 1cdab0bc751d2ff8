"""Do more solutions make it worse? The best of n of a run's solutions, by reward, against n."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.truth import RIGHT, UNKNOWN
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The accuracy of the best-rewarded of n solutions, averaged over runs."""

    n: int
    right: Estimate


def best_of_n_curve(rows: PrefixTable) -> list[CurvePoint]:
    """The curve at n = 1, 2, 4, … as far as three of four runs have so many solutions with a known answer.

    Exact: the mean over all choices of n out of a run's solutions. Those of a method that selects are its survivors and
    those that finished and died, which are no independent draws.
    """
    of_run = _solution_rows_by_run(rows)
    return [CurvePoint(n, _mean_chance(rows, of_run, n)) for n in _curve_sizes(of_run)]


def find_fall(rows: PrefixTable) -> tuple[int, Estimate] | None:
    """The n from which the curve falls, and by how much it has fallen at its end (positive), in the runs that reach it;
    None for fewer than three points or a curve that does not fall."""
    of_run = _solution_rows_by_run(rows)
    sizes = _curve_sizes(of_run)
    if len(sizes) < 3:
        return None
    end = sizes[-1]
    of_run = [one for one in of_run if len(one) >= end]
    top = max(sizes, key=lambda n: (_mean_chance(rows, of_run, n).value, -n))
    return None if top == end else (top, _mean_chance(rows, of_run, top, end))


def chance_best_is_right(reward: FloatArray, right: BoolArray, n: int) -> float:
    """The chance that the best-rewarded of n solutions is right, which are drawn without replacement from those of
    (M,) rewards, M at least n; ties share it."""
    levels, level = np.unique(-reward, return_inverse=True)
    held = np.bincount(level, minlength=len(levels))
    share = np.bincount(level, right, len(levels)) / held  # right among those of one reward
    behind = len(reward) - np.cumsum(held)
    # The best of n lies below a level if all n are drawn from the solutions behind it.
    below = np.array([_combination_ratio(int(left), len(reward), n) for left in behind])
    return float(-np.diff(below, prepend=1.0) @ share)


def _combination_ratio(left: int, total: int, n: int) -> float:
    """C(left, n) / C(total, n)."""
    return math.comb(left, n) / math.comb(total, n)


def _solution_rows_by_run(rows: PrefixTable) -> list[IntArray]:
    """The rows that end a solution whose answer is known, run by run."""
    return group_rows(rows.run, rows.last & (rows.answer != UNKNOWN))


def _curve_sizes(of_run: list[IntArray]) -> list[int]:
    most = int(np.quantile([len(one) for one in of_run], 0.25)) if of_run else 0
    return [2**k for k in range(most.bit_length())]


def _mean_chance(rows: PrefixTable, of_run: list[IntArray], n: int, other: int | None = None) -> Estimate:
    """The mean chance at n, less that at another n, of the runs that have so many solutions."""
    least = max(n, other or 0)
    of_run = [one for one in of_run if len(one) >= least]
    found = [
        _chance_in_run(rows, one, n) - (0.0 if other is None else _chance_in_run(rows, one, other)) for one in of_run
    ]
    return mean(np.array(found), np.array([rows.problem[one[0]] for one in of_run], dtype=np.int64))


def _chance_in_run(rows: PrefixTable, run: IntArray, n: int) -> float:
    return chance_best_is_right(rows.reward[run], rows.answer[run] == RIGHT, n)
