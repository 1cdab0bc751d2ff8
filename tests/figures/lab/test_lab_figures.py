"""The four figures of a diagnosis: what their marks mean, at which particles they point, what they are without data."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pfviz.figures import theme
from pfviz.figures.lab.auc_by_kind import plot_auc_by_kind
from pfviz.figures.lab.best_of_n_curve import plot_best_of_n_curve
from pfviz.figures.lab.estimates import format_estimate
from pfviz.figures.lab.reliability import bin_verdict, plot_reliability
from pfviz.figures.lab.scores_by_step import plot_scores_by_step
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.findings import Findings
from pfviz.lab.metrics.best_of_n import CurvePoint
from pfviz.lab.metrics.by_group import StepScores
from pfviz.lab.metrics.calibration import Bin
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import HOSTILE, diagnosis, row_at, unknown

FIGURES = (plot_reliability, plot_scores_by_step, plot_auc_by_kind, plot_best_of_n_curve)
NAN = Estimate(math.nan, math.nan, math.nan, 0, 0)


def mark(figure: Any, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name)


def about(value: float, spread: float = 0.05) -> Estimate:
    return Estimate(value, value - spread, value + spread, 40, 8)


@pytest.mark.parametrize("plot", FIGURES)
def test_the_title_is_a_question_and_the_figure_says_how_to_read_it(plot: Any) -> None:
    figure = plot(diagnosis())
    assert "?" in figure.layout.meta["title"]
    assert figure.layout.meta["reads"].endswith(".")
    assert [note.name for note in figure.layout.annotations].count("title") == 1
    assert "title" not in [note.name for note in plot(diagnosis(), title=False).layout.annotations]


@pytest.mark.parametrize("plot", FIGURES)
def test_every_colour_has_its_dark_twin(plot: Any) -> None:
    spec = json.dumps(theme.recolour(json.loads(plot(diagnosis()).to_json()), dark=True))
    assert [token for token in theme.LIGHT_TO_DARK if token in spec] == []


@pytest.mark.parametrize("plot", FIGURES)
def test_where_nothing_is_known_a_figure_says_what_it_takes(plot: Any) -> None:
    figure = plot(unknown())
    assert len(figure.data) == 0
    assert any("takes" in note.text or "Nobody" in note.text for note in figure.layout.annotations)
    figure.to_json()


def test_an_estimate_in_words() -> None:
    assert format_estimate(Estimate(0.9, 0.82, 0.96, 10, 2)) == "0.90 (0.82 to 0.96)"
    assert format_estimate(Estimate(-0.1, -0.2, 0.0, 10, 2)) == "−0.10 (−0.20 to 0.00)"
    assert format_estimate(Estimate(0.9, math.nan, math.nan, 1, 1)) == "0.90"
    assert format_estimate(NAN) == "not known"


def test_a_bin_stands_at_its_reward_and_its_share_with_its_interval() -> None:
    bins = (
        Bin(0.0, 0.1, 0.05, Estimate(0.2, 0.1, 0.3, 40, 8)),
        Bin(0.4, 0.5, 0.45, Estimate(0.5, 0.4, 0.6, 10, 4)),
        Bin(0.9, 1.0, 0.97, Estimate(0.6, 0.5, 0.75, 20, 6)),
    )
    figure = plot_reliability(replace(diagnosis(), reliability=bins))
    marks = mark(figure, "share right")
    assert bin_verdict(Bin(0.0, 0.1, 0.03, Estimate(0.0, 0.0, 0.0, 90, 9))) == ""  # no right one, and none was promised
    assert list(zip(marks.x, marks.y, strict=True)) == [(0.05, 0.2), (0.45, 0.5), (0.97, 0.6)]
    assert list(marks.marker.symbol) == ["triangle-up", "circle", "triangle-down"]  # too little, fits, too much
    assert list(marks.error_y.array) == pytest.approx([0.1, 0.1, 0.15])
    assert list(marks.error_y.arrayminus) == pytest.approx([0.1, 0.1, 0.1])
    assert list(mark(figure, "right").y) == [8, 5, 12]
    assert list(mark(figure, "wrong").y) == [32, 5, 8]
    (diagonal,) = figure.layout.shapes
    assert (diagonal.x0, diagonal.y0, diagonal.x1, diagonal.y1) == (0, 0, 1, 1)


def test_a_bin_points_at_the_prefix_that_is_furthest_from_its_reward() -> None:
    found = diagnosis()
    marks = mark(plot_reliability(found), "share right")
    rows = found.rows
    for one, node in zip(found.reliability, marks.customdata, strict=True):
        row = row_at(found, *node)
        inside = rows.is_known & (rows.reward >= one.low) & ((rows.reward < one.high) | (one.high >= 1))
        off = np.abs(rows.reward - rows.is_right)
        assert inside[row]
        assert off[row] == off[inside].max()


def test_right_and_wrong_are_told_apart_by_more_than_colour() -> None:
    figure = plot_scores_by_step(diagnosis())
    right, wrong = mark(figure, "right"), mark(figure, "wrong")
    assert (right.marker.symbol, right.line.dash) != (wrong.marker.symbol, wrong.line.dash)
    bars = plot_reliability(diagnosis())
    assert mark(bars, "right").marker.pattern.shape != mark(bars, "wrong").marker.pattern.shape


def test_scores_stand_at_their_step_and_say_where_they_meet() -> None:
    drift = (
        StepScores(0, about(0.6), about(0.58)),
        StepScores(1, about(0.9), about(0.2)),
        StepScores(2, about(0.8), NAN),
    )
    figure = plot_scores_by_step(replace(diagnosis(), scores_by_step=drift))
    assert list(mark(figure, "right").x) == pytest.approx([1, 2, 3], abs=0.1)
    assert list(mark(figure, "right").y) == [0.6, 0.9, 0.8]
    assert list(mark(figure, "wrong").y) == [0.58, 0.2]
    assert figure.layout.meta["title"].endswith("Not surely at step 1")
    alone = StepScores(3, Estimate(0.5, math.nan, math.nan, 3, 1), about(0.5))  # one problem: it has no interval
    apart = plot_scores_by_step(replace(diagnosis(), scores_by_step=(*drift[1:], alone)))
    assert "apart at every step" in apart.layout.meta["title"]


def test_a_step_points_at_the_prefix_that_scores_most_like_the_other_kind() -> None:
    found = diagnosis()
    rows = found.rows
    for name, members, worst in (("right", rows.is_right, np.min), ("wrong", rows.is_wrong, np.max)):
        marks = mark(plot_scores_by_step(found), name)
        for x, node in zip(marks.x, marks.customdata, strict=True):
            row = row_at(found, *node)
            here = members & (rows.step == round(x) - 1)
            assert here[row]
            assert rows.reward[row] == worst(rows.reward[here])


def test_kinds_stand_below_all_problems_the_worst_first() -> None:
    kinds = (("equation", about(0.9)), ("story", about(0.3)))
    found = replace(diagnosis(), auc_by_kind=kinds, measures=replace(diagnosis().measures, auc=about(0.7)))
    figure = plot_auc_by_kind(found)
    marks = mark(figure, "AUC")
    assert list(figure.layout.yaxis.ticktext) == ["all problems", "story", "equation"]
    assert list(marks.x) == [0.7, 0.3, 0.9]
    assert list(marks.marker.symbol) == ["diamond", "x", "circle"]  # a story's is upside down
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5, 0.7]
    assert figure.layout.meta["title"].endswith("Less in: story")


def test_a_kind_with_a_hostile_name_is_escaped() -> None:
    figure = plot_auc_by_kind(replace(diagnosis(), auc_by_kind=((HOSTILE, about(0.5)),)))
    spec = json.loads(figure.to_json())
    del spec["layout"]["meta"]  # plain text, which Plotly does not show
    shown = json.dumps([note for note in spec["layout"]["annotations"] if note.get("name") != "title"] + spec["data"])
    assert "<script" not in shown


def points(*shares: float) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(2**k, about(share)) for k, share in enumerate(shares))


def test_what_lies_behind_the_top_is_marked_as_falling() -> None:
    figure = plot_best_of_n_curve(replace(diagnosis(), best_of=points(0.2, 0.5, 0.4, 0.3)))
    assert list(mark(figure, "best of n").x) == [0, 1]
    falling = mark(figure, "falling")
    assert list(falling.y) == [0.5, 0.4, 0.3]
    assert list(falling.marker.symbol) == ["circle", "triangle-down", "triangle-down"]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "4", "8"]
    assert "▼ falls?" in [note.text for note in figure.layout.annotations]


def test_a_curve_that_rises_has_nothing_that_falls() -> None:
    figure = plot_best_of_n_curve(replace(diagnosis(), best_of=points(0.2, 0.5, 0.6)))
    assert [trace.name for trace in figure.data] == ["best of n"]
    assert figure.layout.meta["title"].endswith("From 20% to 60%")


def test_only_a_finding_says_that_the_fall_is_sure() -> None:
    fallen = replace(diagnosis(), best_of=points(0.2, 0.5, 0.4))
    unsure: Diagnosis = replace(fallen, consequences=Findings((), ()))
    assert "not sure" in plot_best_of_n_curve(unsure).layout.meta["title"]
    sure = replace(fallen, consequences=Findings((Finding("falls", "It falls.", 0.1, about(0.1)),), ()))
    figure = plot_best_of_n_curve(sure)
    assert figure.layout.meta["title"].endswith("Up to 2; at 4 the best is right 0.10 (0.05 to 0.15) less often")
    assert "▼ falls" in [note.text for note in figure.layout.annotations]


def test_a_curve_that_ends_at_its_top_or_hardly_below_does_not_fall() -> None:
    figure = plot_best_of_n_curve(replace(diagnosis(), best_of=points(0.2, 0.5, 0.495)))
    assert [trace.name for trace in figure.data] == ["best of n"]
