"""Wrong prefixes of one sort against the others: are they noticed less often, and how many pairs does that cost?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.causes.base import Evidence, has_enough_rows
from pfviz.stats.bootstrap import difference, mean
from pfviz.stats.clustered import equivalent_normal_z
from pfviz.stats.estimate import Estimate
from pfviz.types import BoolArray, FloatArray

MIN_AUC_GAP = 0.15  # less often noticed than the others, at least
NOTICED_AUC = 0.85  # what is noticed more often than this is noticed
MIN_Z = 3.0  # standard errors
MIN_Z_OF_MANY = 4.0  # of words and digits, ninety of which are tried
FEW_PROBLEMS_FACTOR = 0.7  # so many times that as a normal deviate, where the error comes from few problems


@dataclass(frozen=True, slots=True)
class Candidate:
    """A description of errors that pass, which competes with others; see blind.py."""

    cause: str
    sentence: str
    estimate: Estimate  # how often its rows are noticed, as the sentence says
    pairs_lost: float  # pairs, by what the others notice
    gap: float  # how much less often its rows are noticed: the purest of several descriptions is the best
    other_share: float  # the share of rows that it does not describe: what fits nearly all rows says little
    members: BoolArray  # (R,) rows that it explains


@dataclass(frozen=True, slots=True)
class Contrast:
    """Rows that are noticed less often than the others."""

    auc: Estimate  # how often they are noticed
    other_auc: float  # and the others
    pairs_lost: float  # pairs, by what the others notice
    other_share: float  # their share

    @property
    def gap(self) -> float:
        return self.other_auc - self.auc.value


def contrast(
    evidence: Evidence, scores: FloatArray, held: BoolArray, among: BoolArray, sure: float = MIN_Z
) -> Contrast | None:
    """The rows that `held` against the others `among` them, all (R,); None if they are not noticed less often by far,
    or it is not as sure as `sure` standard errors."""
    rows, seen = evidence.rows, ~np.isnan(scores)
    members, others = held & among & seen, ~held & among & seen
    if not has_enough_rows(rows, members) or not has_enough_rows(rows, others):
        return None
    here, there = float(scores[members].mean()), float(scores[others].mean())
    if there - here < MIN_AUC_GAP or here > NOTICED_AUC:
        return None
    either = members | others
    apart = difference(scores[either], members[either], rows.problem[either])
    if apart.high > -0.05 or there - here < sure * apart.standard_error:
        return None
    few = min(len(np.unique(rows.problem[part])) for part in (members, others))
    if (
        apart.standard_error > 0
        and equivalent_normal_z((there - here) / apart.standard_error, few) < FEW_PROBLEMS_FACTOR * sure
    ):
        return None
    lost = (there - here) * float(members.sum())
    return Contrast(mean(scores[members], rows.problem[members]), there, lost, float(others.sum() / either.sum()))
