"""What is left: wrong prefixes that score high for no reason that can be seen."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest, enough
from pfviz.lab.intervals import mean
from pfviz.lab.wording import percent

LEAST_LOST = 0.04  # of all pairs
LEAST_SURE = 0.02  # of the pairs that are left: the low end of the interval


def unexplained(evidence: Evidence) -> Finding | None:
    """Pairs that the score orders wrongly, and none of the causes before this one explains."""
    rows, scores = evidence.rows, evidence.noticed
    left = ~np.isnan(scores)
    if not enough(rows, left):
        return None
    lost = float((1 - scores[left]).sum()) / max(evidence.pairs, 1)
    if lost < LEAST_LOST or mean(np.where(left, 1 - scores, np.nan), rows.problem).low < LEAST_SURE:
        return None
    high = left & (scores <= 0.5)
    found = mean(np.where(np.isnan(evidence.as_scored), np.nan, high), rows.problem)
    sentence = (
        f"Some errors pass: {percent(found.value)} of the wrong prefixes score as high as most right ones, and nothing "
        "that was looked at tells which."
    )
    return Finding("unexplained", sentence, 0.5 * lost, found, clearest(rows.reward, high, rows), general=True)
