"""How long the right lineages of a run lived, and what ended them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics import lineage_slots
from pfviz.diagnostics.truth import RIGHT, truth
from pfviz.trace.trace import Trace

LostBy = Literal["", "selection", "writing"]


@dataclass(frozen=True, slots=True)
class Lineages:
    """Of the last sweep of a run.

    Args:
        right_steps: steps after which, selection included, there was still a right prefix, up to the first after which
            there was none: T where that never happened. None where nobody can tell which prefixes are right: a lineage
            that selection ended might have come to a right answer, and the run does not say so.
        lost_by: what ended the last of them: the selection, or an error in a step that was written; "" where nothing
            did, or where nobody can tell.
        right_shares: (T,) share of the slots of each step that have a descendant with a right answer at the end.
    """

    right_steps: int | None
    lost_by: LostBy
    right_shares: tuple[float, ...]


def follow_right_lineages(trace: Trace) -> Lineages:
    """Return what became of the right prefixes: exact where a generator of the embedded world wrote, as its
    oracle judges every step; else only the shares are known, from the answers at the end."""
    found = truth(trace)
    back = lineage_slots(trace)[:, found.answers == RIGHT]
    shares = tuple(round(len(np.unique(row)) / trace.particles, 4) for row in back)
    if found.source != "steps":
        return Lineages(None, "", shares)
    right = found.prefixes == RIGHT
    for t in range(trace.steps):
        if not right[t].any():
            return Lineages(t, "writing", shares)
        if t + 1 < trace.steps and not right[t][trace.ancestors[t]].any():
            return Lineages(t, "selection", shares)
    return Lineages(trace.steps, "", shares)
