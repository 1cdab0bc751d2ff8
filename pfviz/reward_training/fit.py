r"""A linear reading of the hidden states that tells right solutions of a problem from wrong ones, and its calibration.

The fit is a logistic regression of the outcome, or of the share of rollouts that end right, on standardised features
with one intercept for each problem (the conditional logit of McFadden 1973, with the intercepts as parameters): a
weight can then only earn by what differs between solutions of the same problem. The calibration is two numbers for
each step, fitted on scores of problems that the reading has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from pfviz.models.rewards.hidden_state import LinearReading
from pfviz.reward_training.prefixes import Prefixes
from pfviz.types import BoolArray, FloatArray, IntArray

PENALTIES = (3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6)
FOLDS = 5
WRONG_PENALTY = 1e-4
MAX_ITERATIONS = 150
MIN_SCALE = 1e-3
MAX_STEPS_CALIBRATED = 8
MIN_PREFIXES_CALIBRATED = 40
PRIOR_STRENGTH = 4.0
"""How firmly a step's calibration is held at that of all steps: the precision of a Gaussian prior on both numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """z = Σ weight (x - mean) / scale, of features (2H,), and `wrong_equation` more where an equation does not hold."""

    mean: FloatArray
    scale: FloatArray
    weight: FloatArray
    wrong_equation: float

    def scores(self, prefixes: Prefixes, layer: int) -> FloatArray:
        """z (P,) of the prefixes; `layer` is the place among their layers."""
        features = prefixes.features[:, layer].astype(np.float64)
        z = ((features - self.mean) / self.scale) @ self.weight
        return np.asarray(z + self.wrong_equation * prefixes.has_wrong_equation)


def fit_direction(prefixes: Prefixes, layer: int, penalty: float) -> Direction:
    """Fit on the mixed problems of the table; `layer` is the place among its layers. L-BFGS, seconds on one core."""
    rows = prefixes.take(prefixes.mixed)
    features = rows.features[:, layer].astype(np.float32)
    mean, scale = features.mean(0), features.std(0) + MIN_SCALE
    size = features.shape[1]
    inputs = torch.from_numpy((features - mean) / scale / np.float32(np.sqrt(size)))
    outcomes = torch.from_numpy(rows.value.astype(np.float32))
    worth = rows.share * rows.information
    shares = torch.from_numpy((worth / worth.sum()).astype(np.float32))
    _, group = np.unique(rows.problem, return_inverse=True)
    groups = torch.from_numpy(group)
    wrong = torch.from_numpy(rows.has_wrong_equation.astype(np.float32))
    weight, of_wrong = torch.zeros(size, requires_grad=True), torch.zeros(1, requires_grad=True)
    intercepts = torch.zeros(int(group.max(initial=-1)) + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, of_wrong, intercepts], max_iter=MAX_ITERATIONS, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        logits = inputs @ weight + of_wrong * wrong + intercepts[groups]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, outcomes, reduction="none")
        loss = (shares * losses).sum() + penalty * (weight**2).sum()
        loss = loss + 1e-4 * (intercepts**2).mean() + WRONG_PENALTY * (of_wrong**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found = weight.detach().numpy().astype(np.float64) / np.sqrt(size)
    return Direction(mean.astype(np.float64), scale.astype(np.float64), found, float(of_wrong.detach()))


def cross_validated_scores(prefixes: Prefixes, layer: int, penalty: float, folds: int = FOLDS) -> FloatArray:
    """z (P,) of every prefix by a direction that was fitted without its problem."""
    scores = np.zeros(len(prefixes.right))
    fold = fold_of_problem(prefixes.problem, folds)
    for number in range(folds):
        held_out = fold == number
        if held_out.any():
            direction = fit_direction(prefixes.take(~held_out), layer, penalty)
            scores[held_out] = direction.scores(prefixes.take(held_out), layer)
    return scores


def fold_of_problem(problem: IntArray, folds: int) -> IntArray:
    """The fold of each row, the same for all rows of a problem."""
    return np.asarray(problem % folds)


def calibrate(
    direction: Direction, layer_number: int, prefixes: Prefixes, scores: FloatArray, chosen: BoolArray | None = None
) -> LinearReading:
    """The reading whose rewards are probabilities: per step, from `scores` (P,) of problems that were not fitted on."""
    rows = np.ones(len(scores), bool) if chosen is None else chosen
    going = rows & ~prefixes.complete
    done = rows & prefixes.complete
    common = fit_logistic(scores[rows], prefixes.value[rows])
    known = [
        int((going & (prefixes.step == step)).sum()) >= MIN_PREFIXES_CALIBRATED for step in range(MAX_STEPS_CALIBRATED)
    ]
    count = max(1, known.index(False) if False in known else len(known))
    steps = [going & (prefixes.step == step) for step in range(count - 1)] + [going & (prefixes.step >= count - 1)]
    fitted = [fit_logistic(scores[where], prefixes.value[where], common) for where in steps]
    complete = fit_logistic(scores[done], prefixes.value[done], common)
    return LinearReading(
        layer_number,
        direction.mean,
        direction.scale,
        direction.weight,
        np.array([intercept for intercept, _ in fitted]),
        np.array([slope for _, slope in fitted]),
        *complete,
        wrong_equation=direction.wrong_equation,
    )


def fit_logistic(
    scores: FloatArray, right: BoolArray | FloatArray, prior: tuple[float, float] | None = None
) -> tuple[float, float]:
    """(intercept, slope) of the outcome, or of a share of right ones, on a score, held at the prior where there is one;
    Newton's method."""
    at = np.array([0.0, 1.0] if prior is None else prior)
    centre = at.copy()
    precision = np.eye(2) * (1e-3 if prior is None else PRIOR_STRENGTH)
    columns = np.stack([np.ones_like(scores), scores], 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(columns @ at, -30, 30)))
        gradient = columns.T @ (right - p) - precision @ (at - centre)
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + precision
        change = np.linalg.solve(curvature, gradient)
        at = at + np.clip(change, -2, 2)
        if np.abs(change).max() < 1e-8:
            break
    return float(at[0]), float(at[1])
