"""Fit a calibration map to prefixes of known truth, and judge it on problems that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.errors import LabError
from pfviz.lab.metrics import calibration
from pfviz.lab.metrics.calibration import Bin
from pfviz.lab.metrics.processbench import NO_ERROR, ScoredSample
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.models.rewards.calibration_map import CalibrationMap, MapMethod
from pfviz.rng import derive_rng
from pfviz.stats.estimate import Estimate
from pfviz.stats.isotonic import beta_quantile, fit_isotonic
from pfviz.types import BoolArray, FloatArray, IntArray

FOLDS = 5
BINS = 10  # of the quantile map: each holds as many rows
LOW_LEVEL = 0.1


def fit_map(rows: PrefixTable, reward: str, method: MapMethod = "isotonic") -> CalibrationMap:
    """Return the map of all rows of known truth.

    `isotonic`: the non-decreasing fit (Zadrozny and Elkan 2002), on straight lines between its blocks, so that what
    differs stays different. `quantile`: the share right in ten bins with as many rows each, made non-decreasing.
    Raises `LabError` unless there are right and wrong rows.
    """
    known = rows.is_known & np.isfinite(rows.reward)
    scores, right = rows.reward[known], rows.is_right[known].astype(np.float64)
    if len(np.unique(right)) < 2:
        raise LabError(
            "A reward is calibrated on right and on wrong prefixes; here are only "
            f"{'right' if right.any() else 'wrong' if len(right) else 'unknown'} ones. Take more runs, or label steps."
        )
    weights = np.ones(len(scores))
    if method == "quantile":
        scores, right, weights = _bin_by_quantiles(scores, right)
    knots = fit_isotonic(scores, right, weights)
    knots = knots[np.append(True, np.diff(knots[:, 0]) > 0)]
    return CalibrationMap(
        reward=reward,
        method=method,
        scores=tuple(knots[:, 0].tolist()),
        values=tuple(knots[:, 1].tolist()),
        low=tuple(_low_values(knots, rows.reward[known]).tolist()),
        rows=int(known.sum()),
        problems=len(np.unique(rows.problem[known])),
    )


def _bin_by_quantiles(scores: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean score, share right and rows of each of at most `BINS` bins; equal scores share a bin."""
    order = np.argsort(scores, kind="stable")
    ranks = np.searchsorted(scores[order], scores, side="left")
    place = np.unique(ranks * BINS // len(scores), return_inverse=True)[1]
    counts = np.bincount(place).astype(np.float64)
    return np.bincount(place, weights=scores) / counts, np.bincount(place, weights=right) / counts, counts


def _low_values(knots: FloatArray, scores: FloatArray) -> FloatArray:
    """(K,) the tenth percentile of a Beta distribution of the value at each knot, by the rows nearest to it, from a
    uniform one before; non-decreasing."""
    edges = (knots[1:, 0] + knots[:-1, 0]) / 2
    counts = np.bincount(np.searchsorted(edges, scores), minlength=len(knots))
    found = [
        beta_quantile(value * count + 1, (1 - value) * count + 1, LOW_LEVEL)
        for value, count in zip(knots[:, 1], counts, strict=True)
    ]
    return np.maximum.accumulate(np.minimum(found, knots[:, 1]))


@dataclass(frozen=True, eq=False, slots=True)
class CrossValidated:
    """Repaired rewards (R,), each by a map that was not fitted on the row's problem; `maps` by problem."""

    rewards: FloatArray
    maps: dict[str, CalibrationMap]


def cross_validate(rows: PrefixTable, reward: str, method: MapMethod = "isotonic", seed: int = 0) -> CrossValidated:
    """Return the rewards of each problem's rows under the map of the other folds of problems. Raises `LabError` for a
    single problem, and where a fit has no right or no wrong rows."""
    names = len(rows.problems)
    if names < 2:
        raise LabError("A repaired reward is judged on other problems than it was fitted on; here is one. Add some.")
    order = derive_rng(seed, "calibration folds").permutation(names)
    fold_of: IntArray = np.empty(names, dtype=np.int64)
    fold_of[order] = np.arange(names) % min(FOLDS, names)
    fold = fold_of[rows.problem]
    found = np.full(len(rows), np.nan)
    maps: dict[str, CalibrationMap] = {}
    for number in np.unique(fold_of).tolist():
        made = fit_map(select_rows(rows, fold != number), reward, method)
        found[fold == number] = made.apply(rows.reward[fold == number])
        maps |= {rows.problems[place]: made for place in np.flatnonzero(fold_of == number).tolist()}
    return CrossValidated(found, maps)


def select_rows(rows: PrefixTable, kept: BoolArray) -> PrefixTable:
    """Return a table in which the truth of other rows is unknown: they are counted nowhere."""
    return replace(rows, right=np.where(kept, rows.right, -1))


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well a reward is a probability."""

    brier: Estimate
    calibration_error: Estimate
    overconfidence: Estimate
    bins: tuple[Bin, ...]


def measure_reliability(rows: PrefixTable) -> Reliability:
    """Return the reliability of the rewards of a table; repaired ones are in `rows.with_reward(...)`."""
    return Reliability(
        calibration.brier(rows),
        calibration.calibration_error(rows),
        calibration.overconfidence(rows),
        tuple(calibration.reliability(rows)),
    )


def table_of_samples(scored: Sequence[ScoredSample]) -> PrefixTable:
    """Return the prefixes of ProcessBench solutions as a table: right before the first wrong step, wrong from there."""
    names = sorted({one.sample.problem for one in scored})
    columns: dict[str, list[int]] = {name: [] for name in ("run", "problem", "step", "parent", "right", "last")}
    rewards: list[float] = []
    texts: list[str] = []
    for number, one in enumerate(scored):
        label = one.sample.label
        for step, (text, reward) in enumerate(zip(one.sample.steps, one.rewards.tolist(), strict=True)):
            right = label == NO_ERROR or step < label
            parent = len(texts) - 1 if step else -1
            values = (number, names.index(one.sample.problem), step, parent, right, step + 1 == len(one.rewards))
            for column, value in zip(columns.values(), values, strict=True):
                column.append(int(value))
            texts.append(text)
            rewards.append(reward)
    arrays = {name: np.array(values, dtype=np.int64) for name, values in columns.items()}
    zeros = np.zeros(len(texts), dtype=np.int64)
    return PrefixTable(
        run=arrays["run"], problem=arrays["problem"], step=arrays["step"], parent=arrays["parent"],
        right=arrays["right"], sweep=zeros, uid=np.arange(len(texts)),
        reward=np.array(rewards, dtype=np.float64), answer=zeros - 1,
        tokens=zeros, last=arrays["last"].astype(np.bool_), texts=tuple(texts), problems=tuple(names), judged=True,
    )  # fmt: skip
