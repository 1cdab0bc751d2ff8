"""Rewards over step and length, as the trace has them."""

from __future__ import annotations

import pytest

from pfviz import figures
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards.length_bias import length_bias, prefix_lengths
from pfviz.diagnostics.truth import RIGHT, truth
from pfviz.figures import theme
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE
from tests.traces import synthetic_trace


def test_marks_of_the_profile_are_rewards_over_step_and_length() -> None:
    figure, lengths, known = figures.profile(TRACE), prefix_lengths(TRACE), prefix_labels(TRACE, truth(TRACE))
    for kind, colour in (
        ("right", theme.RIGHT_COLOUR),
        ("wrong", theme.WRONG_COLOUR),
        ("not known", theme.SURVIVOR_COLOUR),
    ):
        by_step, by_length = named(figure, kind), named(figure, kind, "x2")
        assert by_step.marker.color == colour
        assert list(by_step.customdata) == list(by_length.customdata)
        for x, long, y, uid in zip(by_step.x, by_length.x, by_step.y, by_step.customdata, strict=True):
            node = TRACE.node(int(uid))
            assert (round(x), long, y) == (node[0] + 1, lengths[node], pytest.approx(TRACE.rewards[node], abs=1e-4))
            assert (known[node] == RIGHT) == (kind == "right")
    total = sum(len(named(figure, kind).x) for kind in ("right", "wrong", "not known"))
    assert total == TRACE.written.sum()


def test_lines_of_the_profile_have_the_slopes_that_are_told() -> None:
    found = length_bias(TRACE, prefix_labels(TRACE, truth(TRACE)))
    figure = figures.profile(TRACE)
    for kind, trend in (("right", found.by_length.right), ("wrong", found.by_length.wrong)):
        line = named(figure, f"slope of the {kind}", "x2")
        assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(trend.value, abs=1e-4)
    nobody = figures.profile(synthetic_trace(truth=None, problem="A riddle"))
    assert named(nobody, "slope of the all").line.color == theme.MUTED
