"""Martingale (Bellman) residuals: does the reward rise or fall where nothing was selected?

A reward that is the probability of ending right is a martingale along the generator's own steps: the mean of the
children of a prefix, before any of them is selected, equals the reward of the prefix (the Bellman equation of a value
that is paid at the end; Sutton & Barto 2018, §3.5). So the residual

    mean of the rewards of a node's children - reward of the node

has mean 0 whatever selection did before, because who is a parent was settled before its children were written.
It needs no label. A mean above 0: the reward is too low early, or flatters long solutions; below 0: too high early.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.genealogy import root_ancestor
from pfviz.stats.clustered import mean
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Residuals:
    """`nodes` (T, N): the residual of the node in a slot, NaN without a child that counts; `children` (T, N): how many
    of them; `steps`: for each step but the last the mean of its nodes, which are independent given the steps before;
    `overall`: the mean of all nodes, in clusters of root ancestors, or of parents where one family is left."""

    nodes: FloatArray
    children: IntArray
    steps: tuple[Estimate, ...]
    overall: Estimate
    by_families: bool


def residuals(trace: Trace) -> Residuals:
    """The residuals of one sweep. Children are slots that wrote a step, less two kinds that are no draw from the
    generator: steps that could not be written, and those of a pinned trajectory."""
    shape = (trace.steps, trace.particles)
    nodes, children = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for t in range(trace.steps - 1):
        wrote = np.flatnonzero(trace.written[t + 1])
        counted = [n for n in wrote if trace.ends[t + 1][n] != "failed" and not (trace.pinned and n == 0)]
        parents = trace.ancestors[t][counted]
        children[t] = np.bincount(parents, minlength=trace.particles)
        sums = np.bincount(parents, weights=trace.rewards[t + 1][counted], minlength=trace.particles)
        has = children[t] > 0
        nodes[t, has] = sums[has] / children[t, has] - trace.rewards[t, has]
    parents_of_each_step = [np.flatnonzero(children[t]) for t in range(max(0, trace.steps - 1))]
    told = children > 0
    families = root_ancestor(trace)[told]
    several = len(np.unique(families)) > 1
    return Residuals(
        nodes,
        children,
        tuple(mean(nodes[t, slots], slots) for t, slots in enumerate(parents_of_each_step)),
        mean(nodes[told], families if several else np.arange(told.sum())),
        several,
    )
