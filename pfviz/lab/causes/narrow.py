"""Scores that use little of their range, or few values."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest, enough
from pfviz.lab.causes.whole import BAND
from pfviz.lab.intervals import mean
from pfviz.lab.rows import BoolArray, FloatArray, Rows, groups
from pfviz.lab.wording import percent

WIDTH = 0.3  # in which nearly all scores lie
LEAST_WRONG = 0.05
FEW = 11  # values
LEAST_TIED = 0.05  # of the pairs


def narrow(evidence: Evidence) -> Finding | None:
    """All scores lie close to each other, in the right order: weights hardly tell them apart. What is narrower still
    is said by `saturated`."""
    rows, known = evidence.rows, evidence.rows.known
    if not enough(rows, rows.is_wrong) or not enough(rows, rows.is_right):
        return None
    low, high = np.quantile(rows.reward[known], [0.02, 0.98])
    if not BAND < high - low <= WIDTH or rows.is_wrong[known].mean() < LEAST_WRONG:
        return None
    right, wrong = (mean(np.where(part, rows.reward, np.nan), rows.problem) for part in (rows.is_right, rows.is_wrong))
    sentence = (
        f"The scores are squeezed together: nearly all lie between {low:.2f} and {high:.2f}, {right.value:.2f} on "
        f"average for right prefixes and {wrong.value:.2f} for wrong ones, so that weights tell them apart only slowly."
    )
    examples = clearest(rows.reward, rows.is_wrong, rows)
    return Finding("narrow", sentence, 0.5 * (1 - (high - low)), wrong, examples)


def coarse(evidence: Evidence) -> Finding | None:
    """The score has so few values that wrong prefixes have the same as right ones, and right ones not all one."""
    rows, known = evidence.rows, evidence.rows.known
    values, count = np.unique(rows.reward[rows.is_right], return_counts=True)
    if not known.any() or len(np.unique(rows.reward[known])) > FEW or len(values) < 2 or np.sort(count)[-2] < 8:
        return None
    share = tied(rows, ~evidence.explained)
    found = mean(share, rows.problem)
    if not enough(rows, ~np.isnan(share)) or found.value < LEAST_TIED:
        return None
    number = len(np.unique(rows.reward[known]))
    sentence = (
        f"The score is coarse: it has {number} values, so that {percent(found.value)} of the pairs of a right and a "
        "wrong prefix are tied."
    )
    examples = clearest(np.nan_to_num(share), ~np.isnan(share) & (share > 0), rows)
    return Finding("coarse", sentence, 0.5 * found.value, found, examples)


def tied(rows: Rows, members: BoolArray) -> FloatArray:
    """(R,) for a wrong row the share of the right rows of its cell with the same score; nan for others."""
    found = np.full(len(rows), np.nan)
    for cell in groups(rows.cells, rows.known):
        right, wrong = rows.reward[cell[rows.is_right[cell]]], cell[rows.is_wrong[cell] & members[cell]]
        if len(right):
            found[wrong] = (rows.reward[wrong][:, None] == right).mean(axis=1)
    return found
