"""Problems in which the score works less, or works against."""

from __future__ import annotations

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.contrast import Candidate, contrast
from pfviz.lab.table.features import problem_features
from pfviz.text import format_percent
from pfviz.types import FloatArray

INVERTED_AUC = 0.4  # of the pairs: below it the score works against


def subgroup_candidates(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Descriptions of problems; `scores` (R,) are how often each wrong row is noticed, nan where it is explained."""
    rows, found = evidence.rows, []
    for feature in problem_features(rows):
        held = feature.values > 0.5
        for members, name in ((held, feature.name), (~held, feature.opposite)):
            told = contrast(evidence, scores, members, rows.is_wrong)
            if told is None:
                continue
            how = "is upside down" if told.auc.value < INVERTED_AUC else "works less"
            sentence = (
                f"In {name} the score {how}: a right prefix scores higher in {format_percent(told.auc.value, 0)} "
                f"of the pairs, "
                f"in other problems in {format_percent(told.other_auc, 0)}."
            )
            wrong = members & rows.is_wrong
            found.append(Candidate("subgroup", sentence, told.auc, told.pairs_lost, told.gap, told.other_share, wrong))
    return found
