"""Whether a wrong prefix is noticed: how often a right one of the same problem and step scores higher."""

from __future__ import annotations

import numpy as np

from pfviz.lab.table.prefixes import PrefixTable
from pfviz.stats.auc import share_of_right_above
from pfviz.types import FloatArray


def auc_by_row(rows: PrefixTable, reward: FloatArray | None = None) -> FloatArray:
    """(R,) for a wrong row the share of the right rows of its cell that score higher, ties one half; nan for other rows
    and where no right one is there.

    Its mean over wrong rows is the area under the ROC curve (AUC) within problems and steps: the probability that of a
    wrong and a right prefix, both of the same problem and length, the right one scores higher.
    """
    scores = rows.reward if reward is None else reward
    return share_of_right_above(scores, rows.is_right, rows.is_wrong, rows.cell_ids)


def misordered_share(rows: PrefixTable) -> float:
    """1 - AUC: the share of pairs of a right and a wrong prefix that the reward orders wrongly; nan without pairs."""
    found = auc_by_row(rows)
    seen = ~np.isnan(found)
    return float(1 - found[seen].mean()) if seen.any() else float("nan")
