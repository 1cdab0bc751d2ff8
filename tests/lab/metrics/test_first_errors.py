"""F1 of finding the first wrong step, the threshold, and the report on the other half."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.errors import LabError
from pfviz.lab.metrics.first_errors import accuracies, best_threshold, evaluate, f1, predict_first_error
from pfviz.lab.metrics.processbench import NO_ERROR, Sample, ScoredSample


def scored(*pairs: tuple[list[float], int]) -> list[ScoredSample]:
    """Solutions with these rewards and labels."""
    return [
        ScoredSample(
            Sample(f"made-{i}", "hand", "p", tuple("s" for _ in rewards), label == NO_ERROR, label),
            np.array(rewards), i + 1, len(pairs),
        )
        for i, (rewards, label) in enumerate(pairs)
    ]  # fmt: skip


def invented(rng: np.random.Generator, samples: int, sharpness: float) -> list[ScoredSample]:
    """Rewards that fall at the wrong step, more or less."""
    found = []
    for i in range(samples):
        steps = int(rng.integers(1, 6))
        label = int(rng.integers(0, steps)) if i % 2 else NO_ERROR
        level = np.array([2.0 - sharpness * (label != NO_ERROR and s >= label) for s in range(steps)])
        found.append(((1 / (1 + np.exp(-level - rng.normal(0, 1, steps)))).tolist(), label))
    return scored(*found)


def test_the_first_reward_below_the_threshold_is_the_error() -> None:
    rewards = np.array([0.9, 0.4, 0.6, 0.1])
    assert [predict_first_error(rewards, threshold) for threshold in (0.05, 0.1, 0.4, 0.41, 0.95)] == [
        NO_ERROR,
        NO_ERROR,
        3,
        1,
        0,
    ]


def test_f1_is_the_harmonic_mean_of_both_accuracies() -> None:
    labels, predictions = np.array([0, 2, 1, -1, -1]), np.array([0, 1, -1, -1, -1])
    assert accuracies(labels, predictions) == pytest.approx((1 / 3, 1.0))
    assert f1(labels, predictions) == pytest.approx(2 * (1 / 3) * 1 / (1 / 3 + 1))
    assert f1(labels, np.array([-1] * 5)) == 0.0  # that nothing is ever wrong is worth nothing
    assert f1(np.array([0, -1]), np.array([1, 0])) == 0.0
    for missing in (np.array([0, 1]), np.array([-1, -1])):
        with pytest.raises(LabError, match="one kind is missing"):
            f1(missing, missing)


def test_no_threshold_is_better_than_the_best_one() -> None:
    """Against a fine grid, on rewards of every sharpness."""
    rng = np.random.default_rng(0)
    for sharpness in (0.0, 1.0, 3.0):
        samples = invented(rng, 40, sharpness)
        labels = np.array([one.sample.label for one in samples])

        def at(threshold: float, samples=samples, labels=labels) -> float:
            return f1(labels, np.array([predict_first_error(one.rewards, threshold) for one in samples]))

        grid = max(at(threshold) for threshold in np.linspace(0, 1, 2001))
        assert at(best_threshold(samples)) >= grid - 1e-12


def test_the_threshold_lies_in_the_middle_of_its_range() -> None:
    assert best_threshold(scored(([0.9, 0.2], 1), ([0.8, 0.6], NO_ERROR))) == pytest.approx(0.4)
    assert best_threshold(scored(([0.0], 0), ([1.0], NO_ERROR))) == pytest.approx(0.5)


def test_a_perfect_reward_has_an_f1_of_one_on_the_other_half() -> None:
    samples = scored(*[([1.0, 0.0, 0.0], 1), ([1.0, 1.0], NO_ERROR)] * 10)
    report = evaluate(samples)
    assert (report.f1.value, report.f1.low, report.f1.high, report.tuned_f1) == (1.0, 1.0, 1.0, 1.0)
    assert (report.threshold, report.wrong, report.right) == (0.5, 5, 5)


def test_the_threshold_is_chosen_on_one_half_and_used_on_the_other() -> None:
    samples = invented(np.random.default_rng(1), 60, 2.0)
    report = evaluate(samples, seed=4)
    assert (report.wrong, report.right) == (15, 15)
    assert evaluate(samples, seed=4) == report
    assert evaluate(samples, seed=5).threshold != report.threshold
    fixed = evaluate(samples, threshold=report.threshold)
    assert (fixed.wrong, fixed.right, fixed.threshold) == (30, 30, report.threshold)
    assert (report.threshold_given, fixed.threshold_given) == (False, True)
    # What all solutions come to is what both halves come to, each weighing the same.
    labels = np.array([one.sample.label for one in samples])
    found = np.array([predict_first_error(one.rewards, report.threshold) for one in samples])
    assert (fixed.on_wrong.value, fixed.on_right.value) == pytest.approx(accuracies(labels, found))
    assert fixed.f1.value == pytest.approx(f1(labels, found)) == fixed.tuned_f1


def test_the_intervals_hold_the_value_and_have_the_width_of_a_binomial() -> None:
    samples = invented(np.random.default_rng(2), 400, 2.0)
    report = evaluate(samples, threshold=0.6)
    for estimate in (report.f1, report.on_wrong, report.on_right):
        assert 0 <= estimate.low < estimate.value < estimate.high <= 1
    p = report.on_wrong.value
    assert report.on_wrong.high - report.on_wrong.low == pytest.approx(2 * 1.96 * np.sqrt(p * (1 - p) / 200), rel=0.15)


def test_too_few_solutions_are_refused() -> None:
    few = scored(([0.1], 0), ([0.9], NO_ERROR), ([0.9], NO_ERROR))
    with pytest.raises(LabError, match="here are 1 and 2"):
        evaluate(few)
    assert evaluate(few, threshold=0.5).f1.value == 1.0
    with pytest.raises(LabError, match="one kind is missing"):
        evaluate(scored(([0.1], 0)), threshold=0.5)
