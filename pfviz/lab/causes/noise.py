"""What is left: scores that jump without cause, and wrong prefixes that score high for no reason that can be seen."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest, enough, percent
from pfviz.lab.intervals import Estimate, mean
from pfviz.lab.rows import groups

LEAST = 0.08  # standard deviation of the scores of right prefixes of one problem and step
TIED = 0.5  # a bias goes on from a step to the next; noise does not


def noise(evidence: Evidence) -> Finding | None:
    """How far right prefixes of one problem differ in their scores, if what is high at one step is not high at the next."""
    rows = evidence.rows
    away = np.full(len(rows), np.nan)
    counted = _distinct(evidence) & rows.is_right
    for one in groups(rows.problem, counted):
        if len(one) >= 2:
            centre = evidence.reward[one].mean()
            away[one] = (evidence.reward[one] - centre) * np.sqrt(len(one) / (len(one) - 1))
    if not enough(rows, ~np.isnan(away)):
        evidence.want(
            "noise", "Whether scores jump without cause: two right prefixes each in 4 problems would show it."
        )
        return None
    found = mean(away**2, rows.problem)
    spread, low, high = (float(np.sqrt(value)) for value in (found.value, found.low, found.high))
    if spread < LEAST or _carried(evidence, away) > TIED:
        return None
    sentence = (
        f"The scores are noisy: those of right prefixes of one problem differ by {spread:.2f} (standard deviation), and what "
        "is high at one step is not at the next."
    )
    lost = float(np.nansum(1 - evidence.noticed)) / max(evidence.pairs, 1)
    size = max(lost, 0.1 * min(1.0, spread / max(evidence.gap, 0.1)))
    evidence.explained = evidence.explained | rows.is_wrong
    order = np.where(np.isnan(away), -np.inf, np.abs(away))
    estimate = Estimate(spread, low, high, found.rows, found.problems)
    return Finding("noise", sentence, size, estimate, clearest(order, counted, rows))


def _distinct(evidence: Evidence) -> np.ndarray:
    """(R,) one of the rows with the same prefix and score: copies would only repeat it."""
    rows = evidence.rows
    names: dict[tuple[object, ...], int] = {}
    place = np.zeros(len(rows), dtype=np.int64)
    first = np.zeros(len(rows), dtype=np.bool_)
    for i in range(len(rows)):
        before = int(place[rows.parent[i]]) if rows.parent[i] >= 0 else -1
        key = (int(rows.problem[i]), before, rows.texts[i])
        first[i] = key not in names
        place[i] = names.setdefault(key, len(names))
    return first


def _carried(evidence: Evidence, away: np.ndarray) -> float:
    """The correlation of how far a right prefix is from the others of its cell with the same of the step before it."""
    rows = evidence.rows
    own = np.flatnonzero((rows.parent >= 0) & ~np.isnan(away))
    own = own[~np.isnan(away[rows.parent[own]])]
    if len(own) < 8:
        return 0.0
    before, now = away[rows.parent[own]], away[own]
    if before.std() < 1e-9 or now.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(before, now)[0, 1])


def unexplained(evidence: Evidence) -> Finding | None:
    """Wrong prefixes that are not noticed, and nothing that was looked at tells which."""
    rows, scores = evidence.rows, evidence.noticed
    left = ~np.isnan(scores)
    if not enough(rows, left):
        return None
    found = mean(np.where(left, 1 - scores, np.nan), rows.problem)
    size = float((1 - scores[left]).sum()) / max(evidence.pairs, 1)
    if size < 0.04 or found.low < 0.02:
        return None
    high = left & (scores <= 0.5)
    sentence = f"Some errors pass: {percent(float(high.sum()) / max(evidence.pairs, 1))} of the wrong prefixes score as high as most right ones, and nothing that was looked at tells which."
    return Finding("unexplained", sentence, 0.5 * size, found, clearest(rows.reward, high, rows), general=True)
