"""Lines are the rewards of a step and of its parent."""

from __future__ import annotations

import numpy as np

from pfviz import figures
from tests.figures.drawn import named
from tests.traces import synthetic_trace


def test_rewards_join_each_step_to_its_parent() -> None:
    trace = synthetic_trace()
    figure = figures.rewards(trace)
    drawn = set()
    for name in ("dead", "survivors", "selected"):
        line = named(figure, name)
        x, y = np.asarray(line.x, float).reshape(-1, 3), np.asarray(line.y, float).reshape(-1, 3)
        drawn |= {(x0, round(y0, 4), round(y1, 4)) for x0, y0, y1 in zip(x[:, 0], y[:, 0], y[:, 1], strict=True)}
    meant = {
        (t, round(float(trace.rewards[t - 1, trace.ancestors[t - 1, n]]), 4), round(float(trace.rewards[t, n]), 4))
        for t in range(1, 6)
        for n in range(16)
    }
    assert len(drawn) == len(meant)
    assert figure.layout.yaxis.range == (-0.04, 1.04)
