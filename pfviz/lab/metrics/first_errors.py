"""Does a reward model find the first wrong step of a solution? F1 as in ProcessBench (Zheng et al., arXiv 2412.06559).

A reward model says that the first step is wrong whose reward lies below a threshold, or that none is. F1 is the
harmonic mean of its accuracy on solutions with an error, where the very step must be found, and on those without one.
The threshold that is best on one half of the solutions is used on the other half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.errors import LabError
from pfviz.lab.metrics.processbench import NO_ERROR, ScoredSample
from pfviz.rng import derive_rng
from pfviz.stats.bootstrap import PercentileRule, estimate_from_replicates
from pfviz.stats.estimate import Estimate
from pfviz.types import FloatArray, IntArray

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class FirstErrorReport:
    """How well the first wrong step is found, on the half that the threshold was not chosen on; on all solutions where
    it was given. Intervals are 95 %, bootstrap over solutions, those with and those without an error apart."""

    threshold: float
    f1: Estimate
    on_wrong: Estimate  # accuracy on solutions with a wrong step
    on_right: Estimate  # and on those without
    tuned_f1: float  # on the half that the threshold was chosen on
    wrong: int  # solutions with a wrong step among those that are reported
    right: int
    threshold_given: bool = False


def predict_first_error(rewards: FloatArray, threshold: float) -> int:
    """The first step whose reward (S,) lies below the threshold; -1 if none does."""
    below = np.flatnonzero(rewards < threshold)
    return int(below[0]) if len(below) else NO_ERROR


def accuracies(labels: IntArray, predictions: IntArray) -> tuple[float, float]:
    """The share of labels (M,) that are predicted (M,): of those that name a step, and of those that name none. Raises
    `LabError` unless there are both."""
    wrong, right = _hits(np.asarray(labels), np.asarray(predictions))
    return float(wrong.mean()), float(right.mean())


def f1(labels: IntArray, predictions: IntArray) -> float:
    """The harmonic mean of the two accuracies; 0 if one of them is 0. Raises `LabError` as `accuracies`."""
    return float(_harmonic_mean(*map(np.asarray, accuracies(labels, predictions))))


def best_threshold(scored: Sequence[ScoredSample]) -> float:
    """The threshold of the best F1, in the middle of the range where that is reached; of the lowest such range.

    A solution is judged rightly by the thresholds of one interval (low, high]: they lie above the reward of its first
    wrong step and not above any reward before it. So F1 changes only at the ends of those. Raises `LabError` as
    `accuracies`.
    """
    labels = _labels(scored)
    _check_both(labels)
    wrong = labels != NO_ERROR
    low = np.array([one.rewards[one.sample.label] if one.sample.label != NO_ERROR else -np.inf for one in scored])
    before = [one.rewards if one.sample.label == NO_ERROR else one.rewards[: one.sample.label] for one in scored]
    high = np.array([rewards.min(initial=np.inf) for rewards in before])
    ends = np.unique(np.concatenate([low, high, [0.0, 1.0]]))  # beyond 0 and 1 one kind is always misjudged
    ends = ends[np.isfinite(ends)]
    middles = (ends[:-1] + ends[1:]) / 2
    fits = (low < middles[:, None]) & (middles[:, None] <= high)  # (thresholds, solutions)
    found = _harmonic_mean(fits[:, wrong].mean(axis=1), fits[:, ~wrong].mean(axis=1))
    return float(middles[np.argmax(found)])


def evaluate(scored: Sequence[ScoredSample], *, seed: int = 0, threshold: float | None = None) -> FirstErrorReport:
    """The report of scored solutions. Halves are drawn by `seed`, those with and those without an error apart; with a
    `threshold` given none is chosen, and all solutions are reported.

    Raises `LabError` unless there are two solutions of both kinds (one, with a threshold).
    """
    tuning = reported = list(scored)
    given = threshold is not None
    if threshold is None:
        tuning, reported = split_halves(scored, seed)
        threshold = best_threshold(tuning)
    hits = _hits(_labels(reported), _predictions(reported, threshold))
    rng = derive_rng(seed, "processbench bootstrap")
    # The hits among M solutions drawn with replacement are binomial.
    drawn = [rng.binomial(len(part), part.mean(), RESAMPLES) / len(part) for part in hits]
    wrong, right = (part.mean() for part in hits)
    rule: PercentileRule = "inverted_cdf"
    return FirstErrorReport(
        threshold,
        estimate_from_replicates(float(_harmonic_mean(wrong, right)), _harmonic_mean(*drawn), rule=rule),
        estimate_from_replicates(float(wrong), drawn[0], rule=rule),
        estimate_from_replicates(float(right), drawn[1], rule=rule),
        f1(_labels(tuning), _predictions(tuning, threshold)),
        len(hits[0]),
        len(hits[1]),
        given,
    )


def split_halves(scored: Sequence[ScoredSample], seed: int) -> tuple[list[ScoredSample], list[ScoredSample]]:
    """Return half of each kind to choose the threshold on, and the rest to report. Raises `LabError` unless there are
    two of both kinds."""
    rng = derive_rng(seed, "processbench halves")
    labels = _labels(scored)
    tuning: list[ScoredSample] = []
    reported: list[ScoredSample] = []
    for kind in (np.flatnonzero(labels != NO_ERROR), np.flatnonzero(labels == NO_ERROR)):
        if len(kind) < 2:
            raise LabError(
                "A threshold that is chosen on one half and used on the other takes two solutions with a wrong step, "
                f"and two without one; here are {int((labels != NO_ERROR).sum())} and "
                f"{int((labels == NO_ERROR).sum())}. Add "
                "some, or give a threshold."
            )
        drawn = rng.permutation(kind)
        tuning += [scored[i] for i in drawn[: len(kind) // 2]]
        reported += [scored[i] for i in drawn[len(kind) // 2 :]]
    return tuning, reported


def _labels(scored: Sequence[ScoredSample]) -> IntArray:
    return np.array([one.sample.label for one in scored], dtype=np.int64)


def _predictions(scored: Sequence[ScoredSample], threshold: float) -> IntArray:
    return np.array([predict_first_error(one.rewards, threshold) for one in scored], dtype=np.int64)


def _hits(labels: IntArray, predictions: IntArray) -> tuple[FloatArray, FloatArray]:
    """1 for a hit and 0 for a miss, of labels that name a step, and of those that name none."""
    _check_both(labels)
    found = (labels == predictions).astype(np.float64)
    return found[labels != NO_ERROR], found[labels == NO_ERROR]


def _check_both(labels: IntArray) -> None:
    if not (labels == NO_ERROR).any() or not (labels != NO_ERROR).any():
        raise LabError("F1 takes solutions with a wrong step and solutions without one; one kind is missing. Add some.")


def _harmonic_mean(a: FloatArray, b: FloatArray) -> FloatArray:
    total = np.asarray(a + b, dtype=np.float64)
    return np.asarray(2 * a * b / np.where(total > 0, total, 1.0))
