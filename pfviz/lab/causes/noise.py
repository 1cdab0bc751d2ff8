"""Scores that jump without cause."""

from __future__ import annotations

import math

import numpy as np

from pfviz.lab.causes.base import MIN_ROWS, Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.bootstrap import mean
from pfviz.types import BoolArray, FloatArray

MIN_STD = 0.08  # standard deviation of the scores of right prefixes of one problem
MAX_SIZE_BY_SPREAD = 0.15  # of its size, but for the pairs that are left to it
MAX_CORRELATION = 0.5  # a bias goes on from a step to the next; noise does not


def find_noise(evidence: Evidence) -> Finding | None:
    """How far right prefixes of one problem differ in score, if what is high at one step is not high at the next."""
    rows = evidence.rows
    away = np.full(len(rows), np.nan)
    counted = _is_first_copy(rows) & rows.is_right
    for one in group_rows(rows.problem, counted):
        if len(one) >= 2:
            centre = evidence.reward[one].mean()
            away[one] = (evidence.reward[one] - centre) * np.sqrt(len(one) / (len(one) - 1))
    if not has_enough_rows(rows, ~np.isnan(away)):
        evidence.add_open_question(
            "noise", "Whether scores jump without cause: two right prefixes each in 4 problems would show it."
        )
        return None
    found = mean(away**2, rows.problem).transform(math.sqrt)
    spread = found.value
    if spread < MIN_STD or _step_correlation(rows, away) > MAX_CORRELATION:
        return None
    sentence = (
        f"The scores are noisy: those of right prefixes of one problem differ by {spread:.2f} (standard deviation), "
        "and what is high at one step is not at the next."
    )
    lost = float(np.nansum(1 - evidence.unexplained_auc)) / max(evidence.pairs, 1)
    size = max(lost, min(MAX_SIZE_BY_SPREAD, 0.5 * (spread / max(evidence.gap, 0.1)) ** 2))
    evidence.explained = evidence.explained | rows.is_wrong
    order = np.where(np.isnan(away), -np.inf, np.abs(away))
    return Finding("noise", sentence, size, found, clearest_examples(order, counted, rows))


def _is_first_copy(rows: PrefixTable) -> BoolArray:
    """(R,) one of the rows with the same prefix: copies would only repeat it."""
    text = rows.distinct_texts[1].tolist()
    names: dict[tuple[int, int, int], int] = {}  # of a prefix: its problem, the prefix before it, its last step
    place, first = [0] * len(rows), np.zeros(len(rows), dtype=np.bool_)
    for row, (problem, parent) in enumerate(zip(rows.problem.tolist(), rows.parent.tolist(), strict=True)):
        key = (problem, place[parent] if parent >= 0 else -1, text[row])
        first[row] = key not in names
        place[row] = names.setdefault(key, len(names))
    return first


def _step_correlation(rows: PrefixTable, away: FloatArray) -> float:
    """How far a right prefix is from the others of its problem, and the prefix before it: the correlation."""
    own = np.flatnonzero((rows.parent >= 0) & ~np.isnan(away))
    own = own[~np.isnan(away[rows.parent[own]])]
    if len(own) < MIN_ROWS:
        return 0.0
    before, now = away[rows.parent[own]], away[own]
    if before.std() < 1e-9 or now.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(before, now)[0, 1])
