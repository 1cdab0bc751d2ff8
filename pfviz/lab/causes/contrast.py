"""Wrong prefixes of one sort against the others: are they noticed less often, and how many pairs does that cost?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.causes.base import Evidence, enough
from pfviz.lab.intervals import Estimate, as_normal, difference, mean
from pfviz.lab.rows import BoolArray, FloatArray

SEEN_LESS = 0.15  # less often noticed than the others, at least
NOTICED = 0.85  # what is noticed more often than this is noticed
SURE = 3.0  # standard errors
SURE_OF_MANY = 4.0  # of words and digits, ninety of which are tried
FEW = 0.7  # so many times that as a normal deviate, where the error comes from few problems


@dataclass(frozen=True, slots=True)
class Candidate:
    """A description of errors that pass, which competes with others; see blind.py."""

    cause: str
    sentence: str
    estimate: Estimate  # how often its rows are noticed, as the sentence says
    lost: float  # pairs, by what the others notice
    gap: float  # how much less often its rows are noticed: the purest of several descriptions is the best
    others: float  # the share of rows that it does not describe: what fits nearly all rows says little
    members: BoolArray  # (R,) rows that it explains


@dataclass(frozen=True, slots=True)
class Contrast:
    """Rows that are noticed less often than the others."""

    here: Estimate  # how often they are noticed
    there: float  # and the others
    lost: float  # pairs, by what the others notice
    others: float  # their share

    @property
    def gap(self) -> float:
        return self.there - self.here.value


def contrast(
    evidence: Evidence, scores: FloatArray, held: BoolArray, among: BoolArray, sure: float = SURE
) -> Contrast | None:
    """The rows that `held` against the others `among` them, all (R,); None if they are not noticed less often by far,
    or it is not as sure as `sure` standard errors."""
    rows, seen = evidence.rows, ~np.isnan(scores)
    members, others = held & among & seen, ~held & among & seen
    if not enough(rows, members) or not enough(rows, others):
        return None
    here, there = float(scores[members].mean()), float(scores[others].mean())
    if there - here < SEEN_LESS or here > NOTICED:
        return None
    either = members | others
    apart = difference(scores[either], members[either], rows.problem[either])
    if apart.high > -0.05 or there - here < sure * apart.error:
        return None
    few = min(len(np.unique(rows.problem[part])) for part in (members, others))
    if apart.error > 0 and as_normal((there - here) / apart.error, few) < FEW * sure:
        return None
    lost = (there - here) * float(members.sum())
    return Contrast(mean(scores[members], rows.problem[members]), there, lost, float(others.sum() / either.sum()))
