"""Which particle is selected, and its kin: pure functions of a trace and a node's uid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics import expected_offspring
from pfviz.trace import Trace
from pfviz.types import BoolArray

Direction = Literal["parent", "child", "previous", "next"]


@dataclass(frozen=True, slots=True)
class Kin:
    """The relatives of a node, as uids."""

    parent: int | None
    siblings: tuple[int, ...]  # same parent, the node itself left out
    children: tuple[int, ...]  # heaviest first


@dataclass(frozen=True, slots=True)
class Offspring:
    """What selection was expected to do with a node, and what it did."""

    weight: float  # W, normalised
    expected: float  # N·W where all are resampled together
    actual: int | None  # None: nothing was resampled after this step


def valid_uid(trace: Trace | None, uid: object) -> int | None:
    """`uid` if it names a step of the trace, else None: what a browser sends is not to be trusted."""
    if trace is None or isinstance(uid, bool) or not isinstance(uid, int | float | str):
        return None
    try:
        number = int(uid)
        trace.node(number)
    except (KeyError, ValueError, OverflowError):
        return None
    return number


def kin(trace: Trace, uid: int) -> Kin:
    """Parent, siblings and children of a node."""
    t, n = trace.node(uid)
    before = None if t == 0 else int(trace.ancestors[t - 1, n])
    row = np.flatnonzero(trace.written[t])
    if before is not None:
        row = row[trace.ancestors[t - 1, row] == before]
    children: tuple[int, ...] = ()
    if t + 1 < trace.steps:
        slots = np.flatnonzero(trace.written[t + 1] & (trace.ancestors[t] == n))
        heaviest = sorted(slots, key=lambda slot: (-trace.weights[t + 1, slot], slot))
        children = tuple(int(trace.uids[t + 1, slot]) for slot in heaviest)
    return Kin(
        parent=None if before is None else int(trace.uids[t - 1, before]),
        siblings=tuple(int(trace.uids[t, slot]) for slot in row if slot != n),
        children=children,
    )


def offspring(trace: Trace, uid: int) -> Offspring:
    """Weight, expected and actual number of children at the event after the node's step."""
    t, n = trace.node(uid)
    weight = float(trace.weights[t, n])
    actual = int(np.sum(trace.ancestors[t] == n)) if trace.resampled[t] else None
    return Offspring(weight, float(expected_offspring(trace)[t, n]), actual)


def survives(trace: Trace, uid: int) -> bool:
    """Whether a particle of the last recorded step descends from the node (or is it)."""
    t, n = trace.node(uid)
    slots = np.arange(trace.particles)
    for step in range(trace.steps - 2, t - 1, -1):
        slots = trace.ancestors[step, slots]
    return bool(np.any(slots == n))


def neighbour(trace: Trace, uid: int, direction: Direction, among: BoolArray | None = None) -> int:
    """The node one key press away; the same node where there is none. Up and down stop only at nodes `among` (T, N).

    Up and down walk the siblings and then go on to their cousins, so that no only child is a dead end.
    """
    relatives = kin(trace, uid)
    if direction == "parent":
        return uid if relatives.parent is None else relatives.parent
    if direction == "child":
        return relatives.children[0] if relatives.children else uid
    t, n = trace.node(uid)
    parents = trace.ancestors[t - 1] if t else np.zeros(trace.particles, dtype=np.int64)
    stops = trace.written[t] if among is None else trace.written[t] & (among[t] | (np.arange(trace.particles) == n))
    row = sorted(np.flatnonzero(stops).tolist(), key=lambda slot: (parents[slot], slot))
    place = row.index(n) + (1 if direction == "next" else -1)
    return int(trace.uids[t, row[place % len(row)]])


def heaviest_particle(trace: Trace, among: frozenset[int] | None = None) -> int | None:
    """The uid of the heaviest particle of the last step (of the slots `among`, where given)."""
    if not trace.steps:
        return None
    slots = range(trace.particles) if not among else sorted(among)
    return int(trace.uids[-1, max(slots, key=lambda slot: trace.weights[-1, slot])])
