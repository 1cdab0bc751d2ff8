"""From sampled problems to a reward that is fitted, calibrated and measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.errors import DatasetError
from pfviz.models.rewards.hidden_state import LinearReading
from pfviz.reward_training.evaluate import (
    Picks,
    complete_rows,
    control_scores,
    evaluate_picks,
    within_problem_auc,
)
from pfviz.reward_training.fit import PENALTIES, calibrate, cross_validated_scores, fit_direction
from pfviz.reward_training.prefixes import Prefixes
from pfviz.reward_training.samples import SampledProblem
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray

FIRST_PENALTY = 1e-4
"""With which the layers are compared."""
TIE = 0.002
"""AUCs that differ by less are equal."""
CURVE_SHARES = (0.125, 0.25, 0.5, 1.0)
MIN_MIXED_PROBLEMS = 10
PICK_SIZES = (1, 4, 16)

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StepMeasure:
    """What the reward knows after a step: its AUC within problems, and the slope that its calibration gives it."""

    step: int  # 1 is the first
    auc: Estimate
    slope: float
    prefixes: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on problems that were not fitted on. `held_out` is false where they were the training problems,
    each by a fit without it."""

    held_out: bool
    problems: int
    complete: Estimate
    half_way: Estimate
    by_step: tuple[StepMeasure, ...]
    controls: Mapping[str, Estimate]
    picks: Mapping[int, Picks]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A reading with how it came about: the layers and penalties that were tried, with their cross-validated AUC of
    complete solutions, and the AUC by the number of mixed problems that it was fitted on."""

    reading: LinearReading
    penalty: float
    layers_tried: Mapping[int, float]
    penalties_tried: Mapping[float, float]
    curve: tuple[tuple[int, float], ...]
    evaluation: Evaluation


def fit_reward(
    samples: Sequence[SampledProblem],
    prefixes: Prefixes,
    layers: Sequence[int],
    test: tuple[Sequence[SampledProblem], Prefixes] | None = None,
    report: Report = lambda line: None,
) -> Fitted:
    """Choose layer and penalty by cross-validation over the training problems, calibrate on the scores that each
    of them has by a fit without it, and fit on all; measure on `test`, or else on those scores.

    Raises:
        DatasetError: fewer than `MIN_MIXED_PROBLEMS` problems have both right and wrong solutions.
    """
    mixed = sum(sample.is_mixed for sample in samples)
    if mixed < MIN_MIXED_PROBLEMS:
        raise DatasetError(
            f"Only {mixed} of {len(samples)} problems have right and wrong solutions, and {MIN_MIXED_PROBLEMS} are "
            "needed: nothing else tells the two apart. Take more problems, more solutions of each, or problems that "
            "this generator solves sometimes."
        )
    done = complete_rows(prefixes)

    def auc_of(scores: FloatArray) -> float:
        return within_problem_auc(scores[done], prefixes.right[done], prefixes.problem[done]).value

    scores_of = {
        (place, FIRST_PENALTY): cross_validated_scores(prefixes, place, FIRST_PENALTY) for place in range(len(layers))
    }
    layers_tried = {layers[place]: auc_of(scores) for (place, _), scores in scores_of.items()}
    place = int(np.argmax(list(layers_tried.values())))
    report(f"layers: {_listed(layers_tried)}; layer {layers[place]} is taken")
    for penalty in PENALTIES:
        if (place, penalty) not in scores_of:
            scores_of[place, penalty] = cross_validated_scores(prefixes, place, penalty)
    penalties_tried = {penalty: auc_of(scores_of[place, penalty]) for penalty in PENALTIES}
    best = max(penalties_tried.values())
    penalty = max(one for one, auc in penalties_tried.items() if auc >= best - TIE)  # the strongest of equals
    report(f"penalties: {_listed(penalties_tried)}; {penalty:g} is taken")
    scores = scores_of[place, penalty]
    direction = fit_direction(prefixes, place, penalty)
    reading = calibrate(direction, layers[place], prefixes, scores)
    curve = _learning_curve(prefixes, place, penalty, test[1] if test else None, report)
    if test is None:
        evaluation = evaluate(samples, prefixes, scores, reading, held_out=False)
    else:
        of_test = direction.scores(test[1], place)
        evaluation = evaluate(test[0], test[1], of_test, reading, held_out=True)
    return Fitted(reading, penalty, layers_tried, penalties_tried, curve, evaluation)


def _learning_curve(
    prefixes: Prefixes, place: int, penalty: float, test: Prefixes | None, report: Report
) -> tuple[tuple[int, float], ...]:
    """The AUC of complete solutions by mixed problems fitted on: on the test problems, or on a fifth of the others."""
    numbers = np.unique(prefixes.problem[prefixes.mixed])
    fifth = prefixes.problem % 5 == 4
    train, target = (prefixes, test) if test is not None else (prefixes.take(~fifth), prefixes.take(fifth))
    numbers = np.intersect1d(numbers, train.problem)
    rows = complete_rows(target)
    points = []
    for share in CURVE_SHARES:
        taken = numbers[: max(2, round(len(numbers) * share))]
        direction = fit_direction(train.take(np.isin(train.problem, taken)), place, penalty)
        scores = direction.scores(target.take(rows), place)
        points.append((len(taken), within_problem_auc(scores, target.right[rows], target.problem[rows]).value))
    report("learning curve: " + ", ".join(f"{count} problems {value:.3f}" for count, value in points))
    return tuple(points)


def evaluate(
    samples: Sequence[SampledProblem],
    prefixes: Prefixes,
    scores: FloatArray,
    reading: LinearReading,
    *,
    held_out: bool,
) -> Evaluation:
    """Measure raw scores (P,) of prefixes, and the rewards that the reading makes of them."""
    done = complete_rows(prefixes)

    def auc_of(rows: BoolArray) -> Estimate:
        return within_problem_auc(scores[rows], prefixes.right[rows], prefixes.problem[rows])

    by_step = []
    for step in range(len(reading.slopes)):
        rows = (prefixes.step == step) & ~prefixes.complete
        by_step.append(StepMeasure(step + 1, auc_of(rows), float(reading.slopes[step]), int(rows.sum())))
    rewards = np.array([reading.reward(scores[row], int(prefixes.step[row]), True) for row in done])
    sizes = np.cumsum([len(sample.solutions) for sample in samples])[:-1]
    of_problem = np.split(rewards, sizes)
    least = min(len(sample.solutions) for sample in samples)
    controls = {
        name: within_problem_auc(values, prefixes.right[done], prefixes.problem[done])
        for name, values in control_scores(samples).items()
    }
    return Evaluation(
        held_out,
        len(samples),
        within_problem_auc(scores[done], prefixes.right[done], prefixes.problem[done]),
        auc_of(prefixes.half_way),
        tuple(by_step),
        controls,
        {n: evaluate_picks(samples, of_problem, n) for n in PICK_SIZES if n <= least},
    )


def _listed(values: Mapping[int, float] | Mapping[float, float]) -> str:
    return ", ".join(f"{key:g} {value:.3f}" for key, value in values.items())
