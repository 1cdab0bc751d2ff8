"""The scores of rows that are compared with each other, and how they move with a feature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pfviz.lab.causes.base import MIN_PROBLEMS, MIN_ROWS
from pfviz.lab.table.features import Feature
from pfviz.lab.table.prefixes import PrefixTable, group_ids, group_rows
from pfviz.stats.bootstrap import slope
from pfviz.stats.clustered import equivalent_normal_z, slope_and_z
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray, IntArray

CLIP = 1e-7
MIN_Z = 4.5  # standard errors: about 170 candidates are tried
FEW_PROBLEMS_FACTOR = 0.7  # so many times that as a normal deviate, where the error comes from few problems
MIN_MOVE = 0.08  # of the score, between the 5th and the 95th percentile of the feature
MIN_LOG_ODDS_MOVE = 1.5  # and of its log-odds
MIN_SAME_SLOPE = 0.5  # of one slope is the least that another must be to say the same
MIN_OPPOSITE_SLOPE = 0.25  # of it the other way is the least that says the opposite


@dataclass(frozen=True, eq=False)
class FeatureEffect:
    """The score moves with a feature."""

    feature: Feature
    per_unit: float
    move: float  # of the score, from little of the feature to much
    explained_squares: float  # the sum of squares

    @property
    def grows_with_steps(self) -> bool:
        """Whether it is of what grows along a solution: its steps or its length."""
        return self.feature.unit == "step" or self.feature.is_length


@dataclass(frozen=True, eq=False)
class GroupedScores:
    """The rewards (R,) of `members`, each compared with those that have its number in `group` (R,)."""

    rows: PrefixTable
    reward: FloatArray
    members: BoolArray
    group: IntArray
    min_share: float  # of what the scores differ by within groups, that an effect must explain
    is_log_odds: bool = False  # the rewards are log-odds

    def centre(self, values: FloatArray) -> FloatArray:
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
        return slope_and_z(self.centre(feature.values), self.centre(self.reward), self.rows.problem)

    def estimate(self, feature: Feature) -> Estimate:
        """The slope with its interval, in what a sentence speaks of."""
        found = slope(self.centre(feature.values), self.centre(self.reward), self.rows.problem)
        return found.transform(lambda value: value * feature.scale)

    def effect(self, feature: Feature, y: FloatArray) -> FeatureEffect | None:
        """None where too few rows differ, or the score hardly moves, or that is not sure; `y` is the centred reward."""
        problem, x = self.rows.problem, self.centre(feature.values)
        differ = np.abs(x) > 1e-9
        problems = len(np.unique(problem[differ]))
        if differ.sum() < MIN_ROWS or problems < MIN_PROBLEMS:
            return None
        per_unit, z = slope_and_z(x, y, problem)
        low, high = np.quantile(x[differ], [0.05, 0.95]) if feature.unit else (0.0, 1.0)
        move = abs(per_unit) * float(high - low)
        if (
            abs(z) < MIN_Z
            or equivalent_normal_z(z, problems) < FEW_PROBLEMS_FACTOR * MIN_Z
            or move < (MIN_LOG_ODDS_MOVE if self.is_log_odds else MIN_MOVE)
        ):
            return None
        return FeatureEffect(feature, per_unit, move, per_unit**2 * float(x @ x))

    def gap(self) -> float:
        """How much higher right prefixes score than wrong ones, on average."""
        right, wrong = self.reward[self.rows.is_right], self.reward[self.rows.is_wrong]
        return float(right.mean() - wrong.mean()) if len(right) and len(wrong) else 0.0

    def explained_squares(self, feature: Feature) -> float:
        """The sum of squares that a feature explains."""
        return self.slope(feature)[0] ** 2 * float((self.centre(feature.values) ** 2).sum())

    def regroup(self, members: BoolArray, group: IntArray | None = None) -> GroupedScores:
        """The same rewards of other rows."""
        return replace(self, members=members, group=self.group if group is None else group)

    def remove_effect(self, effect: FeatureEffect) -> FloatArray:
        """(R,) the reward, no log-odds any more, without an effect: what it moves, in members and other rows each by
        its own slope, as long as both go the same way (a score that is clipped moves less)."""
        away = effect.feature.values - effect.feature.values[self.members].mean()
        shift = np.where(self.members, effect.per_unit * away, 0.0)
        others = self.rows.is_known & ~self.members
        own, _ = self.regroup(others, self.rows.problem).slope(effect.feature)
        if own * effect.per_unit > 0:
            shift = np.where(others, np.sign(own) * min(abs(own), abs(effect.per_unit)) * away, shift)
        return sigmoid(self.reward - shift) if self.is_log_odds else self.reward - shift

    def moves_right_and_wrong(self, effect: FeatureEffect) -> bool:
        """Whether right and wrong prefixes alone say the same as all of them. Where right ones of a problem hardly
        differ, those of all problems are asked."""
        right, wrong = self.members & self.rows.is_right, self.members & self.rows.is_wrong
        parts = [self.regroup(wrong, self.rows.problem), self.regroup(right, self.rows.problem)]
        if not parts[1].has_spread(effect.feature, MIN_ROWS // 2, 2):
            parts[1] = self.regroup(right, np.zeros(len(right), dtype=np.int64))
            if not parts[1].has_spread(effect.feature, MIN_ROWS, MIN_PROBLEMS):
                return False
        slopes = [part.slope(effect.feature) for part in parts]
        return all(own / effect.per_unit > MIN_SAME_SLOPE and abs(z) > 2 for own, z in slopes)

    def has_spread(self, feature: Feature, least: int, problems: int) -> bool:
        """Whether so many members of so many problems have more of the feature than usual, and so many less."""
        away = self.centre(feature.values)
        return all(
            part.sum() >= least and len(np.unique(self.rows.problem[part])) >= problems
            for part in (away > 1e-9, away < -1e-9)
        )

    def reverses_for_wrong(self, effect: FeatureEffect) -> bool:
        """Whether the score of wrong prefixes surely moves the other way: then it does not move whatever is right."""
        own, z = self.regroup(self.rows.is_wrong).slope(effect.feature)
        return own / effect.per_unit < -MIN_OPPOSITE_SLOPE and abs(z) > 3


def log_odds(reward: FloatArray) -> FloatArray:
    """Of rewards clipped to [1e-7, 1 - 1e-7], as the potential `odds` has them."""
    clipped = np.clip(reward, CLIP, 1 - CLIP)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def sigmoid(value: FloatArray) -> FloatArray:
    """The rewards that have these log-odds."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * value)))


def group_log_odds_by_truth(rows: PrefixTable, reward: FloatArray) -> GroupedScores:
    """As `with_wrong`, by log-odds: what is added there is not seen in scores near 0 and 1. Those of 0 and 1 themselves
    have none."""
    members = rows.is_known & (reward > CLIP) & (reward < 1 - CLIP)
    return GroupedScores(rows, log_odds(reward), members, group_ids(rows.problem, rows.right), 0.2, is_log_odds=True)


def group_right_by_problem(rows: PrefixTable, reward: FloatArray) -> GroupedScores:
    """Right prefixes of one problem: a wrong one may also score high for an error that is not noticed."""
    return GroupedScores(rows, reward, rows.is_right, rows.problem, 0.1)


def group_by_truth(rows: PrefixTable, reward: FloatArray) -> GroupedScores:
    """Prefixes of one problem and truth: right ones are often the same to the letter, and wrong ones differ."""
    return GroupedScores(rows, reward, rows.is_known, group_ids(rows.problem, rows.right), 0.1)


def group_all_right(rows: PrefixTable, reward: FloatArray) -> GroupedScores:
    """Right prefixes of all problems. These differ for many reasons, so that an effect must be the greater part."""
    return GroupedScores(rows, reward, rows.is_right, np.zeros(len(rows), dtype=np.int64), 0.5)


def group_wrong_by_age(rows: PrefixTable, reward: FloatArray) -> GroupedScores:
    """Wrong prefixes of one problem, as many steps after their error."""
    age = np.where(rows.first_error_row >= 0, rows.step - rows.step[rows.first_error_row], -1)
    return GroupedScores(rows, reward, rows.is_wrong, group_ids(rows.problem, age), 0.1)


def have_own_effects(scored: GroupedScores, first: Feature, second: Feature) -> tuple[bool, bool]:
    """Whether each of two features that grow together moves the score also where the other stays as it is: by at least
    half of what it does alone, and more than two standard errors."""
    problem, y = scored.rows.problem, scored.centre(scored.reward)
    x = np.stack([scored.centre(feature.values) for feature in (first, second)], axis=1)
    square = x.T @ x
    if np.linalg.det(square) < 1e-6 * square[0, 0] * square[1, 1]:
        return False, False
    slopes = np.linalg.solve(square, x.T @ y)
    left = y - x @ slopes
    sums = np.array([x[one].T @ left[one] for one in group_rows(problem, scored.members)])  # (P, 2)
    inverse = np.linalg.inv(square)
    errors = np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse))
    alone = x.T @ y / np.diag(square)
    problems = len(np.unique(problem[scored.members]))
    sure = [equivalent_normal_z(float(z), problems) > 2 for z in slopes / np.maximum(errors, 1e-9)]
    own = [bool(share > MIN_SAME_SLOPE) for share in slopes / alone]
    return own[0] and sure[0], own[1] and sure[1]
