"""Errors that move the score little by little: noticed slowly, or forgotten slowly, though in the right order."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.causes.late_or_forgotten import mean_after_error
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.bootstrap import mean, ratio
from pfviz.text import format_amount, format_percent
from pfviz.types import BoolArray, FloatArray

MIN_LATE_SHARE = 0.4  # of all that an error costs, on the step after it
MIN_RECOVERED_SHARE = 0.25  # of what an error cost, on the step after it
MIN_Z = 3.0  # standard errors


def find_slow_reaction(evidence: Evidence) -> Finding | None:
    """How the score of a first error moves at the next step, beside what the error costs; see blind.py for errors that
    pass. Scores are compared, not orders, so that tastes must be out of them."""
    rows, reward = evidence.rows, evidence.reward
    right = np.full(len(rows), np.nan)
    for problem in np.unique(rows.problem[rows.is_right]):
        here = rows.problem == problem
        right[here] = reward[here & rows.is_right].mean()
    after = mean_after_error(rows, np.where(evidence.explained, np.nan, reward))
    both = rows.is_first_error & ~evidence.explained & ~np.isnan(after) & ~np.isnan(right)
    if not rows.judged or not has_enough_rows(rows, both):
        return None
    falls, cost, problem = (reward - after)[both], (right - reward)[both], rows.problem[both]
    moved, first = mean(falls, problem), mean(cost, problem)
    if not abs(moved.value) > MIN_Z * moved.standard_error or not _is_same_at_every_step(rows, reward - after, both):
        return None
    later, again = ratio(falls, falls + cost, problem), ratio(-falls, cost, problem)
    if later.value >= MIN_LATE_SHARE and later.low > MIN_LATE_SHARE / 2 and first.value >= 0:
        cause, share, examples = "late", later, falls
        sentence = (
            f"Errors are noticed slowly: one costs {format_amount(first.value)} of the score when it is made, and "
            f"{format_amount(moved.value)} more at the next step, {format_percent(later.value, 0)} of both."
        )
    elif again.value >= MIN_RECOVERED_SHARE and again.low > MIN_RECOVERED_SHARE / 2 and first.value > 0:
        cause, share, examples = "forgets", again, -falls
        sentence = (
            f"Errors are forgotten: one costs {format_amount(first.value)} of the score when it is made, and "
            f"{format_percent(again.value, 0)} of that are back at the next step."
        )
    else:
        return None
    order = np.full(len(rows), -np.inf)
    order[both] = examples
    return Finding(cause, sentence, 0.5 * min(1.0, share.value), share, clearest_examples(order, both, rows))


def _is_same_at_every_step(rows: PrefixTable, falls: FloatArray, members: BoolArray) -> bool:
    """Whether the score moves the same way wherever in a solution the error is."""
    places = [float(falls[part].mean()) for part in group_rows(rows.step, members) if len(part) >= 4]
    whole = float(falls[members].mean())
    return all(place / whole > 0.5 for place in places)
