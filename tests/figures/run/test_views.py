"""Strips, weights, resampling, answers and rewards say what the trace says."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pfviz import figures
from pfviz.diagnostics import (
    cumulative_log_evidence,
    distinct_ancestors,
    ess_fraction,
    expected_offspring,
    lanes,
    offspring,
)
from pfviz.figures import theme
from tests.traces import synthetic_trace


def named(figure: go.Figure, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name)


def test_strips_show_the_three_diagnostics_and_name_the_target() -> None:
    trace = synthetic_trace(trigger="ess")
    figure = figures.strips(trace)
    values = [np.asarray(t.y, float) for t in figure.data]
    for drawn, meant in zip(
        values, [ess_fraction(trace), distinct_ancestors(trace), cumulative_log_evidence(trace)], strict=True
    ):
        assert drawn == pytest.approx(meant)
    assert any("log Ẑ of the odds target" in note.text for note in figure.layout.annotations)
    assert len({t.marker.symbol for t in figure.data}) == 3
    dotted = [s.x0 for s in figure.layout.shapes if s.line.dash == "dot"]
    assert sorted(set(dotted)) == (np.flatnonzero(trace.resampled) + 1.5).tolist()
    assert len(dotted) == 3 * trace.resampled.sum()


def test_a_threshold_is_drawn_where_there_is_one() -> None:
    dashed = [s for s in figures.strips(synthetic_trace(trigger="ess")).layout.shapes if s.line.dash == "dash"]
    assert [s.y0 for s in dashed] == [0.5]
    assert not [s for s in figures.strips(synthetic_trace()).layout.shapes if s.line.dash == "dash"]


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


def test_answers_are_bars_of_mass_with_verdicts_in_words_and_colour() -> None:
    trace = synthetic_trace(64, 6, seed=3)
    bars, rows = named(figures.answers(trace), "answers"), trace.answers.rows
    assert list(bars.x) == pytest.approx([row.mass for row in rows])
    names = figures.answers(trace).layout.yaxis.ticktext
    for name, colour, row, uid in zip(names, bars.marker.color, rows, bars.customdata, strict=True):
        assert name.startswith("✓" if row.correct else "✗")
        assert colour == (theme.RIGHT_COLOUR if row.correct else theme.WRONG_COLOUR)
        slots = np.flatnonzero(trace.uids[-1] == uid)
        assert set(slots) <= set(row.members)
        assert trace.rewards[-1, slots[0]] == row.best_reward
    unknown = figures.answers(synthetic_trace(64, 6, seed=3, truth=None))
    assert not any(mark in name for name in unknown.layout.yaxis.ticktext for mark in "✓✗")
    assert set(named(unknown, "answers").marker.color) == {theme.SURVIVOR_COLOUR}


def test_those_without_an_answer_are_counted() -> None:
    trace = synthetic_trace(16, 6).upto(5)
    assert trace.finished[-1].any()
    figure = figures.answers(trace)
    assert figure.layout.yaxis.ticktext[-1] == "no answer"
    assert sum(named(figure, "answers").x) == pytest.approx(1)
    assert "No particle has answered" in figures.answers(trace.upto(1)).layout.annotations[0].text


def test_rewards_join_each_step_to_its_parent() -> None:
    trace = synthetic_trace()
    figure = figures.rewards(trace)
    drawn = set()
    for name in ("dead", "survivors", "selected"):
        line = named(figure, name)
        x, y = np.asarray(line.x, float).reshape(-1, 3), np.asarray(line.y, float).reshape(-1, 3)
        drawn |= {(x0, round(y0, 4), round(y1, 4)) for x0, y0, y1 in zip(x[:, 0], y[:, 0], y[:, 1], strict=True)}
    meant = {
        (t, round(float(trace.rewards[t - 1, trace.ancestors[t - 1, n]]), 4), round(float(trace.rewards[t, n]), 4))
        for t in range(1, 6)
        for n in range(16)
    }
    assert len(drawn) == len(meant)
    assert figure.layout.yaxis.range == (-0.04, 1.04)
