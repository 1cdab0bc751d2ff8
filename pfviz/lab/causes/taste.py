"""What the reward likes or dislikes whatever is right: its score moves with something that can be seen from outside."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import LEAST_PROBLEMS, LEAST_ROWS, Evidence, Finding, clearest
from pfviz.lab.features import Feature
from pfviz.lab.intervals import slope, slope_estimate
from pfviz.lab.noticed import noticed
from pfviz.lab.rows import BoolArray, FloatArray, groups
from pfviz.lab.wording import amount, counted

MOST = 3
SURE = 4.5  # standard errors: about a hundred candidates are tried
LEAST_MOVE = 0.08  # of the score, between the 5th and the 95th percentile of the feature
ROUNDS = 4  # of centring by two keys
LEAST_SHARE = 0.1  # of what the scores differ by between right prefixes of one problem


_Taste = tuple[Feature, float, float]
"""A feature, its slope, and what it moves the score by."""


def tastes(evidence: Evidence) -> list[Finding]:
    """The features that explain most of how scores differ between right prefixes of one problem, one after the other;
    the reward goes on without them. The place of a step is one of them: scores that drift.

    Right prefixes are looked at because a wrong one may also score high for an error that is not noticed. Only where
    all of those have one score, the best there is, wrong ones are taken, if every error among them is noticed.
    """
    rows = evidence.rows
    if not rows.known.any():
        evidence.want("taste", "What the score likes: it needs prefixes whose truth is known.")
        return []
    among = rows.is_right
    if among.any() and rows.reward[among].std() < 0.01:
        if not _all_noticed(evidence):
            return []
        among = rows.is_wrong
    candidates, found, left = evidence.features, list[Finding](), rows.reward
    for _ in range(MOST):
        best = _best(evidence, candidates, left, among)
        if best is None:
            break
        found.append(_finding(evidence, *best, left, among))
        left = _without(evidence, best[0], best[1], left, among)
        candidates = [other for other in candidates if other is not best[0]]
    if found and np.nanmean(noticed(rows, left)) >= np.nanmean(evidence.as_scored):
        evidence.reward = left
    return found


def _all_noticed(evidence: Evidence) -> bool:
    """Early and late ones."""
    rows = evidence.rows
    for part in (rows.fresh, rows.stale):
        scores = evidence.as_scored[part]
        scores = scores[~np.isnan(scores)]
        if len(scores) and scores.mean() < 0.9:
            return False
    return True


def _best(evidence: Evidence, candidates: list[Feature], reward: FloatArray, among: BoolArray) -> _Taste | None:
    """The one that explains most."""
    problem = evidence.rows.problem
    y = _centred(reward, evidence, among)
    best, most = None, LEAST_SHARE * float(y @ y)
    rivals: list[tuple[_Taste, float]] = []
    for feature in candidates:
        x = _centred(feature.values, evidence, among)
        moves = np.abs(x) > 1e-9
        if moves.sum() < LEAST_ROWS or len(np.unique(problem[moves])) < LEAST_PROBLEMS:
            continue
        per_unit, z = slope(x, y, problem)
        move = abs(per_unit) * _span(feature, x)
        explained = per_unit**2 * float(x @ x)
        if abs(z) < SURE or move < LEAST_MOVE:
            continue
        if feature.unit == "step" or feature.length:
            rivals.append(((feature, per_unit, move), explained))
        if explained > most + 1e-9:
            best, most = (feature, per_unit, move), explained
    if best is None or not (best[0].unit == "step" or best[0].length):
        return best
    return _step_or_length(
        evidence, [taste for taste, explained in rivals if explained > 0.7 * most], best, reward, among
    )


def _step_or_length(
    evidence: Evidence, rivals: list[_Taste], best: _Taste, reward: FloatArray, among: BoolArray
) -> _Taste:
    """Solutions grow longer from step to step, so scores that drift follow their length too. It is the length if of two
    prefixes of the same step the longer one scores as much higher as that says."""
    lengths = [taste for taste in rivals if taste[0].length and _within_steps(evidence, taste, reward, among)]
    if lengths:
        return best if any(taste[0] is best[0] for taste in lengths) else lengths[0]
    return next((taste for taste in rivals if taste[0].unit == "step"), best)


def _within_steps(evidence: Evidence, taste: _Taste, reward: FloatArray, among: BoolArray) -> bool:
    """Whether the slope is there too when problems and steps have each a mean of their own."""
    feature, per_unit, _ = taste
    x, y = np.where(among, feature.values, 0.0), np.where(among, reward, 0.0)
    for _ in range(ROUNDS):
        for cells in (evidence.rows.problem, evidence.rows.step):
            for cell in groups(cells, among):
                x[cell] -= x[cell].mean()
                y[cell] -= y[cell].mean()
    if (np.abs(x) > 1e-6).sum() < LEAST_ROWS:
        return True
    own, z = slope(x, y, evidence.rows.problem)
    return bool(own / per_unit > 0.5 and abs(z) > 2)


def _without(evidence: Evidence, feature: Feature, per_unit: float, reward: FloatArray, among: BoolArray) -> FloatArray:
    """The reward without this taste: what it moves, in right and in wrong prefixes each by its own slope, as long as
    both go the same way (a score that is clipped moves less)."""
    rows = evidence.rows
    away = feature.values - feature.values[among].mean()
    shift = np.where(among, per_unit * away, 0.0)
    others = rows.known & ~among
    if others.any():
        own, _ = slope(_centred(feature.values, evidence, others), _centred(reward, evidence, others), rows.problem)
        if own * per_unit > 0:
            shift = np.where(others, np.sign(per_unit) * min(abs(own), abs(per_unit)) * away, shift)
    return np.asarray(reward - shift)


def _span(feature: Feature, x: FloatArray) -> float:
    """How far the feature goes between prefixes that can be compared: 1 for yes or no."""
    if not feature.unit:
        return 1.0
    low, high = np.quantile(x[np.abs(x) > 1e-9], [0.05, 0.95])
    return float(high - low)


def _centred(values: FloatArray, evidence: Evidence, among: BoolArray) -> FloatArray:
    """(R,) minus the mean of the problem's rows among these; 0 for others."""
    found = np.zeros(len(values))
    for one in groups(evidence.rows.problem, among):
        found[one] = values[one] - values[one].mean()
    return found


def _finding(
    evidence: Evidence, feature: Feature, per_unit: float, move: float, reward: FloatArray, among: BoolArray
) -> Finding:
    rows = evidence.rows
    x, y = _centred(feature.values, evidence, among), _centred(reward, evidence, among)
    likes = "rises" if per_unit > 0 else "falls"
    by = amount(abs(per_unit) * feature.scale)
    if feature.unit == "step":
        said = f"The scores {likes.removesuffix('s')} by {by} per step whatever the content."
    elif feature.unit:
        unit = feature.unit if feature.scale == 1 else counted(feature.scale, feature.unit)
        said = f"The score {likes} with {feature.name} whatever it says: by {by} per {unit}."
    else:
        said = f"The score {likes} by {by} at {feature.name}, right or wrong."
    size = min(1.0, 0.5 * move / max(evidence.gap, 0.1))
    cause = "drift" if feature.unit == "step" else "length" if feature.length else "taste"
    estimate = slope_estimate(x, y, rows.problem).mapped(lambda value: value * feature.scale)
    return Finding(cause, said, size, estimate, clearest(x * np.sign(per_unit), among, rows))
