"""Families: who in the last step descends from which node of an earlier one, and how much of the weight they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.genealogy import distinct_ancestors, lineage_slots
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Family:
    """The particles of the last step that descend from one node."""

    uid: int  # of that node
    step: int  # from 0
    slot: int
    members: tuple[int, ...]  # slots of the last step, ascending
    share: float  # of the weight of the last step

    @property
    def size(self) -> int:
        """How many particles of the last step it has."""
        return len(self.members)


def family_step(trace: Trace, most: int) -> int:
    """The step, from 0, by whose nodes a run falls into families: the last one of which at most `most` nodes live on.
    If that is only one, the step after it, as one family says nothing; the first step where all have more."""
    ancestors = distinct_ancestors(trace)
    few = np.flatnonzero(ancestors <= most)
    step = int(few[-1]) if few.size else 0
    return step + 1 if ancestors[step] == 1 and step + 1 < trace.steps else step


def families(trace: Trace, most: int = 12) -> tuple[Family, ...]:
    """Every family of that step, largest first: their sizes sum to N, their shares to 1. None without a step."""
    if not trace.steps:
        return ()
    step = family_step(trace, most)
    heads, weights = lineage_slots(trace)[step], trace.weights[-1]
    order = np.argsort(heads, kind="stable")
    slots, starts = np.unique(heads[order], return_index=True)
    found = [
        Family(int(trace.uids[step, slot]), step, int(slot), tuple(members.tolist()), float(weights[members].sum()))
        for slot, members in zip(slots, np.split(order, starts[1:]), strict=True)
    ]
    return tuple(sorted(found, key=lambda family: (-family.size, family.slot)))
