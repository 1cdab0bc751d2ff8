"""Scores that stop at a highest or a lowest value, at which right and wrong prefixes meet."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.causes.narrow_range import MAX_COARSE_VALUES, tied_share
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent
from pfviz.types import BoolArray

VALUE_TOLERANCE = 1e-9
MIN_ROOM = 1e-4  # to the end of the range: scores that are rounded to 1 are no cap
MIN_SHARE_AT_CAP = 0.2  # of the right prefixes at a highest score, or of the wrong ones at a lowest
MIN_OTHERS_AT_CAP = 0.05  # of the others
MIN_TIED_SHARE = 0.05  # of the pairs


def find_capped(evidence: Evidence) -> Finding | None:
    """Many prefixes have exactly the highest score that there is, or the lowest, and others of the other truth have it
    too, though the scores could go on to 1, or to 0. What few values there are at all is said by `coarse`."""
    rows = evidence.rows
    if not has_enough_rows(rows, rows.is_right) or not has_enough_rows(rows, rows.is_wrong):
        return None
    scores = rows.reward[rows.is_known]
    if len(np.unique(scores)) <= MAX_COARSE_VALUES:
        return None
    for value, many, others, name, room in (
        (float(scores.max()), rows.is_right, rows.is_wrong, "highest", 1 - scores.max()),
        (float(scores.min()), rows.is_wrong, rows.is_right, "lowest", scores.min()),
    ):
        there = np.abs(rows.reward - value) < VALUE_TOLERANCE
        if room > MIN_ROOM and _share(there, many) >= MIN_SHARE_AT_CAP and _share(there, others) >= MIN_OTHERS_AT_CAP:
            found = _finding(evidence, there, value, name)
            if found is not None:
                return found
    return None


def _finding(evidence: Evidence, there: BoolArray, value: float, name: str) -> Finding | None:
    rows = evidence.rows
    share = tied_share(rows, rows.is_wrong)
    compared = ~np.isnan(share)
    met = compared & there
    lost = mean(np.where(compared, np.where(met, share, 0.0), np.nan), rows.problem)
    if not has_enough_rows(rows, met) or lost.value < MIN_TIED_SHARE:
        return None
    sentence = (
        f"The scores stop at {value:.2f}: {format_percent(_share(there, rows.is_right), 0)} of the right prefixes and "
        f"{format_percent(_share(there, rows.is_wrong), 0)} of the wrong ones have exactly this {name} score, so that "
        f"{format_percent(lost.value, 0)} of the pairs are tied."
    )
    evidence.explained = evidence.explained | met
    return Finding("capped", sentence, 0.5 * lost.value, lost, clearest_examples(np.nan_to_num(share), met, rows))


def _share(there: BoolArray, members: BoolArray) -> float:
    return float(there[members].mean())
