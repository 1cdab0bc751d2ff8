"""Does the score find the first error? The measure of ProcessBench (Zheng et al. 2024, arXiv 2412.06559)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.lab.rows import FloatArray, Rows


@dataclass(frozen=True, slots=True)
class Case:
    """A solution: the rewards of its prefixes (T,), and the step of its first error, -1 for none."""

    rewards: tuple[float, ...]
    error: int


@dataclass(frozen=True, slots=True)
class FirstError:
    """Shares found exactly among solutions with an error, and without one, and their harmonic mean."""

    erroneous: float
    correct: float
    threshold: float
    cases: int

    @property
    def f1(self) -> float:
        both = self.erroneous + self.correct
        return 2 * self.erroneous * self.correct / both if both > 0 else 0.0


def cases(rows: Rows) -> list[Case]:
    """The distinct solutions of known truth that were written to their end."""
    if not rows.judged:
        return []
    found: dict[tuple[object, ...], Case] = {}
    for leaf in np.flatnonzero(rows.last & rows.known):
        path, i = [], int(leaf)
        while i >= 0:
            path.append(i)
            i = int(rows.parent[i])
        path.reverse()
        error = next((place for place, row in enumerate(path) if rows.is_wrong[row]), -1)
        key = (int(rows.problem[leaf]), *(rows.texts[row] for row in path))
        found.setdefault(key, Case(tuple(float(rows.reward[row]) for row in path), error))
    return list(found.values())


def first_error(given: Sequence[Case], threshold: float = 0.5) -> FirstError:
    """Where the first reward below the threshold says the first error is, against where it is."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for case in given:
        below = np.flatnonzero(np.asarray(case.rewards) < threshold)
        said = int(below[0]) if len(below) else -1
        hits[case.error >= 0].append(said == case.error)
    erroneous, correct = (float(np.mean(hits[kind])) if hits[kind] else float("nan") for kind in (True, False))
    return FirstError(erroneous, correct, threshold, len(given))


def best_threshold(given: Sequence[Case]) -> float:
    """The threshold with the best F1 on these; to be used on others."""
    values: FloatArray = np.unique([value for case in given for value in case.rewards])
    if not len(values):
        return 0.5
    tried = np.unique(np.quantile(values, np.linspace(0, 1, 41)))
    return float(
        max(
            tried, key=lambda threshold: (np.nan_to_num(first_error(given, float(threshold)).f1), -abs(threshold - 0.5))
        )
    )
