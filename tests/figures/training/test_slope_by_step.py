"""What a fitted reward knows after each step."""

from __future__ import annotations

from pfviz.figures.training.slope_by_step import plot_slope_by_step
from tests.figures.training.fitted import fitted


def test_auc_stands_at_its_step_with_the_slope_in_its_words() -> None:
    figure = plot_slope_by_step(fitted())
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([1, 2], [0.58, 0.66])
    assert "slope 0.46" in figure.data[0].hovertext[0]
    assert figure.layout.meta["title"] == "AUC 0.58 after step 1, 0.81 when complete"
