"""Children that were expected, and those that there were."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics import (
    expected_offspring,
    offspring,
)
from pfviz.figures import theme
from tests.figures.drawn import named
from tests.traces import synthetic_trace


@pytest.mark.parametrize("step", [0, 3, None])
def test_resampling_pairs_expected_and_actual_children(step: int | None) -> None:
    trace = synthetic_trace()
    figure, t = figures.resampling(trace, step=step), 4 if step is None else step
    bars, dots = named(figure, "expected N·W"), named(figure, "children")
    slots = [uid % 16 if uid // 16 == t else int(np.flatnonzero(trace.uids[t] == uid)[0]) for uid in bars.customdata]
    assert len(set(bars.customdata)) == len(np.unique(trace.uids[t]))
    assert np.asarray(bars.y) == pytest.approx(np.sort(expected_offspring(trace)[t])[::-1], abs=1e-3)
    assert sum(dots.y) == 16
    if len(set(slots)) == 16:
        assert list(dots.y) == offspring(trace)[t][slots].tolist()
    with_children = int((offspring(trace)[t] > 0).sum())
    assert figure.layout.meta["title"] == f"Resampling after step {t + 1}: {with_children} of 16 have children"


def test_resampling_without_an_event_says_so() -> None:
    never = figures.resampling(synthetic_trace(trigger="never"))
    assert "No resampling" in never.layout.annotations[0].text
    assert figures.resampling(synthetic_trace(), step=5).layout.meta["title"] == "No resampling after step 6"
    with pytest.raises(IndexError, match="no step 6"):
        figures.resampling(synthetic_trace(), step=6)


def test_the_selected_particle_is_outlined_in_its_event() -> None:
    trace = synthetic_trace()
    figure = figures.resampling(trace, step=1, selected=int(trace.uids[1, 4]))
    outline = named(figure, "selection")
    assert named(figure, "children").customdata[outline.x[0]] == trace.uids[1, 4]
    assert outline.marker.line.color == theme.ACCENT
