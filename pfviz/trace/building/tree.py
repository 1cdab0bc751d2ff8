"""Solutions side by side, or candidates that were chosen from step by step, laid out in the slots of a trace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.errors import TraceError
from pfviz.text import pluralise
from pfviz.trace.building.assemble import Columns, Source, assemble, check_room
from pfviz.trace.building.score_scales import ScoreScale, scale_scores
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

LABELS_AS_REWARD = "labels of the file"
"""Name of the reward of a run without scores, whose steps have labels: 1 as long as every step is good, 0.5 from the
first one that is neutral or unlabelled, 0 from the first bad one on."""
NO_SCORES = "no scores in the file"
"""Name of the reward of a run with neither: it is 0.5 everywhere, and says nothing."""

STAND_IN_REWARDS = (LABELS_AS_REWARD, NO_SCORES)
"""What is measured of these says nothing of any reward model."""

GOOD, NEUTRAL, BAD = 1.0, 0.0, -1.0


@dataclass(frozen=True, slots=True)
class Node:
    """A step: `parent` is the place of the one before it in the level before; `score` as the file has it, NaN without
    one; `label` as `step_labels` of a trace; `ends`: the solution is complete with it."""

    text: str
    parent: int = 0
    score: float = math.nan
    label: float = math.nan
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Solution:
    """Its steps, S, with their raw scores and labels (S,); no scores, or no labels, where the file has none of it."""

    steps: tuple[str, ...]
    scores: tuple[float, ...] = ()
    labels: tuple[float, ...] = ()


def build_forest(source: Source, solutions: Sequence[Solution], scale: ScoreScale | None) -> Trace:
    """Return a trace of solutions side by side, none of which was copied; `scale` is None where there are no scores."""
    longest = max((len(one.steps) for one in solutions), default=0)
    check_room(longest, len(solutions))
    levels: list[list[Node]] = []
    places: dict[int, int] = {}
    for t in range(longest):
        going = [k for k, one in enumerate(solutions) if t < len(one.steps)]
        levels.append([_node(solutions[k], t, places.get(k, 0)) for k in going])
        places = {k: place for place, k in enumerate(going)}
    return build_tree(source, levels, scale)


def _node(solution: Solution, t: int, parent: int) -> Node:
    return Node(
        solution.steps[t],
        parent,
        solution.scores[t] if solution.scores else math.nan,
        solution.labels[t] if solution.labels else math.nan,
        t == len(solution.steps) - 1,
    )


def build_tree(source: Source, levels: Sequence[Sequence[Node]], scale: ScoreScale | None) -> Trace:
    """Return a trace whose step t has the nodes of level t. A solution that is complete stays in its slot; a slot for
    which a level has no node holds a failed step.

    Raises:
        TraceError: there is no step, or there are too many; the message says how many.
    """
    grid = _place_nodes(levels)
    particles = len(grid.nodes[0])
    scores = _array([[math.nan if node is None else node.score for node in row] for row in grid.nodes])
    labels = _array([[math.nan if node is None else node.label for node in row] for row in grid.nodes])
    ended = np.array([[node is not None and node.ends for node in row] for row in grid.nodes])
    missing = np.array([[node is None for node in row] for row in grid.nodes])
    ancestors = np.array(grid.ancestors, dtype=np.int64)
    if scale is None:
        rewards, name = _stand_in_rewards(labels, ancestors, ended)
        source = replace(source, reward=name, notes=(*source.notes, _STAND_IN_NOTES[name]))
    else:
        rewards = np.nan_to_num(scale_scores(scale, scores), nan=0.0)  # NaN: slots without a node, which stay or fail
    failed = missing & ~_staying(ended | missing, ancestors)
    if failed.any():
        source = replace(
            source, notes=(*source.notes, f"{_ABSENT} {pluralise(int(failed.sum()), 'slot')}, marked as failed.")
        )
    return assemble(
        source,
        Columns(
            texts=[["" if node is None else node.text for node in row] for row in grid.nodes],
            rewards=rewards,
            ended=ended,
            ancestors=ancestors,
            resampled=(ancestors != np.arange(particles)).any(axis=1),
            labels=labels,
            failed=failed,
        ),
    )


_ABSENT = "Where a step has fewer candidates than the widest one nothing is in its slot:"
_STAND_IN_NOTES = {
    LABELS_AS_REWARD: (
        "It has no scores: the labels stand for the rewards (1 while every step is good, 0.5 from the first neutral or "
        "unlabelled one on, 0 from the first bad one on) and say nothing of any reward model."
    ),
    NO_SCORES: "It has neither scores nor labels: every reward is 0.5 and says nothing.",
}


@dataclass
class _Grid:
    """(T, N): the node of each slot, None where it stays or nothing is there; the ancestors, identity at the end."""

    nodes: list[list[Node | None]]
    ancestors: list[list[int]]


def _place_nodes(levels: Sequence[Sequence[Node]]) -> _Grid:
    """A node takes the slot of its parent if that is free, so that a solution keeps its own; others take what is left.
    Complete solutions come first: they stay where they are."""
    widths, staying = [], 0
    for level in levels:
        widths.append(len(level) + staying)
        staying += sum(node.ends for node in level)
    particles = max(widths, default=0)
    check_room(len(levels), particles)
    grid = _Grid([], [])
    slots: list[int] = []  # of each node of the level before
    stays: set[int] = set()
    for t, level in enumerate(levels):
        row: list[Node | None] = [None] * particles
        ancestors, taken, own = list(range(particles)), set(stays), list[int]([-1] * len(level))
        for place, node in enumerate(level):
            wished = place if t == 0 else _slot_of_parent(slots, node)
            if t and levels[t - 1][node.parent].ends:
                raise TraceError(f"a step continues step {node.parent} of the level before, which ends its solution")
            if wished not in taken:
                own[place] = wished
                taken.add(wished)
        free = iter(slot for slot in range(particles) if slot not in taken)
        for place, node in enumerate(level):
            if own[place] < 0:
                own[place] = next(free)
            row[own[place]] = node
            if t:
                ancestors[own[place]] = _slot_of_parent(slots, node)
        if t:
            grid.ancestors.append(ancestors)
        grid.nodes.append(row)
        slots = own
        stays |= {slot for slot, node in zip(own, level, strict=True) if node.ends}
    grid.ancestors.append(list(range(particles)))
    return grid


def _slot_of_parent(slots: Sequence[int], node: Node) -> int:
    if not 0 <= node.parent < len(slots):
        raise TraceError(f"a step continues step {node.parent} of the level before, which has {len(slots)}")
    return slots[node.parent]


def _staying(ended: np.ndarray, ancestors: np.ndarray) -> np.ndarray:
    """(T, N) where the particle was finished before the step."""
    before = np.zeros_like(ended)
    for t in range(1, len(ended)):
        before[t] = (ended[t - 1] | before[t - 1])[ancestors[t - 1]]
    return before


def _stand_in_rewards(labels: FloatArray, ancestors: np.ndarray, ended: np.ndarray) -> tuple[FloatArray, str]:
    """What stands for the rewards of a file without scores, and what it is called."""
    if np.isnan(labels).all():
        return np.full(labels.shape, 0.5), NO_SCORES
    own = np.select([labels <= BAD / 2, labels >= GOOD / 2], [0.0, 1.0], 0.5)
    own = np.where(_staying(ended, ancestors), 1.0, own)
    found = own.copy()
    for t in range(1, len(own)):
        found[t] = np.minimum(own[t], found[t - 1][ancestors[t - 1]])
    return found, LABELS_AS_REWARD


def _array(rows: list[list[float]]) -> FloatArray:
    return np.array(rows, dtype=np.float64)
