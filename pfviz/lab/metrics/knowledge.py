"""What the reward knows after each step: whether it orders siblings, and how much of its log-odds is deserved.

A particle filter weighs by odds. Odds that say more than the reward knows kill right lineages for nothing: what its
log-odds should be multiplied with is the slope of the outcome on them, within problems. A slope of 1 is deserved in
full, 0.5 by half, and what is below 0 orders the wrong way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.inference.weights import log_odds
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.stats import conditional_logit
from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate

MIN_PAIRS = 20
"""Wrong prefixes that have a right sibling, below which a step is not looked at alone."""
ENOUGH = 0.5
"""Of a slope: with less, more than half of what the weights say is noise."""


@dataclass(frozen=True, slots=True)
class StepKnowledge:
    """Of the prefixes that end with a step (from 0): the AUC within problems, and the slope of being right on the
    log-odds of the reward."""

    step: int
    auc: Estimate
    slope: Estimate

    @property
    def pays(self) -> bool:
        """Whether selection after this step is worth its noise: siblings are surely ordered better than by chance, and
        at least half of what the weights say is deserved."""
        return bool(self.auc.low > 0.5 and self.slope.value >= ENOUGH)


def knowledge_by_step(rows: PrefixTable) -> tuple[StepKnowledge, ...]:
    """Each step that has `MIN_PAIRS`, in order."""
    scores, x = auc_by_row(rows), log_odds(rows.reward)
    found = []
    for step in np.unique(rows.step[rows.is_known]):
        here = rows.is_known & (rows.step == step)
        if int((here & ~np.isnan(scores)).sum()) >= MIN_PAIRS:
            auc = mean(np.where(here, scores, np.nan), rows.problem)
            slope = conditional_logit.slope(x[here], rows.is_right[here], rows.problem[here])
            found.append(StepKnowledge(int(step), auc, slope))
    return tuple(found)


def deserved_slopes(found: Sequence[StepKnowledge]) -> list[float] | None:
    """What the log-odds should be multiplied with at the first step, the second, …: the slopes, 0 to 1, where a step
    between is not known that of the one before. None where no slope is surely below 1."""
    if not any(one.slope.high < 1 for one in found):
        return None
    known = {one.step: min(max(one.slope.value, 0.0), 1.0) for one in found if not np.isnan(one.slope.value)}
    slopes: list[float] = []
    for step in range(max(known) + 1):
        slopes.append(known.get(step, slopes[-1] if slopes else known[min(known)]))
    return slopes


def first_step_that_pays(found: Sequence[StepKnowledge]) -> int | None:
    """The first step (from 0) after which selection pays, and goes on to for as long as is known; None if there is no
    such step."""
    first = None
    for one in found:
        first = (one.step if first is None else first) if one.pays else None
    return first
