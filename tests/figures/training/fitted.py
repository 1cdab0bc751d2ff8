"""A fitted reward to draw: numbers by hand."""

from __future__ import annotations

import numpy as np

from pfviz.models.rewards.hidden_state import LinearReading
from pfviz.reward_training.evaluate import Picks
from pfviz.reward_training.pipeline import Evaluation, Fitted, StepMeasure
from pfviz.stats.estimate import Estimate
from tests.figures.lab.estimates import estimate


def fitted(
    curve: tuple[tuple[int, float], ...] = ((15, 0.7), (30, 0.75), (60, 0.8)),
    controls: dict[str, Estimate] | None = None,
    by_step: tuple[StepMeasure, ...] | None = None,
) -> Fitted:
    numbers = np.ones(4)
    measured = Evaluation(
        True,
        64,
        estimate(0.81),
        estimate(0.72),
        (StepMeasure(1, estimate(0.58), 0.46, 800), StepMeasure(2, estimate(0.66), 0.7, 700))
        if by_step is None
        else by_step,
        {"shorter is better": estimate(0.47), "mean log-probability": estimate(0.69)} if controls is None else controls,
        {1: Picks(0.1, 0.1, 0.1, 0.1, 0.1)},
    )
    reading = LinearReading(2, numbers, numbers, numbers, np.zeros(1), np.ones(1), 0.0, 1.0)
    return Fitted(reading, 1e-4, {2: 0.8}, {1e-4: 0.8}, curve, measured)
