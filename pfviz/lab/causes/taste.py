"""What the reward likes or dislikes whatever is right: its score moves with something that can be seen from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.lab.causes.base import LEAST_PROBLEMS, LEAST_ROWS, Evidence, Finding, clearest
from pfviz.lab.features import Feature
from pfviz.lab.intervals import Estimate, slope, slope_estimate
from pfviz.lab.noticed import noticed
from pfviz.lab.rows import BoolArray, FloatArray, Rows, groups
from pfviz.lab.wording import amount, counted

MOST = 3
SURE = 4.5  # standard errors: about a hundred candidates are tried
LEAST_MOVE = 0.08  # of the score, between the 5th and the 95th percentile of the feature
LEAST_SHARE = 0.1  # of what the scores differ by between right prefixes of one problem
RIVAL = 0.7  # of what the best one explains: a place or a length that explains so much may be meant instead
ROUNDS = 4  # of centring by two keys
FLAT = 0.01  # standard deviation of scores that are all the same


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
    members = rows.is_right
    if members.any() and rows.reward[members].std() < FLAT:
        if not _all_noticed(evidence):
            return []
        members = rows.is_wrong
    scored = _Scored(rows, rows.reward, members)
    candidates, found = evidence.features, list[Finding]()
    for _ in range(MOST):
        best = _best(scored, candidates)
        if best is None:
            break
        found.append(_finding(scored, best, evidence.gap))
        scored = scored.without(best)
        candidates = [other for other in candidates if other is not best.feature]
    if found and np.nanmean(noticed(rows, scored.reward)) >= np.nanmean(evidence.as_scored):
        evidence.reward = scored.reward
    return found


def _all_noticed(evidence: Evidence) -> bool:
    """Early and late ones."""
    for part in (evidence.rows.fresh, evidence.rows.stale):
        scores = evidence.as_scored[part]
        scores = scores[~np.isnan(scores)]
        if len(scores) and scores.mean() < 0.9:
            return False
    return True


@dataclass(frozen=True, eq=False)
class _Taste:
    """The score moves with a feature."""

    feature: Feature
    per_unit: float
    move: float  # of the score, from little of the feature to much
    explained: float  # the sum of squares

    @property
    def grows(self) -> bool:
        """Whether it is of what grows along a solution: its steps or its length."""
        return self.feature.unit == "step" or self.feature.length


@dataclass(frozen=True, eq=False)
class _Scored:
    """The rewards (R,) of some of the rows."""

    rows: Rows
    reward: FloatArray
    members: BoolArray

    def centred(self, values: FloatArray) -> FloatArray:
        """(R,) minus the mean of the problem's members; 0 for other rows."""
        found = np.zeros(len(values))
        for one in groups(self.rows.problem, self.members):
            found[one] = values[one] - values[one].mean()
        return found

    def slope(self, feature: Feature) -> tuple[float, float]:
        """Of the reward on the feature within problems, and its z."""
        return slope(self.centred(feature.values), self.centred(self.reward), self.rows.problem)

    def estimate(self, feature: Feature) -> Estimate:
        """The slope with its interval, in what a sentence speaks of."""
        found = slope_estimate(self.centred(feature.values), self.centred(self.reward), self.rows.problem)
        return found.mapped(lambda value: value * feature.scale)

    def without(self, taste: _Taste) -> _Scored:
        """The reward without a taste: what it moves, in members and other rows each by its own slope, as long as both
        go the same way (a score that is clipped moves less)."""
        away = taste.feature.values - taste.feature.values[self.members].mean()
        shift = np.where(self.members, taste.per_unit * away, 0.0)
        others = self.rows.known & ~self.members
        own, _ = replace(self, members=others).slope(taste.feature)
        if own * taste.per_unit > 0:
            shift = np.where(others, np.sign(own) * min(abs(own), abs(taste.per_unit)) * away, shift)
        return replace(self, reward=self.reward - shift)


def _best(scored: _Scored, candidates: Sequence[Feature]) -> _Taste | None:
    """The one that explains most."""
    y = scored.centred(scored.reward)
    seen = [taste for taste in (_taste(scored, feature, y) for feature in candidates) if taste is not None]
    seen = [taste for taste in seen if taste.explained > LEAST_SHARE * float(y @ y)]
    best = max(seen, key=lambda taste: taste.explained, default=None)
    if best is None or not best.grows:
        return best
    return _step_or_length(scored, best, [one for one in seen if one.grows and one.explained > RIVAL * best.explained])


def _taste(scored: _Scored, feature: Feature, y: FloatArray) -> _Taste | None:
    """None where too few rows differ, or the score hardly moves, or that is not sure."""
    problem, x = scored.rows.problem, scored.centred(feature.values)
    differ = np.abs(x) > 1e-9
    if differ.sum() < LEAST_ROWS or len(np.unique(problem[differ])) < LEAST_PROBLEMS:
        return None
    per_unit, z = slope(x, y, problem)
    low, high = np.quantile(x[differ], [0.05, 0.95]) if feature.unit else (0.0, 1.0)
    move = abs(per_unit) * float(high - low)
    if abs(z) < SURE or move < LEAST_MOVE:
        return None
    return _Taste(feature, per_unit, move, per_unit**2 * float(x @ x))


def _step_or_length(scored: _Scored, best: _Taste, rivals: Sequence[_Taste]) -> _Taste:
    """Solutions grow longer from step to step, so scores that drift follow their length too. It is the length if of two
    prefixes of the same step the longer one scores as much higher as that says."""
    lengths = [taste for taste in rivals if taste.feature.length and _within_steps(scored, taste)]
    if lengths:
        return best if best in lengths else lengths[0]
    return next((taste for taste in rivals if taste.feature.unit == "step"), best)


def _within_steps(scored: _Scored, taste: _Taste) -> bool:
    """Whether the slope is there too when problems and steps have each a mean of their own."""
    rows, members = scored.rows, scored.members
    x, y = np.where(members, taste.feature.values, 0.0), np.where(members, scored.reward, 0.0)
    for _ in range(ROUNDS):
        for cell in (*groups(rows.problem, members), *groups(rows.step, members)):
            x[cell] -= x[cell].mean()
            y[cell] -= y[cell].mean()
    if (np.abs(x) > 1e-6).sum() < LEAST_ROWS:
        return True
    own, z = slope(x, y, rows.problem)
    return bool(own / taste.per_unit > 0.5 and abs(z) > 2)


def _finding(scored: _Scored, taste: _Taste, gap: float) -> Finding:
    feature = taste.feature
    moves = "rise" if taste.per_unit > 0 else "fall"
    by = amount(abs(taste.per_unit) * feature.scale)
    if feature.unit == "step":
        cause, sentence = "drift", f"The scores {moves} by {by} per step whatever the content."
    elif feature.unit:
        unit = feature.unit if feature.scale == 1 else counted(feature.scale, feature.unit)
        cause = "length" if feature.length else "taste"
        sentence = f"The score {moves}s with {feature.name} whatever it says: by {by} per {unit}."
    else:
        cause, sentence = "taste", f"The score {moves}s by {by} at {feature.name}, right or wrong."
    order = scored.centred(feature.values) * np.sign(taste.per_unit)
    examples = clearest(order, scored.members, scored.rows)
    return Finding(cause, sentence, min(1.0, 0.5 * taste.move / max(gap, 0.1)), scored.estimate(feature), examples)
