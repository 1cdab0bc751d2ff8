"""Errors of one kind, at one place, or in steps of one sort that are not noticed."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.contrast import SEEN_LESS, SURE, SURE_OF_MANY, Candidate, contrast
from pfviz.lab.error_kinds import of_errors
from pfviz.lab.features import Feature, halves, of_places
from pfviz.lab.intervals import Estimate
from pfviz.lab.rows import FloatArray
from pfviz.lab.wording import percent

REWARDED = 0.25  # right ones score higher less often than this


def unnoticed(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Descriptions of first errors; `scores` (R,) are how often each wrong row is noticed, nan where it is explained.

    The steps after such an error belong to it, if they are not noticed either; at a place, those after others too.
    """
    rows, found = evidence.rows, []
    for feature in (half for one in _described(evidence) for half in halves(one)):
        held = feature.values > 0.5
        told = contrast(evidence, scores, held, rows.fresh, SURE_OF_MANY if feature.many else SURE)
        if told is None:
            continue
        after = rows.stale & (rows.origin >= 0) & held[rows.origin]
        members, lost = held & rows.fresh, told.lost
        for more in (after, rows.stale & held & ~after) if feature.kind == "place" else (after,):
            later = told.there - scores[more & ~np.isnan(scores)]
            if len(later) and later.mean() > SEEN_LESS:
                members, lost = members | more, lost + float(later.sum())
        found.append(
            Candidate(
                "blind", _sentence(feature, told.here, told.there), told.here, lost, told.gap, told.others, members
            )
        )
    return found


def _described(evidence: Evidence) -> list[Feature]:
    return [*of_errors(evidence.rows), *of_places(evidence.rows), *evidence.features]


def _sentence(feature: Feature, here: Estimate, there: float) -> str:
    what = {"error": f"of the kind “{feature.name}”", "place": f"in {feature.name}"}.get(
        feature.kind, f"in steps with {feature.name}"
    )
    passes = "are not noticed" if here.value > REWARDED else "are rewarded"
    return (
        f"Errors {what} {passes}: a right prefix scores higher in {percent(here.value)} of the pairs, "
        f"elsewhere in {percent(there)}."
    )
