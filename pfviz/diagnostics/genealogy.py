"""Who descends from whom: T×N arrays over (step, slot), from the ancestors that were written at each event."""

from __future__ import annotations

import numpy as np

from pfviz.diagnostics.evidence import is_filter
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray


def lineage_slots(trace: Trace) -> IntArray:
    """B (T, N): the slot at step t of the ancestor of the particle that is in slot n at the last step."""
    back = np.empty((trace.steps, trace.particles), dtype=np.int64)
    slots = np.arange(trace.particles)
    for t in range(trace.steps - 1, -1, -1):
        if t < trace.steps - 1:
            slots = trace.ancestors[t][slots]
        back[t] = slots
    return back


def living_descendants(trace: Trace) -> IntArray:
    """(T, N): how many slots of the last step descend from slot n at step t; 0 for a dead lineage."""
    n = trace.particles
    return np.array([np.bincount(row, minlength=n) for row in lineage_slots(trace)], dtype=np.int64).reshape(-1, n)


def survivors(trace: Trace) -> BoolArray:
    """(T, N): whether slot n at step t has a descendant in the last step."""
    return np.asarray(living_descendants(trace) > 0)


def distinct_ancestors(trace: Trace) -> IntArray:
    """(T,): how many slots of step t have a descendant in the last step (path degeneracy when it falls to 1)."""
    return np.asarray(survivors(trace).sum(axis=1))


def mrca_step(trace: Trace) -> int | None:
    """The last step at which all particles of the last step share one ancestor; None if there is no such step."""
    common = np.flatnonzero(distinct_ancestors(trace) == 1)
    return int(common[-1]) if common.size else None


def root_ancestor(trace: Trace) -> IntArray:
    """(T, N): the slot of the first step from which slot n at step t descends (the family it belongs to)."""
    families = np.empty((trace.steps, trace.particles), dtype=np.int64)
    for t in range(trace.steps):
        families[t] = families[t - 1][trace.ancestors[t - 1]] if t else np.arange(trace.particles)
    return families


def offspring(trace: Trace) -> IntArray:
    """(T, N): how many slots the event after step t gave to slot n; each row sums to N (all 1 if nothing happened)."""
    n = trace.particles
    return np.array([np.bincount(row, minlength=n) for row in trace.ancestors], dtype=np.int64).reshape(-1, n)


def expected_offspring(trace: Trace) -> FloatArray:
    """(T, N): the mean number of children if step t resamples: N·W of every unbiased resampler.

    Where finished particles are kept aside, each has one child, and the F others share F among themselves. A pinned
    slot has one child for certain, and its share of the other draws.
    """
    n = trace.particles
    pool = np.ones((trace.steps, n), dtype=np.bool_)
    if trace.settings.get("finished") == "absorbing" and is_filter(trace):
        pool = ~trace.finished
    weights = np.where(pool, trace.weights, 0.0)
    total, size = weights.sum(axis=1, keepdims=True), pool.sum(axis=1, keepdims=True)
    shares = np.divide(weights, total, out=pool / np.maximum(size, 1), where=total > 0)
    certain = np.zeros_like(pool)
    certain[:, 0] = trace.pinned & pool[:, 0]
    draws = size - certain.any(axis=1, keepdims=True)
    return np.asarray(draws * shares + certain + ~pool)


def lanes(trace: Trace) -> IntArray:
    """(T, N): the row in which to draw slot n at step t, a permutation of 0..N-1 at each step.

    The slots of a step are ordered by the lane of their ancestor, so children keep the order of their parents and no
    two edges cross. The lanes of a step depend on nothing later: a growing run never moves what is drawn.
    """
    places = np.empty((trace.steps, trace.particles), dtype=np.int64)
    for t in range(trace.steps):
        parents = places[t - 1][trace.ancestors[t - 1]] if t else np.arange(trace.particles)
        places[t][np.argsort(parents, kind="stable")] = np.arange(trace.particles)
    return places


def ancestry(trace: Trace, uid: int) -> BoolArray:
    """(T, N): the slots on the way to the node `uid`, that node included.

    Raises:
        KeyError: no step has that uid.
    """
    mask = np.zeros((trace.steps, trace.particles), dtype=np.bool_)
    for place in trace.lineage(*trace.node(uid)):
        mask[place] = True
    return mask


def descendants(trace: Trace, uid: int) -> BoolArray:
    """(T, N): the slots that descend from the node `uid`, that node included.

    Raises:
        KeyError: no step has that uid.
    """
    first, slot = trace.node(uid)
    mask = np.zeros((trace.steps, trace.particles), dtype=np.bool_)
    mask[first, slot] = True
    for t in range(first + 1, trace.steps):
        mask[t] = mask[t - 1][trace.ancestors[t - 1]]
    return mask


def relatives(trace: Trace, uid: int | None) -> BoolArray | None:
    """(T, N): ancestry and descendants of a selected node; None if nothing is selected or the trace has no such node.

    A selection may name a node that `upto` cut off, or one of another run.
    """
    if uid is None:
        return None
    try:
        return np.asarray(ancestry(trace, uid) | descendants(trace, uid))
    except KeyError:
        return None
