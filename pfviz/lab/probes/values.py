"""What rollouts tell of a prefix, how sure that is, and where more of them would tell most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.stats.wilson import wilson
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class PrefixValue:
    """What is known of the value of one prefix."""

    uids: tuple[int, ...]  # the nodes whose prefix it is, ascending; the one whose text was changed, of a typed one
    reward: float  # of the prefix, as recorded; nan of a typed one
    right: int = 0
    rollouts: int = 0  # that could be judged
    tokens: int = 0  # that they cost
    exact: bool = False  # the prefix is a whole solution: its answer is right or it is not

    @property
    def value(self) -> float:
        """The share of right answers; nan without rollouts."""
        return self.right / self.rollouts if self.rollouts else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson); of no width where the value is exact."""
        return (self.value, self.value) if self.exact else wilson(self.right, self.rollouts)

    @property
    def gap(self) -> float:
        """Reward minus value: above 0 where the reward promises too much."""
        return self.reward - self.value


@dataclass(frozen=True, slots=True)
class RolloutProgress:
    """Between tokens of a batch of rollouts."""

    uid: int
    tokens: int  # of the step under way, over all rollouts
    rollouts: int  # in the batch


@dataclass(frozen=True, slots=True)
class TreeValues:
    """What is known of every distinct prefix of a trace, after a batch of rollouts."""

    values: tuple[PrefixValue, ...]  # by their first uid
    rollouts_spent: int  # rollouts so far
    latest: int | None  # place in `values` of what the batch was spent on; None before the first

    @property
    def by_uid(self) -> Mapping[int, PrefixValue]:
        """The value of each node's prefix."""
        return {uid: value for value in self.values for uid in value.uids}


def next_prefix(values: Sequence[PrefixValue], masses: Sequence[float]) -> int | None:
    """The place of the prefix on which the next batch of rollouts is spent; None where all values are exact.

    It is the one with the largest (m + 1) · width². `masses` (one for each) are N·W, the copies that a resampling by
    the run's weights would expect of it; the width is that of its interval, 1 without rollouts. As a width falls with
    the root of the rollouts, these come to be shared out in proportion to (m + 1) · p (1 - p), with p the value: much
    as the best allocation for a weighted sum, which has the root of p (1 - p) there (Neyman 1934). So a prefix that
    carries much of the run is measured finely, and one that the reward killed (m = 0) is looked at all the same: it is
    there that a reward can be too strict. Ties go to the earlier one.
    """
    open_ = [place for place, value in enumerate(values) if not value.exact]

    def worth(place: int) -> float:
        low, high = values[place].interval
        return float((masses[place] + 1) * (high - low) ** 2)

    return max(open_, key=lambda place: (worth(place), -place), default=None)


def distinct_prefixes(trace: Trace) -> tuple[list[PrefixValue], list[float]]:
    """The distinct prefixes of a sweep, by their first uid, and N·W of each: nodes with the same token ids all the way
    are one. W is the weight, at the step that wrote it, of all slots that hold it. Failed steps have none."""
    places: dict[tuple[int, tuple[int, ...]], int] = {}
    place_of: dict[int, int] = {}  # uid -> place
    members: list[list[int]] = []
    masses: list[float] = []
    for t in range(trace.steps):
        for n in np.flatnonzero(trace.written[t]):
            if trace.ends[t][n] == "failed":
                continue
            parent = place_of[int(trace.uids[t - 1, trace.ancestors[t - 1, n]])] if t else -1
            place = places.setdefault((parent, tuple(trace.token_ids[t][n])), len(members))
            if place == len(members):
                members.append([])
                masses.append(0.0)
            uid = int(trace.uids[t, n])
            place_of[uid] = place
            members[place].append(uid)
            masses[place] += trace.particles * float(trace.weights[t, n])
    return [PrefixValue(tuple(uids), float(trace.rewards[trace.node(uids[0])])) for uids in members], masses
