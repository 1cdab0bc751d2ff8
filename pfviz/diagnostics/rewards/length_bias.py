"""The reward against the step and against the length of the prefix: a drift with either, within right prefixes or
within wrong ones, is no evidence of being right (length bias: Singhal et al., arXiv 2310.03716)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.genealogy import root_ancestor
from pfviz.diagnostics.truth import RIGHT, WRONG
from pfviz.stats.clustered import slope
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Trend:
    """Slopes of the reward for each unit of x, in clusters of root ancestors: of all nodes, the right and the wrong."""

    all: Estimate
    right: Estimate
    wrong: Estimate


@dataclass(frozen=True, slots=True)
class LengthBias:
    """The K nodes that were scored: `steps` (K,) from 1, `lengths` (K,) tokens of the prefix up to and with the node,
    `rewards`, `labels` and `uids` (K,); and the trends over both (a reward per step, a reward per token)."""

    steps: IntArray
    lengths: IntArray
    rewards: FloatArray
    labels: IntArray
    uids: IntArray
    by_step: Trend
    by_length: Trend


def length_bias(trace: Trace, labels: IntArray) -> LengthBias:
    """All nodes of a sweep but those that could not be written; `labels` (T, N)."""
    lengths = prefix_lengths(trace)
    scored = trace.written & (np.array(trace.ends, dtype=object).reshape(lengths.shape) != "failed")
    steps = np.nonzero(scored)[0] + 1
    rewards, families, known = trace.rewards[scored], root_ancestor(trace)[scored], labels[scored]

    def trend(x: IntArray) -> Trend:
        places = (np.ones(len(x), dtype=np.bool_), known == RIGHT, known == WRONG)
        return Trend(*(slope(x[mine].astype(np.float64), rewards[mine], families[mine]) for mine in places))

    long = lengths[scored]
    return LengthBias(steps, long, rewards, known, trace.uids[scored], trend(steps), trend(long))


def prefix_lengths(trace: Trace) -> IntArray:
    """(T, N): tokens of the solution so far, along each slot's lineage."""
    found = np.zeros((trace.steps, trace.particles), dtype=np.int64)
    for t in range(trace.steps):
        found[t] = trace.tokens[t] + (found[t - 1][trace.ancestors[t - 1]] if t else 0)
    return found
