"""Errors that are noticed a step late, and errors that are forgotten."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import LEAST_ROWS, Evidence, enough
from pfviz.lab.causes.contrast import SEEN_LESS, Candidate, contrast
from pfviz.lab.intervals import mean
from pfviz.lab.rows import BoolArray, FloatArray, Rows, groups
from pfviz.lab.wording import percent


def late(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """The step after an error, or the one after that, is scored as low as the error should have been."""
    found = (_late(evidence, scores, delay) for delay in (1, 2))
    return [one for one in found if one is not None]


def _late(evidence: Evidence, scores: FloatArray, delay: int) -> Candidate | None:
    rows = evidence.rows
    after = afterwards(rows, scores, delay)
    both = rows.fresh & ~np.isnan(after) & ~np.isnan(scores)
    if not enough(rows, both):
        return None
    apart = mean((scores - after)[both], rows.problem[both])
    if apart.value > -SEEN_LESS or apart.high > -0.05:
        return None
    here, later = mean(scores[both], rows.problem[both]), float(after[both].mean())
    at_the_end = scores[rows.fresh & rows.last & ~np.isnan(scores)]
    if len(at_the_end) >= LEAST_ROWS and later - at_the_end.mean() < SEEN_LESS:
        return None  # where nothing comes after it, an error that is noticed late is not noticed
    members, evenly = rows.fresh.copy(), _evenly(rows, scores, after, both)
    if delay > 1:  # nor is the step between noticed, wherever it is, or not half as much
        members |= rows.stale & (rows.origin == rows.parent)
        between = scores[members & rows.stale & ~np.isnan(scores)]
        if len(between) and between.mean() > (here.value + later) / 2:
            return None
        parts = [part for part in groups(rows.step, members & ~np.isnan(scores)) if len(part) >= 4]
        if any(later - scores[part].mean() < SEEN_LESS for part in parts):
            return None
    lost = float((later - scores[members & ~np.isnan(scores)]).clip(min=0).sum())
    when, then = ("a step late", "the step after it") if delay == 1 else (f"{delay} steps late", "what is there then")
    sentence = (
        f"Errors are noticed {when}: a right prefix scores higher than the error in {percent(here.value)} of the "
        f"pairs, than {then} in {percent(later)}."
    )
    return Candidate("late", sentence, here, lost * evenly, (later - here.value) * evenly, 1.0, members)


def afterwards(rows: Rows, values: FloatArray, delay: int = 1) -> FloatArray:
    """(R,) the mean value of the steps that are `delay` steps after a first error; nan for other rows, and without
    one."""
    after = np.flatnonzero(rows.stale & (rows.origin >= 0) & ~np.isnan(values))
    after = after[rows.step[after] - rows.step[rows.origin[after]] == delay]
    count = np.bincount(rows.origin[after], minlength=len(rows))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(rows.origin[after], values[after], len(rows)) / count)


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
    steps = [scores[part].mean() for part in groups(rows.step, rows.stale & ~np.isnan(scores)) if len(part) >= 4]
    even = float(np.mean([told.there - step > SEEN_LESS for step in steps])) if steps else 1.0
    return [Candidate("forgets", sentence, told.here, told.lost * even, told.gap * even, told.others, rows.stale)]
