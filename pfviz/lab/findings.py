"""What is wrong with a reward, ranked, and what could not be settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.lab.causes import CAUSE_FINDERS, Evidence, Finding, OpenQuestion
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.prefixes import PrefixTable

CHANCE_AUC = 0.5


@dataclass(frozen=True, slots=True)
class Findings:
    """`found`, those that name a cause first, of these what is said of the whole score, and the largest first; and what
    `open_questions` that need more data."""

    found: tuple[Finding, ...]
    open_questions: tuple[OpenQuestion, ...]


def find_causes(rows: PrefixTable) -> Findings:
    """Look for every cause. Where nobody can judge a prefix nothing is found, and what is wanted is said."""
    evidence = Evidence(rows)
    found: list[Finding] = []
    for look in CAUSE_FINDERS:
        seen = look(evidence)
        found += seen if isinstance(seen, list) else [] if seen is None else [seen]
    # A score that is upside down also likes what it disliked; but one that likes something too much may seem so.
    noticing = auc_by_row(rows, evidence.reward)
    still = not np.isnan(noticing).all() and np.nanmean(noticing) < CHANCE_AUC
    whole = ("silent", "inverted") if still else ("silent",)
    found.sort(key=lambda finding: (finding.general, finding.cause not in whole, -finding.size))
    return Findings(tuple(found), tuple(evidence.open_questions))
