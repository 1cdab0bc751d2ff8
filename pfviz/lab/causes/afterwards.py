"""Errors that are noticed a step late, and errors that are forgotten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence, enough
from pfviz.lab.causes.contrast import SEEN_LESS, Candidate, contrast
from pfviz.lab.intervals import mean
from pfviz.lab.rows import BoolArray, FloatArray, Rows, groups
from pfviz.lab.wording import percent


def late(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """The step after an error is scored as low as the error should have been; one candidate or none."""
    rows = evidence.rows
    after = _afterwards(rows, scores)
    both = rows.fresh & ~np.isnan(after) & ~np.isnan(scores)
    if not enough(rows, both):
        return []
    apart = mean((scores - after)[both], rows.problem[both])
    if apart.value > -SEEN_LESS or apart.high > -0.05:
        return []
    here, later = mean(scores[both], rows.problem[both]), float(after[both].mean())
    lost = float((later - scores[rows.fresh & ~np.isnan(scores)]).clip(min=0).sum())
    sentence = (
        f"Errors are noticed a step late: a right prefix scores higher than the error in {percent(here.value)} of the "
        f"pairs, than the step after it in {percent(later)}."
    )
    evenly = _evenly(rows, scores, after, both)
    return [Candidate("late", sentence, here, lost * evenly, (later - here.value) * evenly, rows.fresh)]


def _afterwards(rows: Rows, scores: FloatArray) -> FloatArray:
    """(R,) the mean score of the steps that follow a first error; nan without one."""
    child = np.flatnonzero((rows.parent >= 0) & ~np.isnan(scores))
    child = child[rows.fresh[rows.parent[child]]]
    count = np.bincount(rows.parent[child], minlength=len(rows))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(rows.parent[child], scores[child], len(rows)) / count)


def _evenly(rows: Rows, scores: FloatArray, after: FloatArray, both: BoolArray) -> float:
    """The share of the places in solutions where it is so: late everywhere, or only blind at one place."""
    places = [part for part in groups(rows.step, both) if len(part) >= 4]
    if not places:
        return 1.0
    return float(np.mean([float((after - scores)[part].mean()) > SEEN_LESS for part in places]))


def forgotten(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Steps after an error are scored as if it had not been made; one candidate or none."""
    rows = evidence.rows
    if not enough(rows, rows.stale & ~np.isnan(evidence.as_scored)):
        evidence.want(
            "forgets",
            "Whether errors are forgotten: hardly any solution went on after an error with a right one beside it. More "
            "runs that do not select (best-of-N) would show it.",
        )
        return []
    told = contrast(evidence, scores, rows.stale, rows.fresh | rows.stale)
    if told is None:
        return []
    sentence = (
        f"Errors are forgotten: a right prefix scores higher in {percent(told.there)} of the pairs when the error is "
        f"made, in {percent(told.here.value)} afterwards."
    )
    return [Candidate("forgets", sentence, told.here, told.lost, told.gap, rows.stale)]
