"""The reward as a whole: says nothing, is upside down, or has all its scores in one place."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import MIN_PROBLEMS, MIN_ROWS, Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.causes.missed_errors import find_missed_errors
from pfviz.lab.table.prefixes import group_rows
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent

MIN_BLIND_SHARE = (
    0.1  # of the pairs: what a score that is blind to some errors loses, if it tells anything of the others
)
SATURATED_WIDTH = 0.03  # width within which scores count as one


def find_flat(evidence: Evidence) -> Finding | None:
    """Right prefixes score no higher than wrong ones."""
    rows, scores = evidence.rows, evidence.original_auc
    if not has_enough_rows(rows, ~np.isnan(scores)):
        evidence.add_open_question(
            "silent",
            f"Whether the score tells right from wrong: {MIN_ROWS} wrong prefixes in {MIN_PROBLEMS} problems, and "
            "right ones beside them, would show it.",
        )
        return None
    found = mean(scores, rows.problem)
    constant = float(np.ptp(rows.reward)) < 1e-6
    near = abs(found.value - 0.5)
    if not constant and not (near < 0.1 and found.high - found.low < 0.3 and (near < 0.04 or not found.excludes(0.5))):
        return None
    if not constant and (
        _is_divided_by_problem(evidence)
        or any(one.size >= MIN_BLIND_SHARE for one in find_missed_errors(Evidence(rows)))
    ):
        return None  # it says something of some errors, or in some problems
    evidence.explained = evidence.explained | rows.is_wrong
    why = "every prefix has the same score, so that" if constant else "of a right and a wrong prefix"
    ahead = "a right prefix is ahead of a wrong one" if constant else "the right one scores higher"
    by = " by chance," if constant else ""
    sentence = (
        f"The score is flat, it carries no information: {why} {ahead}{by} in {format_percent(found.value, 0)} of the "
        f"pairs."
    )
    return Finding("silent", sentence, 0.5, found, clearest_examples(rows.reward, rows.is_wrong, rows))


def _is_divided_by_problem(evidence: Evidence) -> bool:
    """Whether the score works in some problems and against in others: then it says something, and not the same."""
    rows, scores = evidence.rows, evidence.original_auc
    means = np.array([
        scores[one].mean() for one in group_rows(rows.problem, ~np.isnan(scores)) if len(one) >= 4
    ])  # fmt: skip
    return bool(len(means) >= 4 and (means > 0.8).mean() > 0.25 and (means < 0.2).mean() > 0.25)


def find_inverted(evidence: Evidence) -> Finding | None:
    """Wrong prefixes score higher than right ones."""
    rows, scores = evidence.rows, evidence.original_auc
    found = mean(scores, rows.problem)
    if not has_enough_rows(rows, ~np.isnan(scores)) or not (found.value < 0.4 and found.high < 0.5):
        return None
    evidence.explained = evidence.explained | rows.is_wrong
    found = found.transform(lambda share: 1 - share)
    ahead = f"a wrong prefix scores higher than a right one in {format_percent(found.value, 0)} of the pairs"
    sentence = f"The score is upside down: {ahead}."
    return Finding("inverted", sentence, found.value, found, clearest_examples(rows.reward, rows.is_wrong, rows))


def find_saturated(evidence: Evidence) -> Finding | None:
    """Right and wrong ones score nearly the same, so that weights hardly differ."""
    rows = evidence.rows
    known = rows.is_known
    if (
        not has_enough_rows(rows, rows.is_wrong)
        or not has_enough_rows(rows, rows.is_right)
        or np.ptp(rows.reward) < 1e-6
    ):
        return None
    low, high = np.quantile(rows.reward[known], [0.05, 0.95])
    if high - low > SATURATED_WIDTH or rows.is_wrong[known].mean() < 0.05:
        return None
    within = ((rows.reward >= low - 1e-9) & (rows.reward <= high + 1e-9)).astype(float)
    found = mean(np.where(rows.is_wrong, within, np.nan), rows.problem)
    sentence = (
        f"The scores are saturated: nine of ten lie between {low:.3g} and {high:.3g}, "
        f"{format_percent(found.value, 0)} of those "
        "of wrong prefixes too, so that weights hardly tell them from right ones."
    )
    return Finding("saturated", sentence, 0.9, found, clearest_examples(rows.reward, rows.is_wrong, rows))
