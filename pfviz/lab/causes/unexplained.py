"""What is left: wrong prefixes that score high for no reason that can be seen."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent

MIN_LOST_SHARE = 0.04  # of all pairs
MIN_LOWER_BOUND = 0.02  # of the pairs that are left: the low end of the interval


def find_unexplained(evidence: Evidence) -> Finding | None:
    """Pairs that the score orders wrongly, and none of the causes before this one explains."""
    rows, scores = evidence.rows, evidence.unexplained_auc
    left = ~np.isnan(scores)
    if not has_enough_rows(rows, left):
        return None
    lost = float((1 - scores[left]).sum()) / max(evidence.pairs, 1)
    if lost < MIN_LOST_SHARE or mean(np.where(left, 1 - scores, np.nan), rows.problem).low < MIN_LOWER_BOUND:
        return None
    high = left & (scores <= 0.5)
    found = mean(np.where(np.isnan(evidence.original_auc), np.nan, high), rows.problem)
    sentence = (
        f"Some errors pass: {format_percent(found.value, 0)} of the wrong prefixes score as high as most right "
        f"ones, and nothing "
        "that was looked at tells which."
    )
    return Finding("unexplained", sentence, 0.5 * lost, found, clearest_examples(rows.reward, high, rows), general=True)
