"""Scores that promise too much or too little: the order may be right, but 0.9 does not mean nine of ten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.metrics.calibration import calibration_error, overconfidence, reliability
from pfviz.stats.estimate import Estimate
from pfviz.text import format_percent

MIN_OVERCONFIDENCE = 0.1  # of reward
MIN_CALIBRATION_ERROR = 0.15  # calibration error, where the mean is as it should be
SIZE_FACTOR = 0.4


def find_overconfidence(evidence: Evidence) -> Finding | None:
    """The mean reward against the share of right prefixes. It spoils no pair, so that it ranks low."""
    rows = evidence.rows
    if not has_enough_rows(rows, rows.is_right) or not has_enough_rows(rows, rows.is_wrong):
        return None
    found = overconfidence(rows)
    error = calibration_error(rows)
    if (
        abs(found.value) < MIN_OVERCONFIDENCE
        or not found.excludes(0.0)
        or min(abs(found.low), abs(found.high)) < MIN_OVERCONFIDENCE / 3
    ):
        return _find_miscalibration(evidence, error)
    share = float(rows.is_right[rows.is_known].mean())
    much = "much" if found.value > 0 else "little"
    sentence = (
        f"The scores promise too {much}, by {abs(found.value):.2f}: {share + found.value:.2f} on average, and "
        f"{share:.2f} of the prefixes are right (calibration error {error.value:.2f})."
    )
    among = rows.is_wrong if found.value > 0 else rows.is_right
    order = (rows.reward - rows.is_right) * np.sign(found.value)
    return Finding(
        "level", sentence, SIZE_FACTOR * abs(found.value), found, clearest_examples(order, among, rows), general=True
    )


def _find_miscalibration(evidence: Evidence, error: Estimate) -> Finding | None:
    """Some scores too high and others too low."""
    rows = evidence.rows
    if error.value < MIN_CALIBRATION_ERROR or not error.low > MIN_CALIBRATION_ERROR / 2:
        return None
    worst = max(reliability(rows), key=lambda one: abs(one.right.value - one.reward) * one.right.count)
    sentence = (
        f"The scores do not mean what they say (calibration error {error.value:.2f}): of those around "
        f"{worst.reward:.2f}, {format_percent(worst.right.value, 0)} are right."
    )
    order = np.abs(rows.reward - rows.is_right)
    within = rows.is_known & (rows.reward >= worst.low) & (rows.reward <= worst.high)
    return Finding(
        "level", sentence, SIZE_FACTOR * error.value, error, clearest_examples(order, within, rows), general=True
    )
