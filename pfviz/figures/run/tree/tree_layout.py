"""Where the slots of a run lie: all in their lanes, or one family by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics import lanes, relatives
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """Rows from the top of those slots that are shown; `height` is the number of lanes, `family` the uid of the node
    whose ancestry and descendants alone are shown."""

    rows: FloatArray  # (T, N)
    shown: BoolArray  # (T, N)
    height: int
    family: int | None = None

    @property
    def root(self) -> float:
        """The row of the problem."""
        return (self.height - 1) / 2

    def before(self, trace: Trace) -> FloatArray:
        """(T, N) the row of what each slot continues."""
        rows = np.full(self.rows.shape, self.root)
        rows[1:] = np.take_along_axis(self.rows[:-1], trace.ancestors[:-1], axis=1)
        return rows


def lay_out(trace: Trace, family: int | None = None) -> TreeLayout:
    """Return the lanes of all slots, or of the family of that node, each step of it about the middle. An unknown uid is
    no family."""
    rows = lanes(trace)
    shown = relatives(trace, family)
    if shown is None:
        return TreeLayout(rows.astype(np.float64), np.ones(rows.shape, dtype=np.bool_), trace.particles)
    order = np.argsort(rows, axis=1)
    ranks = np.empty(rows.shape)
    np.put_along_axis(ranks, order, np.cumsum(np.take_along_axis(shown, order, axis=1), axis=1) - 1.0, axis=1)
    sizes = shown.sum(axis=1, keepdims=True)
    height = int(sizes.max())
    return TreeLayout(ranks + (height - sizes) / 2, shown, height, family)
