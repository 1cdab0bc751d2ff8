"""Problems in which the score works less, or works against."""

from __future__ import annotations

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.contrast import Candidate, contrast
from pfviz.lab.features import of_problems
from pfviz.lab.rows import FloatArray
from pfviz.lab.wording import percent

AGAINST = 0.4  # of the pairs: below it the score works against


def subgroups(evidence: Evidence, scores: FloatArray) -> list[Candidate]:
    """Descriptions of problems; `scores` (R,) are how often each wrong row is noticed, nan where it is explained."""
    rows, found = evidence.rows, []
    for feature in of_problems(rows):
        held = feature.values > 0.5
        for members, name in ((held, feature.name), (~held, feature.opposite)):
            told = contrast(evidence, scores, members, rows.is_wrong)
            if told is None:
                continue
            how = "is upside down" if told.here.value < AGAINST else "works less"
            sentence = (
                f"In {name} the score {how}: a right prefix scores higher in {percent(told.here.value)} of the pairs, "
                f"in other problems in {percent(told.there)}."
            )
            wrong = members & rows.is_wrong
            found.append(Candidate("subgroup", sentence, told.here, told.lost, told.gap, told.others, wrong))
    return found
