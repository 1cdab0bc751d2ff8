"""The heat map is the weights of the trace."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics import (
    lanes,
)
from tests.figures.drawn import named
from tests.traces import synthetic_trace


def test_the_heat_map_is_the_weights_in_the_lanes_of_the_genealogy() -> None:
    trace = synthetic_trace(16, 6)
    heat, rows = named(figures.weights(trace), "weights"), lanes(trace)
    for t, n in np.ndindex(6, 16):
        assert heat.z[rows[t, n]][t] == pytest.approx(np.sqrt(trace.weights[t, n]), abs=1e-4)
        assert heat.customdata[rows[t, n]][t] == trace.uids[t, n]
    assert {figures.weights(trace.upto(t)).data[0].zmax for t in range(1, 7)} == {heat.zmax}


def test_the_selected_cell_is_outlined() -> None:
    trace = synthetic_trace()
    figure = figures.weights(trace, selected=int(trace.uids[2, 3]))
    box = named(figure, "selection")
    assert np.nanmean(np.unique(box.x)) == pytest.approx(3)
    assert np.nanmin(box.y) == lanes(trace)[2, 3] - 0.5
    assert named(figure, "related").line.width < box.line.width
