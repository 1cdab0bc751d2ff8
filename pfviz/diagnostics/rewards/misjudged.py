"""Where the reward is wrong: high on what is wrong, low on what is right; and signs of it that need no label."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics.genealogy import root_ancestor
from pfviz.diagnostics.truth import RIGHT, WRONG
from pfviz.inference.weights import ess
from pfviz.stats.clustered import mean
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

DEFAULT_BAR = 0.5
"""The bar where no node of the other kind is there to set one: even odds."""


@dataclass(frozen=True, slots=True)
class MisjudgedNode:
    """A node that the reward misjudges by `margin`, its distance from the bar."""

    uid: int
    step: int
    slot: int
    reward: float
    margin: float
    kind: Literal["high and wrong", "low and right"]


@dataclass(frozen=True, slots=True)
class MisjudgedNodes:
    """`nodes`: worst first. A wrong node is too high above `right_bar`, the median reward of the right nodes; a right
    one too low below `wrong_bar`, that of the wrong ones; either bar is 1/2 where there is no such node."""

    nodes: tuple[MisjudgedNode, ...]
    right_bar: float
    wrong_bar: float
    right: int  # nodes
    wrong: int


@dataclass(frozen=True, slots=True)
class DuplicateSiblings:
    """Siblings that wrote the same text: particles spent on one thought."""

    parent: int | None  # uid; None for the problem
    text: str
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeightCollapse:
    """A step at which one particle took over: the effective sample size fell below 2 from 2 or more."""

    step: int
    ess_before: float  # ESS of the weights that were carried into the step
    ess_after: float
    uid: int  # of the heaviest particle
    weight: float


def misjudged_nodes(trace: Trace, labels: IntArray) -> MisjudgedNodes:
    """Misjudged nodes by their labels (T, N); each node once, at the step that it wrote."""
    nodes = [(t, n) for t, n in np.ndindex(*labels.shape) if trace.written[t, n] and trace.ends[t][n] != "failed"]
    rewards = {label: [trace.rewards[node] for node in nodes if labels[node] == label] for label in (RIGHT, WRONG)}
    right_bar, wrong_bar = (float(np.median(found)) if found else DEFAULT_BAR for found in rewards.values())
    found = []
    for t, n in nodes:
        reward, uid = float(trace.rewards[t, n]), int(trace.uids[t, n])
        if labels[t, n] == WRONG and reward > right_bar:
            found.append(MisjudgedNode(uid, t, n, reward, reward - right_bar, "high and wrong"))
        elif labels[t, n] == RIGHT and reward < wrong_bar:
            found.append(MisjudgedNode(uid, t, n, reward, wrong_bar - reward, "low and right"))
    found.sort(key=lambda one: (-one.margin, one.uid))
    return MisjudgedNodes(tuple(found), right_bar, wrong_bar, len(rewards[RIGHT]), len(rewards[WRONG]))


def duplicate_siblings(trace: Trace) -> tuple[DuplicateSiblings, ...]:
    """Groups of two or more siblings with the same text, the largest first. A pinned step is no draw and no twin."""
    groups: dict[tuple[int, int | None, str], list[int]] = defaultdict(list)
    for t, n in zip(*np.nonzero(trace.written), strict=True):
        text = trace.texts[t][n].strip()
        if text and not (trace.pinned and n == 0):
            parent = int(trace.uids[t - 1, trace.ancestors[t - 1, n]]) if t else None
            groups[int(t), parent, text].append(int(trace.uids[t, n]))
    found = [
        DuplicateSiblings(parent, text, tuple(uids)) for (_, parent, text), uids in groups.items() if len(uids) > 1
    ]
    return tuple(sorted(found, key=lambda group: (-len(group.uids), group.uids)))


def weight_collapses(trace: Trace) -> tuple[WeightCollapse, ...]:
    """The steps in which the effective sample size fell below 2, in their order."""
    found = []
    for t in range(trace.steps):
        before, after = ess(trace.log_carried[t]), float(trace.ess[t])
        if after < 2 <= before:
            n = int(np.argmax(trace.weights[t]))
            found.append(WeightCollapse(t, before, after, int(trace.uids[t, n]), float(trace.weights[t, n])))
    return tuple(found)


def early_wrong_reward(trace: Trace, labels: IntArray) -> Estimate:
    """The mean reward of wrong prefixes in the first third of the steps (⌈T/3⌉), in clusters of root ancestors. A
    reward that is a probability is low there; the flattening of entropic particle filtering (arXiv 2510.05825) is for
    those that are not."""
    early = (labels == WRONG) & trace.written
    early[-(-trace.steps // 3) :] = False
    return mean(trace.rewards[early], root_ancestor(trace)[early])
