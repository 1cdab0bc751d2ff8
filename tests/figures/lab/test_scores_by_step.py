"""Scores of right and wrong prefixes by step, and where they cannot be told apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pfviz.figures.lab.scores_by_step import plot_scores_by_step
from pfviz.lab.metrics.by_group import StepScores
from pfviz.stats.estimate import Estimate
from tests.figures.drawn import named
from tests.figures.lab.estimates import NOT_KNOWN, estimate
from tests.lab.diagnosed import diagnosis, row_at


def test_right_and_wrong_are_told_apart_by_more_than_colour() -> None:
    figure = plot_scores_by_step(diagnosis())
    right, wrong = named(figure, "right"), named(figure, "wrong")
    assert (right.marker.symbol, right.line.dash) != (wrong.marker.symbol, wrong.line.dash)


def test_scores_stand_at_their_step_and_say_where_they_meet() -> None:
    drift = (
        StepScores(0, estimate(0.6), estimate(0.58)),
        StepScores(1, estimate(0.9), estimate(0.2)),
        StepScores(2, estimate(0.8), NOT_KNOWN),
    )
    figure = plot_scores_by_step(replace(diagnosis(), scores_by_step=drift))
    assert list(named(figure, "right").x) == pytest.approx([1, 2, 3], abs=0.1)
    assert list(named(figure, "right").y) == [0.6, 0.9, 0.8]
    assert list(named(figure, "wrong").y) == [0.58, 0.2]
    assert figure.layout.meta["title"].endswith("Not surely at step 1")
    alone = StepScores(3, Estimate(0.5, math.nan, math.nan, 3, 1), estimate(0.5))  # one problem: it has no interval
    apart = plot_scores_by_step(replace(diagnosis(), scores_by_step=(*drift[1:], alone)))
    assert "apart at every step" in apart.layout.meta["title"]


def test_a_step_points_at_the_prefix_that_scores_most_like_the_other_kind() -> None:
    found = diagnosis()
    rows = found.rows
    for name, members, worst in (("right", rows.is_right, np.min), ("wrong", rows.is_wrong, np.max)):
        marks = named(plot_scores_by_step(found), name)
        for x, node in zip(marks.x, marks.customdata, strict=True):
            row = row_at(found, *node)
            here = members & (rows.step == round(x) - 1)
            assert here[row]
            assert rows.reward[row] == worst(rows.reward[here])
