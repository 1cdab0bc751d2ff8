"""Scores that use little of their range, or few values."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.causes.flat_or_inverted import SATURATED_WIDTH
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent
from pfviz.types import BoolArray, FloatArray

NARROW_WIDTH = 0.3  # in which nearly all scores lie
MIN_WRONG_SHARE = 0.05
MAX_COARSE_VALUES = 11  # values
MIN_TIED_SHARE = 0.05  # of the pairs


def find_narrow_range(evidence: Evidence) -> Finding | None:
    """All scores lie close to each other, in the right order: weights hardly tell them apart. What is narrower still
    is said by `saturated`."""
    rows, known = evidence.rows, evidence.rows.is_known
    if not has_enough_rows(rows, rows.is_wrong) or not has_enough_rows(rows, rows.is_right):
        return None
    low, high = np.quantile(rows.reward[known], [0.02, 0.98])
    if not SATURATED_WIDTH < high - low <= NARROW_WIDTH or rows.is_wrong[known].mean() < MIN_WRONG_SHARE:
        return None
    right, wrong = (mean(np.where(part, rows.reward, np.nan), rows.problem) for part in (rows.is_right, rows.is_wrong))
    sentence = (
        f"The scores are squeezed together: nearly all lie between {low:.2f} and {high:.2f}, {right.value:.2f} on "
        f"average for right prefixes and {wrong.value:.2f} for wrong ones, so that weights tell them apart only slowly."
    )
    examples = clearest_examples(rows.reward, rows.is_wrong, rows)
    return Finding("narrow", sentence, 0.5 * (1 - (high - low)), wrong, examples)


def find_coarse(evidence: Evidence) -> Finding | None:
    """The score has so few values that wrong prefixes have the same as right ones, and right ones not all one."""
    rows, known = evidence.rows, evidence.rows.is_known
    values, count = np.unique(rows.reward[rows.is_right], return_counts=True)
    if (
        not known.any()
        or len(np.unique(rows.reward[known])) > MAX_COARSE_VALUES
        or len(values) < 2
        or np.sort(count)[-2] < 8
    ):
        return None
    share = tied_share(rows, ~evidence.explained)
    found = mean(share, rows.problem)
    if not has_enough_rows(rows, ~np.isnan(share)) or found.value < MIN_TIED_SHARE:
        return None
    number = len(np.unique(rows.reward[known]))
    sentence = (
        f"The score is coarse: it has {number} values, so that {format_percent(found.value, 0)} of the pairs of "
        f"a right and a "
        "wrong prefix are tied."
    )
    examples = clearest_examples(np.nan_to_num(share), ~np.isnan(share) & (share > 0), rows)
    return Finding("coarse", sentence, 0.5 * found.value, found, examples)


def tied_share(rows: PrefixTable, members: BoolArray) -> FloatArray:
    """(R,) for a wrong row the share of the right rows of its cell with the same score; nan for others."""
    found = np.full(len(rows), np.nan)
    for cell in group_rows(rows.cell_ids, rows.is_known):
        right, wrong = rows.reward[cell[rows.is_right[cell]]], cell[rows.is_wrong[cell] & members[cell]]
        if len(right):
            found[wrong] = (rows.reward[wrong][:, None] == right).mean(axis=1)
    return found
