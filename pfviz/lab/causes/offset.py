"""Scores of different problems that cannot be compared: what is high in one is low in another."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, clearest
from pfviz.lab.features import of_problems
from pfviz.lab.intervals import mean
from pfviz.lab.rows import FloatArray, IntArray, groups

LEAST = 0.12  # standard deviation between problems
LEAST_PROBLEMS = 8
LEAST_ROWS = 3
KIND = 0.5  # of what they differ by: a kind of problems that explains so much is named
LEAST_KIND = 4  # problems
SIZE = 0.1  # it spoils no pair within a problem


def offset(evidence: Evidence) -> Finding | None:
    """How far the mean scores of right prefixes differ between problems, beyond what they differ by within one. It
    moves no weight of a run, but a threshold means something else in each problem."""
    rows, reward = evidence.rows, evidence.reward
    of_problem = [one for one in groups(rows.problem, rows.is_right) if len(one) >= LEAST_ROWS]
    if len(of_problem) < LEAST_PROBLEMS:
        return None
    means = np.array([reward[one].mean() for one in of_problem])
    within = np.mean([reward[one].var() for one in of_problem])
    between = float(means.var(ddof=1))
    low, high = np.quantile(means, [0.1, 0.9])
    if between < LEAST**2 or between < 2 * within or high - low < LEAST:
        return None
    found = mean((means - means.mean()) ** 2, np.arange(len(means))).mapped(math.sqrt)
    sentence = (
        f"The scores of different problems cannot be compared: the means of right prefixes differ by {found.value:.2f} "
        f"(standard deviation), from {low:.2f} in some to {high:.2f} in others.{_kinds(evidence, of_problem, means)}"
    )
    order = np.full(len(rows), -np.inf)
    for one in of_problem:
        order[one] = -reward[one]
    members = sum(len(one) for one in of_problem)
    return Finding(
        "offset", sentence, SIZE, replace(found, rows=members), clearest(order, rows.is_right, rows), general=True
    )


def _kinds(evidence: Evidence, of_problem: list[IntArray], means: FloatArray) -> str:
    """The kind of problems that explains most of it, where one does."""
    away = means - means.mean()
    best, most = "", KIND * float(away @ away)
    for feature in of_problems(evidence.rows):
        held = np.array([feature.values[one[0]] for one in of_problem]) > 0.5
        if min(held.sum(), (~held).sum()) < LEAST_KIND:
            continue
        here, there = float(means[held].mean()), float(means[~held].mean())
        explained = (here - there) ** 2 * held.mean() * (~held).mean() * len(means)
        if explained > most:
            best, most = f" They are {here:.2f} on average in {feature.name}, {there:.2f} in others.", explained
    return best
