"""Scores that promise too much or too little: the order may be right, but 0.9 does not mean nine of ten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.calibration import calibration_error, confidence, reliability
from pfviz.lab.causes.base import Evidence, Finding, clearest, enough
from pfviz.lab.intervals import Estimate
from pfviz.lab.wording import percent

LEAST = 0.1  # of reward
LEAST_ERROR = 0.15  # calibration error, where the mean is as it should be
SIZE = 0.4


def level(evidence: Evidence) -> Finding | None:
    """The mean reward against the share of right prefixes. It spoils no pair, so that it ranks low."""
    rows = evidence.rows
    if not enough(rows, rows.is_right) or not enough(rows, rows.is_wrong):
        return None
    found = confidence(rows)
    error = calibration_error(rows)
    if abs(found.value) < LEAST or not found.excludes(0.0) or min(abs(found.low), abs(found.high)) < LEAST / 3:
        return _both_ways(evidence, error)
    share = float(rows.is_right[rows.known].mean())
    much = "much" if found.value > 0 else "little"
    sentence = (
        f"The scores promise too {much}, by {abs(found.value):.2f}: {share + found.value:.2f} on average, and "
        f"{share:.2f} of the prefixes are right (calibration error {error.value:.2f})."
    )
    among = rows.is_wrong if found.value > 0 else rows.is_right
    order = (rows.reward - rows.is_right) * np.sign(found.value)
    return Finding("level", sentence, SIZE * abs(found.value), found, clearest(order, among, rows), general=True)


def _both_ways(evidence: Evidence, error: Estimate) -> Finding | None:
    """Some scores too high and others too low."""
    rows = evidence.rows
    if error.value < LEAST_ERROR or not error.low > LEAST_ERROR / 2:
        return None
    worst = max(reliability(rows), key=lambda one: abs(one.right.value - one.reward) * one.right.rows)
    sentence = (
        f"The scores do not mean what they say (calibration error {error.value:.2f}): of those around "
        f"{worst.reward:.2f}, {percent(worst.right.value)} are right."
    )
    order = np.abs(rows.reward - rows.is_right)
    within = rows.known & (rows.reward >= worst.low) & (rows.reward <= worst.high)
    return Finding("level", sentence, SIZE * error.value, error, clearest(order, within, rows), general=True)
