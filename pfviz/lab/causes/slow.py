"""Errors that move the score little by little: noticed slowly, or forgotten slowly, though in the right order."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.afterwards import afterwards
from pfviz.lab.causes.base import Evidence, Finding, clearest, enough
from pfviz.lab.intervals import mean, ratio
from pfviz.lab.rows import BoolArray, FloatArray, Rows, groups
from pfviz.lab.wording import amount, percent

FALLS_LATER = 0.4  # of all that an error costs, on the step after it
RISES_AGAIN = 0.25  # of what an error cost, on the step after it
SURE = 3.0  # standard errors


def slow(evidence: Evidence) -> Finding | None:
    """How the score of a first error moves at the next step, beside what the error costs; see blind.py for errors that
    pass. Scores are compared, not orders, so that tastes must be out of them."""
    rows, reward = evidence.rows, evidence.reward
    right = np.full(len(rows), np.nan)
    for problem in np.unique(rows.problem[rows.is_right]):
        here = rows.problem == problem
        right[here] = reward[here & rows.is_right].mean()
    after = afterwards(rows, np.where(evidence.explained, np.nan, reward))
    both = rows.fresh & ~evidence.explained & ~np.isnan(after) & ~np.isnan(right)
    if not rows.judged or not enough(rows, both):
        return None
    falls, cost, problem = (reward - after)[both], (right - reward)[both], rows.problem[both]
    moved, first = mean(falls, problem), mean(cost, problem)
    if not abs(moved.value) > SURE * moved.error or not _everywhere(rows, reward - after, both):
        return None
    later, again = ratio(falls, falls + cost, problem), ratio(-falls, cost, problem)
    if later.value >= FALLS_LATER and later.low > FALLS_LATER / 2 and first.value >= 0:
        cause, share, examples = "late", later, falls
        sentence = (
            f"Errors are noticed slowly: one costs {amount(first.value)} of the score when it is made, and "
            f"{amount(moved.value)} more at the next step, {percent(later.value)} of both."
        )
    elif again.value >= RISES_AGAIN and again.low > RISES_AGAIN / 2 and first.value > 0:
        cause, share, examples = "forgets", again, -falls
        sentence = (
            f"Errors are forgotten: one costs {amount(first.value)} of the score when it is made, and "
            f"{percent(again.value)} of that are back at the next step."
        )
    else:
        return None
    order = np.full(len(rows), -np.inf)
    order[both] = examples
    return Finding(cause, sentence, 0.5 * min(1.0, share.value), share, clearest(order, both, rows))


def _everywhere(rows: Rows, falls: FloatArray, members: BoolArray) -> bool:
    """Whether the score moves the same way wherever in a solution the error is."""
    places = [float(falls[part].mean()) for part in groups(rows.step, members) if len(part) >= 4]
    whole = float(falls[members].mean())
    return all(place / whole > 0.5 for place in places)
