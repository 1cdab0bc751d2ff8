"""What a finding is, and what those who look for causes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.features import Feature, step_features
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray

MIN_ROWS = 8
MIN_PROBLEMS = 4
MAX_EXAMPLES = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the reward.

    `size` in [0, 1] ranks: the share of pairs of a right and a wrong prefix that it spoils, or what it moves a score by
    in relation to the gap between right and wrong ones. `estimate` is the number that the sentence says.
    """

    cause: str
    sentence: str
    size: float
    estimate: Estimate
    examples: tuple[int, ...] = ()  # rows that show it, the clearest first
    general: bool = False  # names no cause: it comes after those that do


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What would settle a question for which there is not enough data."""

    cause: str
    sentence: str


@dataclass
class Evidence:
    """The rows, and what is known of them so far: those who look take away what they have explained."""

    rows: PrefixTable
    open_questions: list[OpenQuestion] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reward: FloatArray = self.rows.reward.copy()  # without what was found to be a taste
        self.explained: BoolArray = np.zeros(len(self.rows), dtype=np.bool_)  # wrong rows whose loss has a cause

    @cached_property
    def original_auc(self) -> FloatArray:
        """(R,) how often each wrong prefix was noticed by the reward as it is; see noticed.py."""
        return auc_by_row(self.rows)

    @property
    def unexplained_auc(self) -> FloatArray:
        """(R,) the same without tastes, nan where it is explained."""
        return np.where(self.explained, np.nan, auc_by_row(self.rows, self.reward))

    @property
    def pairs(self) -> int:
        """Wrong rows that can be compared with right ones."""
        return int((~np.isnan(self.original_auc)).sum())

    @cached_property
    def gap(self) -> float:
        """Mean reward of right prefixes minus that of wrong ones, compared within cells; 0 without both."""
        rows, total, count = self.rows, 0.0, 0
        for cell in group_rows(rows.cell_ids, rows.is_known):
            right, wrong = cell[rows.is_right[cell]], cell[rows.is_wrong[cell]]
            if len(right) and len(wrong):
                total += len(wrong) * float(rows.reward[right].mean() - rows.reward[wrong].mean())
                count += len(wrong)
        return total / count if count else 0.0

    @cached_property
    def features(self) -> list[Feature]:
        """What differs between steps; see features.py."""
        return step_features(self.rows)

    def add_open_question(self, cause: str, sentence: str) -> None:
        """Say once what would settle a question."""
        wanted = OpenQuestion(cause, sentence)
        if wanted not in self.open_questions:
            self.open_questions.append(wanted)


def has_enough_rows(rows: PrefixTable, members: BoolArray) -> bool:
    """Whether so many rows of so many problems can carry a finding."""
    return bool(members.sum() >= MIN_ROWS and len(np.unique(rows.problem[members])) >= MIN_PROBLEMS)


def clearest_examples(order: FloatArray, members: BoolArray, rows: PrefixTable) -> tuple[int, ...]:
    """A few members with the largest `order` (R,), one for each problem first."""
    found: list[int] = []
    seen: set[int] = set()
    ranked = sorted(np.flatnonzero(members), key=lambda i: (-order[i], i))
    for wanted_new in (True, False):
        for i in ranked:
            if len(found) == MAX_EXAMPLES:
                return tuple(found)
            if (int(rows.problem[i]) not in seen) is wanted_new and int(i) not in found:
                found.append(int(i))
                seen.add(int(rows.problem[i]))
    return tuple(found)
