"""How many steps the problems of a study take, and groups of about as many problems each by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pfviz.study.run_job import Outcome
from pfviz.types import IntArray

MAX_GROUPS = 4


def measure_lengths(found: Mapping[tuple[str, int], Mapping[int, list[Outcome]]], problems: Sequence[int]) -> IntArray:
    """(P,) the steps of each problem: of the solution that its source gives; where one has none, for all of them the
    median of the runs' steps, each that of the longest particle."""
    rows = [[row for place in found.values() for row in place[problem]] for problem in problems]
    given = [next((row.reference_steps for row in some if row.reference_steps is not None), None) for some in rows]
    if None in given:
        given = [round(float(np.median([row.steps for row in some]))) for some in rows]
    return np.array(given, dtype=np.int64)


def cut_lengths(lengths: IntArray) -> list[tuple[int, int]]:
    """(first, last) number of steps of up to `MAX_GROUPS` groups, as even as whole lengths allow; none where all
    problems are as long."""
    values, counts = np.unique(lengths, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2) / max(len(lengths), 1)
    groups: dict[int, list[int]] = {}
    for value, middle in zip(values, middles, strict=True):
        groups.setdefault(int(MAX_GROUPS * middle), []).append(int(value))
    return [(some[0], some[-1]) for some in groups.values()] if len(groups) > 1 else []
