"""Errors of one kind, at one place, or in steps of one sort that are not noticed."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.contrast import MIN_AUC_GAP, MIN_Z, MIN_Z_OF_MANY, Candidate, contrast
from pfviz.lab.table.error_kinds import error_features
from pfviz.lab.table.features import Feature, place_features, split_at_quartiles
from pfviz.stats.estimate import Estimate
from pfviz.text import format_percent
from pfviz.types import FloatArray

REWARDED_AUC = 0.25  # right ones score higher less often than this


def missed_error_candidates(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Descriptions of first errors; `scores` (R,) are how often each wrong row is noticed, nan where it is explained.

    The steps after such an error belong to it, if they are not noticed either; at a place, those after others too.
    """
    rows, found = evidence.rows, []
    for feature in (half for one in _candidate_features(evidence) for half in split_at_quartiles(one)):
        held = feature.values > 0.5
        told = contrast(evidence, scores, held, rows.is_first_error, MIN_Z_OF_MANY if feature.is_one_of_many else MIN_Z)
        if told is None:
            continue
        after = rows.is_after_error & (rows.first_error_row >= 0) & held[rows.first_error_row]
        members, lost = held & rows.is_first_error, told.pairs_lost
        for more in (after, rows.is_after_error & held & ~after) if feature.kind == "place" else (after,):
            later = told.other_auc - scores[more & ~np.isnan(scores)]
            if len(later) and later.mean() > MIN_AUC_GAP:
                members, lost = members | more, lost + float(later.sum())
        found.append(
            Candidate(
                "blind",
                _sentence(feature, told.auc, told.other_auc),
                told.auc,
                lost,
                told.gap,
                told.other_share,
                members,
            )
        )
    return found


def _candidate_features(evidence: Evidence) -> list[Feature]:
    return [*error_features(evidence.rows), *place_features(evidence.rows), *evidence.features]


def _sentence(feature: Feature, here: Estimate, there: float) -> str:
    what = {"error": f"of the kind “{feature.name}”", "place": f"in {feature.name}"}.get(
        feature.kind, f"in steps with {feature.name}"
    )
    passes = "are not noticed" if here.value > REWARDED_AUC else "are rewarded"
    return (
        f"Errors {what} {passes}: a right prefix scores higher in {format_percent(here.value, 0)} of the pairs, "
        f"elsewhere in {format_percent(there, 0)}."
    )
