"""What could have chosen among the solutions of a run beside its reward: the generator's confidence, and controls.

Each is a number of a prefix, of all its tokens or steps together, and higher is better. Only their order counts: they
are compared by their AUC within problems. What a trace does not hold is nan: entropies are there where the run's reward
read them, log-probabilities where the generator told them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.errors import ModelError
from pfviz.models.rewards.confidence import PRESET_NAMES, ConfidenceReward
from pfviz.models.rewards.controls import CONTROLS
from pfviz.problems.equations import find_equations
from pfviz.stats.auc import auc_within_groups
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray, Step

SignalKind = Literal["reward", "signal", "control"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A number of a prefix. `name` is that of the reward that reads the same."""

    name: str
    title: str
    kind: SignalKind
    score: Callable[[Sequence[Step]], float]


def _confidence(kind: str, title: str) -> Signal:
    reward = ConfidenceReward(kind)

    def score(steps: Sequence[Step]) -> float:
        try:
            return reward.score_steps(steps)
        except ModelError:  # the trace does not hold it
            return math.nan

    return Signal(PRESET_NAMES[kind], title, "signal", score)


def _control(name: str, title: str) -> Signal:
    return Signal(name, title, "control", lambda steps: CONTROLS[name]("", [step.text for step in steps]))


def _count_wrong_equations(steps: Sequence[Step]) -> float:
    return -float(sum(not equation.holds for step in steps for equation in find_equations(step.text)))


SIGNALS: tuple[Signal, ...] = (
    _confidence("mean", "mean log-probability"),
    _confidence("minimum", "least sure token"),
    _confidence("sum", "log-probability of all"),
    _confidence("entropy", "mean entropy"),
    _confidence("tail", "entropy of the end"),
    Signal("arithmetic", "fewer wrong equations", "signal", _count_wrong_equations),
    _control("shorter", "shorter is better"),
    _control("earlier", "fewer steps are better"),
    _control("constant", "a constant"),
)
"""In the order in which they are shown."""


def score_prefix(steps: Sequence[Step]) -> dict[str, float]:
    """Return each signal of a prefix by its name; nan where the steps do not hold it."""
    return {signal.name: signal.score(steps) for signal in SIGNALS}


def score_solutions(trace: Trace) -> dict[str, FloatArray]:
    """Return each signal (N,) of the solutions that the particles hold at the end of a sweep, and, as "reward", their
    last rewards."""
    last = trace.steps - 1
    prefixes = [[trace.written_step(*node) for node in trace.solution(last, n)] for n in range(trace.particles)]
    scored = [score_prefix(prefix) for prefix in prefixes]
    found = {signal.name: np.array([one[signal.name] for one in scored]) for signal in SIGNALS}
    return {"reward": np.array(trace.rewards[-1]), **found}


def compare_signals(
    scores: Mapping[str, FloatArray], right: BoolArray, wrong: BoolArray, problem: IntArray
) -> dict[str, Estimate]:
    """Return the AUC within problems of each of several scores (M,) of the same solutions, by name; `problem` (M,) says
    of which problem each is. Solutions that are neither right nor wrong are left out."""
    return {name: auc_within_groups(values, right, wrong, problem) for name, values in scores.items()}
