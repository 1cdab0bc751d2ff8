"""Do more solutions make it worse? The best of n of a run's solutions, by reward, against n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.intervals import Estimate, mean
from pfviz.lab.rows import FloatArray, Rows, groups


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy of the best-rewarded of n solutions, averaged over runs."""

    n: int
    right: Estimate


def best_of(rows: Rows, independent: bool = True) -> list[Point]:
    """The curve at n = 1, 2, 4, … as far as most runs have so many solutions with a known answer.

    Exact: the mean over all choices of n out of a run's solutions. With solutions of a method that selects, which are not
    `independent`, it is that of its survivors and of those that finished and died.
    """
    answered = rows.last & (rows.answer >= 0)
    of_run = groups(rows.run, answered)
    if not of_run:
        return []
    sizes = np.array([len(one) for one in of_run])
    most = int(np.quantile(sizes, 0.25))
    ns = [2**k for k in range(20) if 2**k <= most]
    problem = np.array([rows.problem[one[0]] for one in of_run])
    found = []
    for n in ns:
        values = np.array([
            _right(rows.reward[one], rows.answer[one] == 1, n) if len(one) >= n else np.nan for one in of_run
        ])  # fmt: skip
        found.append(Point(n, mean(values, problem)))
    return found


def fall(rows: Rows) -> tuple[int, Estimate] | None:
    """The n from which the curve falls, and by how much it has fallen at its end (positive); None for fewer than three
    points or one that does not fall."""
    points = best_of(rows)
    if len(points) < 3:
        return None
    top = max(points, key=lambda point: (point.right.value, -point.n))
    last = points[-1]
    if top.n == last.n:
        return None
    answered = rows.last & (rows.answer >= 0)
    of_run = [one for one in groups(rows.run, answered) if len(one) >= last.n]
    drops = np.array([
        _right(rows.reward[one], rows.answer[one] == 1, top.n) - _right(rows.reward[one], rows.answer[one] == 1, last.n)
        for one in of_run
    ])  # fmt: skip
    return top.n, mean(drops, np.array([rows.problem[one[0]] for one in of_run]))


def _right(reward: FloatArray, right: np.ndarray, n: int) -> float:
    """The chance that the best-rewarded of n solutions, drawn without replacement, is right; ties share it."""
    order = np.argsort(-reward, kind="stable")
    total, chance, value = len(reward), 0.0, 0.0
    # The best of n is at rank k (from 0) if that one is drawn and the n - 1 others are ranked behind it.
    levels, starts = np.unique(-reward[order], return_index=True)
    ends = [*starts[1:], total]
    remaining = 1.0
    for start, end in zip(starts, ends, strict=True):
        left = total - end
        none_above_or_here = _choose_ratio(left, total, n)
        here = remaining - none_above_or_here
        value += here * float(right[order[start:end]].mean())
        chance += here
        remaining = none_above_or_here
    del levels
    return value / chance if chance > 0 else float("nan")


def _choose_ratio(left: int, total: int, n: int) -> float:
    """C(left, n) / C(total, n)."""
    if left < n:
        return 0.0
    return float(np.prod([(left - k) / (total - k) for k in range(n)]))
