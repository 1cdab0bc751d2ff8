"""A fitted reward beside scores that know nothing."""

from __future__ import annotations

from pfviz.figures.training.auc_beside_controls import plot_auc_beside_controls
from tests.figures.training.fitted import fitted


def test_the_best_control_stands_nearest_and_is_named() -> None:
    figure = plot_auc_beside_controls(fitted())
    assert list(figure.layout.yaxis.ticktext) == ["complete", "half-way", "mean log-probability", "shorter is better"]
    assert list(figure.data[0].x) == [0.81, 0.72, 0.69, 0.47]
    assert figure.layout.meta["title"].endswith("81% of the pairs; the best control, mean log-probability, has 0.69")
