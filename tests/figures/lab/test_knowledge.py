"""From which step selection pays, and what to set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.figures.lab.knowledge import describe_knowledge, plot_knowledge
from pfviz.lab.metrics.knowledge import StepKnowledge, deserved_slopes
from pfviz.stats.estimate import Estimate
from tests.figures.drawn import named
from tests.figures.lab.estimates import estimate
from tests.lab.diagnosed import diagnosis

EARLY, LATE = StepKnowledge(0, estimate(0.56), estimate(0.46)), StepKnowledge(1, estimate(0.8), estimate(0.9))


def test_auc_and_slope_stand_at_their_step_and_are_told_apart_by_more_than_colour() -> None:
    figure = plot_knowledge(replace(diagnosis(), knowledge=(EARLY, LATE)))
    auc, slope = named(figure, "AUC"), named(figure, "slope")
    assert list(auc.x) == pytest.approx([1, 2], abs=0.1)
    assert (list(auc.y), list(slope.y)) == ([0.56, 0.8], [0.46, 0.9])
    assert (auc.marker.symbol, auc.line.dash) != (slope.marker.symbol, slope.line.dash)


def test_the_title_says_what_to_set() -> None:
    assert "set First resampling to 2" in describe_knowledge([EARLY, LATE])
    assert "slope 0.46 after step 1" in describe_knowledge([EARLY, LATE])
    assert describe_knowledge([LATE]).startswith("From the first seen, step 2")
    assert "take another reward" in describe_knowledge([EARLY])
    assert describe_knowledge([]) == ""


def test_the_title_names_the_slopes_to_set_where_one_is_surely_below_what_is_reported() -> None:
    sure = StepKnowledge(0, estimate(0.6), Estimate(0.462, 0.2, 0.8))
    late = StepKnowledge(2, estimate(0.8), Estimate(1.3, 0.9, 1.8))
    assert "Reward slope 0.46, 0.46, 1 weighs" in describe_knowledge([sure, late])
    assert deserved_slopes([replace(sure, slope=Estimate(-0.2, -0.5, 0.1))]) == [0.0]
    assert "Reward slope" not in describe_knowledge([late])


def test_a_slope_that_is_off_the_picture_is_drawn_at_its_edge_and_said_in_words() -> None:
    steep = StepKnowledge(0, estimate(0.99), estimate(7.5))
    marks = named(plot_knowledge(replace(diagnosis(), knowledge=(steep,))), "slope")
    assert list(marks.y) == [2.0]
    assert "7.5" in marks.hovertext[0]
