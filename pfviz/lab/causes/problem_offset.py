"""Scores of different problems that cannot be compared: what is high in one is low in another."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest_examples
from pfviz.lab.table.features import problem_features
from pfviz.lab.table.prefixes import group_rows
from pfviz.stats.bootstrap import mean
from pfviz.types import FloatArray, IntArray

MIN_STD = 0.12  # standard deviation between problems
MIN_PROBLEMS = 8
MIN_ROWS = 3
MIN_KIND_SHARE = 0.5  # of what they differ by: a kind of problems that explains so much is named
MIN_KIND_PROBLEMS = 4  # problems
FINDING_SIZE = 0.1  # it spoils no pair within a problem


def find_problem_offset(evidence: Evidence) -> Finding | None:
    """How far the mean scores of right prefixes differ between problems, beyond what they differ by within one. It
    moves no weight of a run, but a threshold means something else in each problem."""
    rows, reward = evidence.rows, evidence.reward
    of_problem = [one for one in group_rows(rows.problem, rows.is_right) if len(one) >= MIN_ROWS]
    if len(of_problem) < MIN_PROBLEMS:
        return None
    means = np.array([reward[one].mean() for one in of_problem])
    within = np.mean([reward[one].var() for one in of_problem])
    between = float(means.var(ddof=1))
    low, high = np.quantile(means, [0.1, 0.9])
    if between < MIN_STD**2 or between < 2 * within or high - low < MIN_STD:
        return None
    found = mean((means - means.mean()) ** 2, np.arange(len(means))).transform(math.sqrt)
    sentence = (
        f"The scores of different problems cannot be compared: the means of right prefixes differ by {found.value:.2f} "
        f"(standard deviation), from {low:.2f} in some to {high:.2f} in "
        f"others.{_describe_kind(evidence, of_problem, means)}"
    )
    order = np.full(len(rows), -np.inf)
    for one in of_problem:
        order[one] = -reward[one]
    members = sum(len(one) for one in of_problem)
    return Finding(
        "offset",
        sentence,
        FINDING_SIZE,
        replace(found, count=members),
        clearest_examples(order, rows.is_right, rows),
        general=True,
    )


def _describe_kind(evidence: Evidence, of_problem: list[IntArray], means: FloatArray) -> str:
    """The kind of problems that explains most of it, where one does."""
    away = means - means.mean()
    best, most = "", MIN_KIND_SHARE * float(away @ away)
    for feature in problem_features(evidence.rows):
        held = np.array([feature.values[one[0]] for one in of_problem]) > 0.5
        if min(held.sum(), (~held).sum()) < MIN_KIND_PROBLEMS:
            continue
        here, there = float(means[held].mean()), float(means[~held].mean())
        explained = (here - there) ** 2 * held.mean() * (~held).mean() * len(means)
        if explained > most:
            best, most = f" They are {here:.2f} on average in {feature.name}, {there:.2f} in others.", explained
    return best
