"""What the reward said inside of the steps: a solution token by token, and where its reward turned at once.

A *reading* is a reward of the solution up to some place: after each token of the reward model that was recorded, and
last, at the separator, the step's own reward. A model that scores whole steps has one reading for each step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pfviz.trace.trace import Node, Trace
from pfviz.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SolutionRewards:
    """The K readings of a solution, first to last: `rewards` (K,); `uids` (K,) of the node in whose step each is;
    `reward_ends` (K,) characters of that step's text that had been read; `is_step_reward` (K,) true where it is
    the step's own reward."""

    rewards: FloatArray
    uids: IntArray
    reward_ends: IntArray
    is_step_reward: BoolArray


@dataclass(frozen=True, slots=True)
class SteepestChange:
    """The steepest change of the reward from one reading to the next inside of a step: at the characters `start` to
    `end` (excluded) of its text, or, where they are the same, at its end. `uids`: the nodes that share the prefix."""

    uids: tuple[int, ...]
    start: int
    end: int
    reward_before: float
    reward_after: float

    @property
    def change(self) -> float:
        """Below 0 where the reward fell."""
        return self.reward_after - self.reward_before


def has_token_rewards(trace: Trace) -> bool:
    """Whether anything was read inside of steps."""
    return any(ends for row in trace.reward_ends for ends in row)


def solution_rewards(trace: Trace, uid: int) -> SolutionRewards:
    """The readings along the solution that ends with a node; raises `KeyError` for a uid that no step has."""
    nodes = trace.solution(*trace.node(uid))
    readings = [_node_rewards(trace, node) for node in nodes]
    uids = [int(trace.uids[node]) for node in nodes]
    own = [k == len(rewards) - 1 for rewards, _ in readings for k in range(len(rewards))]
    return SolutionRewards(
        np.array([reward for rewards, _ in readings for reward in rewards]),
        np.repeat(uids, [len(rewards) for rewards, _ in readings]),
        np.array([end for _, ends in readings for end in ends]),
        np.array(own, dtype=np.bool_),
    )


def reward_counts(trace: Trace) -> IntArray:
    """(T, N): how many readings the step has that each slot wrote; 1 where it only stays."""
    found = np.array([[len(ends) + 1 for ends in row] for row in trace.reward_ends], dtype=np.int64)
    return found.reshape(trace.steps, trace.particles)


def reward_offsets(trace: Trace) -> IntArray:
    """(T, N): how many readings the solution in each slot has before the node that stands there."""
    found, own = np.zeros((trace.steps, trace.particles), dtype=np.int64), reward_counts(trace)
    for t in range(1, trace.steps):
        parents = trace.ancestors[t - 1]
        after = found[t - 1][parents] + own[t - 1][parents]
        # A finished particle stays on its node, and its columns are empty from then on.
        found[t] = np.where(trace.written[t], after, found[t - 1][parents])
        own[t] = np.where(trace.written[t], own[t], own[t - 1][parents])
    return found


def steepest_change(trace: Trace, uid: int) -> SteepestChange | None:
    """The steepest change inside of a node's step, from what its parent had; None for a first step of one reading."""
    t, n = trace.node(uid)
    rewards, ends = _node_rewards(trace, (t, n))
    before = [float(trace.rewards[t - 1, trace.ancestors[t - 1, n]])] if t else []
    places = list(pairwise([(0, reward) for reward in before] + list(zip(ends, rewards, strict=True))))
    if not places:
        return None
    (start, was), (end, now) = max(places, key=lambda pair: abs(pair[1][1] - pair[0][1]))
    return SteepestChange((uid,), start, end, was, now)


def steepest_changes(trace: Trace) -> list[SteepestChange]:
    """Those of all nodes but the ones that failed, one for each prefix that differs in its texts, steepest first."""
    members: dict[int, list[int]] = {}  # uids, by the number of their prefix
    prefixes = number_prefixes(trace)
    for t, n in zip(*np.nonzero(trace.written), strict=True):
        if trace.ends[t][n] != "failed":
            members.setdefault(int(prefixes[t, n]), []).append(int(trace.uids[t, n]))
    found = [(steepest_change(trace, uids[0]), uids) for uids in members.values()]
    changes = [replace(change, uids=tuple(uids)) for change, uids in found if change is not None]
    return sorted(changes, key=lambda one: -abs(one.change))


def number_prefixes(trace: Trace) -> IntArray:
    """(T, N): a number for each solution so far, the same for two slots whose texts up to there are the same."""
    numbers: dict[tuple[int, str], int] = {}  # of a prefix, by that of its parent and the text of its step
    found = np.full((trace.steps, trace.particles), -1, dtype=np.int64)
    for t in range(trace.steps):
        parents = found[t - 1][trace.ancestors[t - 1]] if t else found[t]
        for n, parent in enumerate(parents.tolist()):
            written = trace.written[t, n]
            found[t, n] = numbers.setdefault((parent, trace.texts[t][n]), len(numbers)) if written else parent
    return found


def _node_rewards(trace: Trace, node: Node) -> tuple[list[float], list[int]]:
    """Rewards and ends inside of a node's step, its own reward the last."""
    t, n = node
    rewards = [*trace.token_rewards[t][n], float(trace.rewards[node])]
    return rewards, [*trace.reward_ends[t][n], len(trace.texts[t][n])]
