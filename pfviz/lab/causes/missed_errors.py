"""Errors that are not noticed, noticed late, or forgotten, and the problems in which that is so.

All of it is told by how often a wrong prefix scores below the right ones beside it. The descriptions compete: the one
behind the most lost pairs is taken, its rows are explained, and the others are looked at again.

About 140 descriptions are tried, so some would fit by chance. Where rewards are shuffled among prefixes of one problem
and label, so that there is nothing to find, 2 of 100 diagnoses of 36 runs blame a word, and none anything else; where
they are shuffled within steps too, or drawn afresh, none of 100 does. See docs/reward-lab.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pfviz.lab.causes.base import MIN_PROBLEMS, MIN_ROWS, Evidence, Finding, clearest_examples, has_enough_rows
from pfviz.lab.causes.contrast import Candidate
from pfviz.lab.causes.late_or_forgotten import forgotten_candidates, late_candidates
from pfviz.lab.causes.missed_error_kinds import missed_error_candidates
from pfviz.lab.causes.weak_subgroups import subgroup_candidates
from pfviz.text import pluralise

MAX_FINDINGS = 3
MIN_LOST_SHARE = 0.01  # of all pairs
VAGUE_WEIGHT = 0.4  # what a description of problems counts beside a purer one of errors
PURER_FACTOR = 1.2  # so many times less often noticed
MIN_RIVAL_SHARE = {"subgroup": 0.3, "late": 0.8}  # of the pairs that the problems, or late errors, lose


def find_missed_errors(evidence: Evidence) -> list[Finding]:
    """At most three causes, those behind the most lost pairs first."""
    rows = evidence.rows
    if not rows.judged:
        evidence.add_open_question(
            "blind", "Which errors are not noticed: that needs the truth of each step, which nobody told."
        )
    elif not has_enough_rows(rows, rows.is_first_error):
        here = pluralise(float(rows.is_first_error.sum()), "first error")
        least = f"{MIN_ROWS} in {MIN_PROBLEMS} problems are the least"
        evidence.add_open_question("blind", f"Which errors are not noticed: here {_is_or_are(here)} {here}; {least}.")
    found: list[Finding] = []
    pairs = max(evidence.pairs, 1)
    for _ in range(MAX_FINDINGS):
        scores = evidence.unexplained_auc
        candidates = subgroup_candidates(evidence, scores)
        if rows.judged:
            candidates += [
                *missed_error_candidates(evidence, scores),
                *late_candidates(evidence, scores),
                *forgotten_candidates(evidence, scores),
            ]
        best = max(candidates, key=lambda one: _plausibility(one, candidates), default=None)
        if best is None or best.pairs_lost < MIN_LOST_SHARE * pairs:
            break
        passed = np.where(best.members & ~np.isnan(scores), 1 - scores, -1.0)
        examples = clearest_examples(passed + rows.reward, best.members & (passed >= 0.5), rows)
        found.append(Finding(best.cause, best.sentence, best.pairs_lost / pairs, best.estimate, examples))
        evidence.explained = evidence.explained | best.members
    return found


def _is_or_are(number: str) -> str:
    return "is" if number.startswith("1 ") else "are"


def _plausibility(candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """What it explains of how often errors are noticed, as a sum of squares between its rows and the others. Where
    problems differ because of the errors that they have, those errors are the better description, and so they are where
    they alone are noticed late."""
    explained = candidate.pairs_lost * candidate.gap * candidate.other_share
    mostly = MIN_RIVAL_SHARE.get(candidate.cause, math.inf) * candidate.pairs_lost
    purer = any(
        one.cause not in ("subgroup", candidate.cause)
        and one.gap > PURER_FACTOR * candidate.gap
        and one.pairs_lost > mostly
        for one in candidates
    )
    return explained * (VAGUE_WEIGHT if purer else 1.0)
