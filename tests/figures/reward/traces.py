"""An invented run, what models replied about it, and the figures that show both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from pfviz.figures.registry import Figure
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.lab.probes.values import PrefixValue, distinct_prefixes
from pfviz.trace import Trace
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
TOKEN_TRACE = synthetic_trace(inside=True)
"""One whose reward model scored every token."""
VALUES = tuple(
    replace(value, right=k % 9, rollouts=8 * (1 + k % 2))
    for k, value in enumerate(distinct_prefixes(TRACE)[0])
    if k % 5 < 4
)
VALUES_BY_UID = {uid: value for value in VALUES for uid in value.uids}


def rescored(trace: Trace = TRACE, flip: bool = True, name: str = "other") -> RescoredSweep:
    """The run under a reward that turns the order round, or keeps it."""
    rewards = 1 - trace.rewards if flip else trace.rewards
    weights = 1 / trace.weights if flip else trace.weights
    return RescoredSweep(0, trace, name, rewards, weights / weights.sum(axis=1, keepdims=True), ())


def draw(figure: Figure, trace: Trace = TRACE, values: tuple[PrefixValue, ...] = VALUES, **known: Any) -> go.Figure:
    """The figure of the run, of its values, or of the run under another reward: of what it takes."""
    return figure.draw(rescored(trace) if figure.of == "rescored run" else trace, values=values, **known)
