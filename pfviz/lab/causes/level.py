"""Scores that promise too much or too little: the order may be right, but 0.9 does not mean nine of ten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.calibration import calibration_error, confidence
from pfviz.lab.causes.base import Evidence, Finding, clearest, enough

LEAST = 0.1  # of reward


def level(evidence: Evidence) -> Finding | None:
    """The mean reward against the share of right prefixes. It spoils no pair, so that it ranks low."""
    rows = evidence.rows
    if not enough(rows, rows.is_right) or not enough(rows, rows.is_wrong):
        return None
    found = confidence(rows)
    if abs(found.value) < LEAST or not found.excludes(0.0) or min(abs(found.low), abs(found.high)) < LEAST / 3:
        return None
    share = float(rows.is_right[rows.known].mean())
    much = "much" if found.value > 0 else "little"
    sentence = (
        f"The scores promise too {much}, by {abs(found.value):.2f}: {share + found.value:.2f} on average, and "
        f"{share:.2f} of the prefixes are right (calibration error {calibration_error(rows).value:.2f})."
    )
    among = rows.is_wrong if found.value > 0 else rows.is_right
    order = (rows.reward - rows.is_right) * np.sign(found.value)
    return Finding("level", sentence, 0.15 * abs(found.value), found, clearest(order, among, rows), general=True)
