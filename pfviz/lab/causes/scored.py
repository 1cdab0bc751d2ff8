"""The scores of rows that are compared with each other, and how they move with a feature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pfviz.lab.causes.base import LEAST_PROBLEMS, LEAST_ROWS
from pfviz.lab.features import Feature
from pfviz.lab.intervals import Estimate, as_normal, slope, slope_estimate
from pfviz.lab.rows import BoolArray, FloatArray, IntArray, Rows, groups, numbered

CLIP = 1e-7
SURE = 4.5  # standard errors: about 170 candidates are tried
FEW = 0.7  # so many times that as a normal deviate, where the error comes from few problems
LEAST_MOVE = 0.08  # of the score, between the 5th and the 95th percentile of the feature
LEAST_ODDS = 1.5  # and of its log-odds
ALIKE = 0.5  # of one slope is the least that another must be to say the same
TURNED = 0.25  # of it the other way is the least that says the opposite


@dataclass(frozen=True, eq=False)
class Taste:
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
class Scored:
    """The rewards (R,) of `members`, each compared with those that have its number in `group` (R,)."""

    rows: Rows
    reward: FloatArray
    members: BoolArray
    group: IntArray
    least_share: float  # of what the scores differ by within groups, that a taste must explain
    odds: bool = False  # the rewards are log-odds

    def centred(self, values: FloatArray) -> FloatArray:
        """(R,) minus the mean of the group's members; 0 for other rows."""
        number = self.group[self.members]
        if not len(number):
            return np.zeros(len(values))
        count = np.bincount(number)
        means = np.bincount(number, values[self.members]) / np.maximum(count, 1)
        found = np.zeros(len(values))
        found[self.members] = values[self.members] - means[number]
        return found

    def slope(self, feature: Feature) -> tuple[float, float]:
        """Of the reward on the feature within groups, and its z."""
        return slope(self.centred(feature.values), self.centred(self.reward), self.rows.problem)

    def estimate(self, feature: Feature) -> Estimate:
        """The slope with its interval, in what a sentence speaks of."""
        found = slope_estimate(self.centred(feature.values), self.centred(self.reward), self.rows.problem)
        return found.mapped(lambda value: value * feature.scale)

    def taste(self, feature: Feature, y: FloatArray) -> Taste | None:
        """None where too few rows differ, or the score hardly moves, or that is not sure; `y` is the centred reward."""
        problem, x = self.rows.problem, self.centred(feature.values)
        differ = np.abs(x) > 1e-9
        problems = len(np.unique(problem[differ]))
        if differ.sum() < LEAST_ROWS or problems < LEAST_PROBLEMS:
            return None
        per_unit, z = slope(x, y, problem)
        low, high = np.quantile(x[differ], [0.05, 0.95]) if feature.unit else (0.0, 1.0)
        move = abs(per_unit) * float(high - low)
        if abs(z) < SURE or as_normal(z, problems) < FEW * SURE or move < (LEAST_ODDS if self.odds else LEAST_MOVE):
            return None
        return Taste(feature, per_unit, move, per_unit**2 * float(x @ x))

    def gap(self) -> float:
        """How much higher right prefixes score than wrong ones, on average."""
        right, wrong = self.reward[self.rows.is_right], self.reward[self.rows.is_wrong]
        return float(right.mean() - wrong.mean()) if len(right) and len(wrong) else 0.0

    def explained(self, feature: Feature) -> float:
        """The sum of squares that a feature explains."""
        return self.slope(feature)[0] ** 2 * float((self.centred(feature.values) ** 2).sum())

    def of(self, members: BoolArray, group: IntArray | None = None) -> Scored:
        """The same rewards of other rows."""
        return replace(self, members=members, group=self.group if group is None else group)

    def without(self, taste: Taste) -> FloatArray:
        """(R,) the reward, no log-odds any more, without a taste: what it moves, in members and other rows each by its
        own slope, as long as both go the same way (a score that is clipped moves less)."""
        away = taste.feature.values - taste.feature.values[self.members].mean()
        shift = np.where(self.members, taste.per_unit * away, 0.0)
        others = self.rows.known & ~self.members
        own, _ = self.of(others, self.rows.problem).slope(taste.feature)
        if own * taste.per_unit > 0:
            shift = np.where(others, np.sign(own) * min(abs(own), abs(taste.per_unit)) * away, shift)
        return of_odds(self.reward - shift) if self.odds else self.reward - shift

    def both_move(self, taste: Taste) -> bool:
        """Whether right and wrong prefixes alone say the same as all of them. Where right ones of a problem hardly
        differ, those of all problems are asked."""
        right, wrong = self.members & self.rows.is_right, self.members & self.rows.is_wrong
        parts = [self.of(wrong, self.rows.problem), self.of(right, self.rows.problem)]
        if not parts[1].differ(taste.feature, LEAST_ROWS // 2, 2):
            parts[1] = self.of(right, np.zeros(len(right), dtype=np.int64))
            if not parts[1].differ(taste.feature, LEAST_ROWS, LEAST_PROBLEMS):
                return False
        slopes = [part.slope(taste.feature) for part in parts]
        return all(own / taste.per_unit > ALIKE and abs(z) > 2 for own, z in slopes)

    def differ(self, feature: Feature, least: int, problems: int) -> bool:
        """Whether so many members of so many problems have more of the feature than usual, and so many less."""
        away = self.centred(feature.values)
        return all(
            part.sum() >= least and len(np.unique(self.rows.problem[part])) >= problems
            for part in (away > 1e-9, away < -1e-9)
        )

    def turned(self, taste: Taste) -> bool:
        """Whether the score of wrong prefixes surely moves the other way: then it does not move whatever is right."""
        own, z = self.of(self.rows.is_wrong).slope(taste.feature)
        return own / taste.per_unit < -TURNED and abs(z) > 3


def log_odds(reward: FloatArray) -> FloatArray:
    """Of rewards clipped to [1e-7, 1 - 1e-7], as the potential `odds` has them."""
    clipped = np.clip(reward, CLIP, 1 - CLIP)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def of_odds(value: FloatArray) -> FloatArray:
    """The rewards that have these log-odds."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * value)))


def in_odds(rows: Rows, reward: FloatArray) -> Scored:
    """As `with_wrong`, by log-odds: what is added there is not seen in scores near 0 and 1. Those of 0 and 1 themselves
    have none."""
    members = rows.known & (reward > CLIP) & (reward < 1 - CLIP)
    return Scored(rows, log_odds(reward), members, numbered(rows.problem, rows.right), 0.2, odds=True)


def within(rows: Rows, reward: FloatArray) -> Scored:
    """Right prefixes of one problem: a wrong one may also score high for an error that is not noticed."""
    return Scored(rows, reward, rows.is_right, rows.problem, 0.1)


def with_wrong(rows: Rows, reward: FloatArray) -> Scored:
    """Prefixes of one problem and truth: right ones are often the same to the letter, and wrong ones differ."""
    return Scored(rows, reward, rows.known, numbered(rows.problem, rows.right), 0.1)


def between(rows: Rows, reward: FloatArray) -> Scored:
    """Right prefixes of all problems. These differ for many reasons, so that a taste must be the greater part."""
    return Scored(rows, reward, rows.is_right, np.zeros(len(rows), dtype=np.int64), 0.5)


def only_wrong(rows: Rows, reward: FloatArray) -> Scored:
    """Wrong prefixes of one problem, as many steps after their error."""
    age = np.where(rows.origin >= 0, rows.step - rows.step[rows.origin], -1)
    return Scored(rows, reward, rows.is_wrong, numbered(rows.problem, age), 0.1)


def apart(scored: Scored, first: Feature, second: Feature) -> tuple[bool, bool]:
    """Whether each of two features that grow together moves the score also where the other stays as it is: by at least
    half of what it does alone, and more than two standard errors."""
    problem, y = scored.rows.problem, scored.centred(scored.reward)
    x = np.stack([scored.centred(feature.values) for feature in (first, second)], axis=1)
    square = x.T @ x
    if np.linalg.det(square) < 1e-6 * square[0, 0] * square[1, 1]:
        return False, False
    slopes = np.linalg.solve(square, x.T @ y)
    left = y - x @ slopes
    sums = np.array([x[one].T @ left[one] for one in groups(problem, scored.members)])  # (P, 2)
    inverse = np.linalg.inv(square)
    errors = np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse))
    alone = x.T @ y / np.diag(square)
    problems = len(np.unique(problem[scored.members]))
    sure = [as_normal(float(z), problems) > 2 for z in slopes / np.maximum(errors, 1e-9)]
    own = [bool(share > ALIKE) for share in slopes / alone]
    return own[0] and sure[0], own[1] and sure[1]
