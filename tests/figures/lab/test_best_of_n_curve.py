"""Where a larger n is no better, and how sure that is."""

from __future__ import annotations

from dataclasses import replace

from pfviz.figures.lab.best_of_n_curve import plot_best_of_n_curve
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.findings import Findings
from pfviz.lab.metrics.best_of_n import CurvePoint
from tests.figures.drawn import named
from tests.figures.lab.estimates import estimate
from tests.lab.diagnosed import diagnosis


def points(*shares: float) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(2**k, estimate(share)) for k, share in enumerate(shares))


def test_what_lies_behind_the_top_is_marked_as_falling() -> None:
    figure = plot_best_of_n_curve(replace(diagnosis(), best_of=points(0.2, 0.5, 0.4, 0.3)))
    assert list(named(figure, "best of n").x) == [0, 1]
    falling = named(figure, "falling")
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
    sure = replace(fallen, consequences=Findings((Finding("falls", "It falls.", 0.1, estimate(0.1)),), ()))
    figure = plot_best_of_n_curve(sure)
    assert figure.layout.meta["title"].endswith("Up to 2; at 4 the best is right 0.10 (0.05 to 0.15) less often")
    assert "▼ falls" in [note.text for note in figure.layout.annotations]


def test_a_curve_that_ends_at_its_top_or_hardly_below_does_not_fall() -> None:
    figure = plot_best_of_n_curve(replace(diagnosis(), best_of=points(0.2, 0.5, 0.495)))
    assert [trace.name for trace in figure.data] == ["best of n"]
