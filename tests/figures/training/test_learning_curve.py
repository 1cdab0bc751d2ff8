"""Whether more sampling would help."""

from __future__ import annotations

from pfviz.figures.training.learning_curve import describe_curve, plot_learning_curve
from tests.figures.training.fitted import fitted


def test_the_points_are_those_of_the_fits() -> None:
    (line,) = plot_learning_curve(fitted()).data
    assert (list(line.x), list(line.y)) == ([15, 30, 60], [0.7, 0.75, 0.8])


def test_it_says_whether_it_still_climbs() -> None:
    assert describe_curve(fitted()) == "AUC 0.80 after 60 problems, and it still climbs"
    flat = fitted(curve=((30, 0.8), (60, 0.801)))
    assert describe_curve(flat).endswith("it has levelled off")
