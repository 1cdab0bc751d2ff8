"""A run too large to be drawn slot by slot, in cells: some lanes of a step (or of every k-th step) put together.

What comes out has a size that does not grow with the run: at most `MAX_COLUMNS` × `MAX_ROWS` cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray

MAX_COLUMNS, MAX_ROWS = 160, 128
"""A column is then five pixels wide, a row four high."""
MAX_MARKS = 700
"""Survivors with a mark of their own."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Which slots lie in which cell. `steps` (S,) are those that are drawn, the last one among them; `rows` (S, N) the
    row of cells of each slot, `ancestors` (S, N) its slot in the drawn step before; `lanes` are those of a row."""

    steps: IntArray
    rows: IntArray
    ancestors: IntArray
    count: int  # rows
    lanes: float

    @property
    def of_one_slot(self) -> bool:
        """Whether every slot of every step has a cell of its own."""
        return self.lanes == 1 and (len(self.steps) < 2 or bool(self.steps[-1] - self.steps[-2] == 1))

    def heights(self, rows: IntArray) -> FloatArray:
        """The middle of each row, in lanes."""
        return np.asarray((rows + 0.5) * self.lanes - 0.5)


def divide_into_cells(trace: Trace, heights: FloatArray, extent: float, most: int = MAX_ROWS) -> Cells:
    """Return the cells of slots that lie at `heights` (T, N) from -0.5 to `extent` - 0.5; beyond `most` rows, lanes
    share one."""
    every = max(1, -(-trace.steps // MAX_COLUMNS))
    steps = np.arange(trace.steps - 1, -1, -every)[::-1]
    count = int(min(most, max(1, np.ceil(extent))))
    lanes = extent / count
    rows = np.clip(np.floor((heights[steps] + 0.5) / lanes), 0, count - 1).astype(np.int64)
    ancestors = np.zeros((len(steps), trace.particles), dtype=np.int64)
    for place in range(1, len(steps)):
        slots = np.arange(trace.particles)
        for t in range(int(steps[place]) - 1, int(steps[place - 1]) - 1, -1):
            slots = trace.ancestors[t][slots]
        ancestors[place] = slots
    return Cells(steps, rows, ancestors, count, lanes)


def mean_by_cell(cells: Cells, values: FloatArray, mask: BoolArray) -> FloatArray:
    """(rows, S) the mean of `values` (T, N) over the slots of the mask in each cell; NaN where it has none."""
    mask = mask & np.isfinite(values)
    sums, counts = _add_up(cells, np.where(mask, values, 0.0)), _add_up(cells, mask.astype(np.float64))
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def most_frequent_by_cell(cells: Cells, values: FloatArray, mask: BoolArray) -> FloatArray:
    """(rows, S) the whole number that most slots of the mask in each cell have among `values` (T, N), the smallest of
    several; NaN where it has none."""
    mask = mask & np.isfinite(values)
    if not mask.any():
        return np.full((cells.count, len(cells.steps)), np.nan)
    counts = np.stack(
        [_add_up(cells, (mask & (values == k)).astype(float)) for k in range(int(values[mask].max()) + 1)]
    )
    return np.asarray(np.where(counts.max(axis=0) > 0, counts.argmax(axis=0), np.nan))


def sum_by_cell(cells: Cells, values: FloatArray, mask: BoolArray) -> FloatArray:
    """(rows, S) the sum of `values` (T, N) over the slots of the mask in each cell."""
    return _add_up(cells, np.where(mask, values, 0.0))


def count_by_cell(cells: Cells, mask: BoolArray) -> IntArray:
    """(rows, S) how many slots of the mask (T, N) lie in each cell."""
    return np.asarray(_add_up(cells, mask.astype(np.float64)), dtype=np.int64)


def first_by_cell(cells: Cells, keys: FloatArray, mask: BoolArray) -> IntArray:
    """(rows, S) the slot with the largest key of those of the mask in each cell; -1 where it has none."""
    found = np.full((cells.count, len(cells.steps)), -1, dtype=np.int64)
    for place, t in enumerate(cells.steps):
        slots = np.flatnonzero(mask[t])
        slots = slots[np.argsort(keys[t, slots], kind="stable")]
        found[cells.rows[place, slots], place] = slots  # of several the last one stays, which has the largest key
    return found


def uids_by_cell(trace: Trace, cells: Cells, slots: IntArray) -> IntArray:
    """(rows, S) the uids of those slots; -1 where there is none."""
    return np.asarray(np.where(slots < 0, -1, trace.uids[cells.steps, np.maximum(slots, 0)]))


def marked_survivors(cells: Cells, living: FloatArray | IntArray, alive: BoolArray) -> BoolArray:
    """(T, N) the survivors of the drawn steps from whom most descend."""
    drawn = np.zeros(alive.shape, dtype=np.bool_)
    drawn[cells.steps] = alive[cells.steps]
    places = np.flatnonzero(drawn)
    chosen = places[np.argsort(-living.ravel()[places], kind="stable")[:MAX_MARKS]]
    marked = np.zeros(alive.size, dtype=np.bool_)
    marked[chosen] = True
    return marked.reshape(alive.shape)


def _add_up(cells: Cells, values: FloatArray) -> FloatArray:
    shape = len(cells.steps), cells.count
    places = np.arange(shape[0])[:, None] * cells.count + cells.rows
    sums = np.bincount(places.ravel(), weights=values[cells.steps].ravel(), minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape).T, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Edges:
    """Lines between cells, (E,) each, in steps and lanes; `share` is that of the last step that descends from one."""

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    share: FloatArray


def edges_between(cells: Cells, mask: BoolArray, shares: FloatArray, root: float | None) -> Edges:
    """Return one line for all slots of the mask (T, N) that go from one cell to another, and from the `root` (None: no
    line into the first step); level ones of the same share become one."""
    first = 0 if root is None else -1
    place, slot = np.nonzero(mask[cells.steps])
    place, slot = place[place > first], slot[place > first]
    to = cells.rows[place, slot]
    start = np.where(place > 0, cells.rows[place - 1, cells.ancestors[place, slot]], -1)
    key = (place * (cells.count + 1) + start + 1) * cells.count + to
    unique, index, inverse = np.unique(key, return_index=True, return_inverse=True)
    share = np.bincount(inverse, weights=shares[cells.steps[place], slot], minlength=len(unique))
    place, start, to = place[index], start[index], to[index]
    level = (start == to) & (place > 0)
    order = np.lexsort((place, to, ~level))
    place, start, to, share, level = (column[order] for column in (place, start, to, share, level))
    joins = np.zeros(len(place), dtype=np.bool_)  # goes on with the line before it
    joins[1:] = (
        level[1:] & level[:-1] & (to[1:] == to[:-1]) & (place[1:] == place[:-1] + 1) & np.isclose(share[1:], share[:-1])
    )
    begins = np.flatnonzero(~joins)
    ends = np.append(begins, len(place))[1:] - 1
    x = cells.steps + 1.0
    x0 = np.where(place[begins] > 0, x[place[begins] - 1], 0.0)
    y0 = np.where(place[begins] > 0, cells.heights(start[begins]), root or 0.0)
    columns = (x0, y0, x[place[ends]], cells.heights(to[ends]), share[begins])
    return Edges(*(column.astype(np.float64) for column in columns))
