"""What rises without cause: a dot for each residual of the trace."""

from __future__ import annotations

import pytest

from pfviz import figures
from pfviz.diagnostics.rewards.residuals import residuals
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE
from tests.traces import synthetic_trace


def test_a_dot_is_a_residual_in_its_step_and_leads_to_its_particle() -> None:
    figure, found = figures.residuals(TRACE), residuals(TRACE)
    dots = named(figure, "residuals")
    assert len(dots.y) == found.overall.count
    for x, y, uid in zip(dots.x, dots.y, dots.customdata, strict=True):
        t, n = TRACE.node(int(uid))
        assert round(x) == t + 1
        assert y == pytest.approx(found.nodes[t, n], abs=1e-4)
    means = named(figure, "means")
    assert list(means.y) == pytest.approx([one.value for one in found.steps], abs=1e-4)
    low, high = figure.layout.yaxis.range
    assert low == -high  # 0 stands in the middle: above it is what rises


@pytest.mark.parametrize("particles", [1, 4])
def test_of_one_step_it_says_that_two_are_needed(particles: int) -> None:
    figure = figures.residuals(synthetic_trace(particles, 1), title=False)
    assert "two steps are needed" in figure.layout.annotations[0].text
