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

from pfviz.lab.causes.afterwards import forgotten, late
from pfviz.lab.causes.base import LEAST_PROBLEMS, LEAST_ROWS, Evidence, Finding, clearest, enough
from pfviz.lab.causes.contrast import Candidate
from pfviz.lab.causes.subgroup import subgroups
from pfviz.lab.causes.unnoticed import unnoticed
from pfviz.lab.wording import counted

MOST = 3
LEAST_LOST = 0.01  # of all pairs
VAGUE = 0.4  # what a description of problems counts beside a purer one of errors
PURER = 1.2  # so many times less often noticed
MOSTLY = {"subgroup": 0.3, "late": 0.8}  # of the pairs that the problems, or late errors, lose


def blindness(evidence: Evidence) -> list[Finding]:
    """At most three causes, those behind the most lost pairs first."""
    rows = evidence.rows
    if not rows.judged:
        evidence.want("blind", "Which errors are not noticed: that needs the truth of each step, which nobody told.")
    elif not enough(rows, rows.fresh):
        here = counted(float(rows.fresh.sum()), "first error")
        least = f"{LEAST_ROWS} in {LEAST_PROBLEMS} problems are the least"
        evidence.want("blind", f"Which errors are not noticed: here {_is(here)} {here}; {least}.")
    found: list[Finding] = []
    pairs = max(evidence.pairs, 1)
    for _ in range(MOST):
        scores = evidence.noticed
        candidates = subgroups(evidence, scores)
        if rows.judged:
            candidates += [*unnoticed(evidence, scores), *late(evidence, scores), *forgotten(evidence, scores)]
        best = max(candidates, key=lambda one: _plausible(one, candidates), default=None)
        if best is None or best.lost < LEAST_LOST * pairs:
            break
        passed = np.where(best.members & ~np.isnan(scores), 1 - scores, -1.0)
        examples = clearest(passed + rows.reward, best.members & (passed >= 0.5), rows)
        found.append(Finding(best.cause, best.sentence, best.lost / pairs, best.estimate, examples))
        evidence.explained = evidence.explained | best.members
    return found


def _is(number: str) -> str:
    return "is" if number.startswith("1 ") else "are"


def _plausible(candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """What it explains of how often errors are noticed, as a sum of squares between its rows and the others. Where
    problems differ because of the errors that they have, those errors are the better description, and so they are where
    they alone are noticed late."""
    explained = candidate.lost * candidate.gap * candidate.others
    mostly = MOSTLY.get(candidate.cause, math.inf) * candidate.lost
    purer = any(
        one.cause not in ("subgroup", candidate.cause) and one.gap > PURER * candidate.gap and one.lost > mostly
        for one in candidates
    )
    return explained * (VAGUE if purer else 1.0)
