"""A bin says what its rewards promise and what came true, and which particle shows it best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.figures.lab.reliability import bin_verdict, plot_reliability
from pfviz.lab.metrics.calibration import Bin
from pfviz.stats.estimate import Estimate
from tests.figures.drawn import named
from tests.lab.diagnosed import diagnosis, row_at


def test_a_bin_stands_at_its_reward_and_its_share_with_its_interval() -> None:
    bins = (
        Bin(0.0, 0.1, 0.05, Estimate(0.2, 0.1, 0.3, 40, 8)),
        Bin(0.4, 0.5, 0.45, Estimate(0.5, 0.4, 0.6, 10, 4)),
        Bin(0.9, 1.0, 0.97, Estimate(0.6, 0.5, 0.75, 20, 6)),
    )
    figure = plot_reliability(replace(diagnosis(), reliability=bins))
    marks = named(figure, "share right")
    assert bin_verdict(Bin(0.0, 0.1, 0.03, Estimate(0.0, 0.0, 0.0, 90, 9))) == ""  # no right one, and none was promised
    assert list(zip(marks.x, marks.y, strict=True)) == [(0.05, 0.2), (0.45, 0.5), (0.97, 0.6)]
    assert list(marks.marker.symbol) == ["triangle-up", "circle", "triangle-down"]  # too little, fits, too much
    assert list(marks.error_y.array) == pytest.approx([0.1, 0.1, 0.15])
    assert list(marks.error_y.arrayminus) == pytest.approx([0.1, 0.1, 0.1])
    assert list(named(figure, "right").y) == [8, 5, 12]
    assert list(named(figure, "wrong").y) == [32, 5, 8]
    (diagonal,) = figure.layout.shapes
    assert (diagonal.x0, diagonal.y0, diagonal.x1, diagonal.y1) == (0, 0, 1, 1)


def test_a_bin_points_at_the_prefix_that_is_furthest_from_its_reward() -> None:
    found = diagnosis()
    marks = named(plot_reliability(found), "share right")
    rows = found.rows
    for one, node in zip(found.reliability, marks.customdata, strict=True):
        row = row_at(found, *node)
        inside = rows.is_known & (rows.reward >= one.low) & ((rows.reward < one.high) | (one.high >= 1))
        off = np.abs(rows.reward - rows.is_right)
        assert inside[row]
        assert off[row] == off[inside].max()


def test_right_and_wrong_are_told_apart_by_more_than_colour() -> None:
    bars = plot_reliability(diagnosis())
    assert named(bars, "right").marker.pattern.shape != named(bars, "wrong").marker.pattern.shape
