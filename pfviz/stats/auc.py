"""How often a right one scores higher than a wrong one of its group: the area under the ROC curve (AUC) in groups."""

from __future__ import annotations

import numpy as np

from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray, IntArray


def share_of_right_above(scores: FloatArray, right: BoolArray, wrong: BoolArray, group: IntArray) -> FloatArray:
    """Return (M,) for a wrong one the share of the right ones of its group that score higher, ties one half; nan for
    others, and where its group has no right one. A score of nan is left out. All arguments are (M,)."""
    found = np.full(len(scores), np.nan)
    known = np.flatnonzero((right | wrong) & ~np.isnan(scores))
    order = known[np.argsort(group[known], kind="stable")]
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        above = np.sort(scores[members[right[members]]])
        below = members[wrong[members]]
        if not len(above) or not len(below):
            continue
        lower = np.searchsorted(above, scores[below], side="left")
        up_to = np.searchsorted(above, scores[below], side="right")
        found[below] = 1 - (lower + up_to) / (2 * len(above))
    return found


def auc_within_groups(scores: FloatArray, right: BoolArray, wrong: BoolArray, group: IntArray) -> Estimate:
    """Return the mean of these shares over the wrong ones, with the interval of resampled groups; nan where no group
    has both. 1 is best, 0.5 says nothing, as a constant does."""
    return mean(share_of_right_above(scores, right, wrong, group), group)
