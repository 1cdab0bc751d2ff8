"""Strips show the numbers of the trace."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics import cumulative_log_evidence, distinct_ancestors, ess_fraction
from tests.traces import synthetic_trace


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


@pytest.mark.parametrize(
    ("values", "words"),
    [([-0.61, -0.58], ["-0.61", "-0.58"]), ([-0.004, 5.0], ["0.0", "5.0"]), ([2.0], ["2.00"]), ([-np.inf], [])],
)
def test_the_evidence_names_its_ends_alone(
    monkeypatch: pytest.MonkeyPatch, values: list[float], words: list[str]
) -> None:
    monkeypatch.setattr("pfviz.figures.run.strips.cumulative_log_evidence", lambda trace: np.array(values))
    axis = figures.strips(synthetic_trace()).layout.yaxis3
    assert list(axis.ticktext or ()) == words
    assert all(axis.range[0] < mark < axis.range[1] for mark in axis.tickvals or ())


def test_a_threshold_is_drawn_where_there_is_one() -> None:
    dashed = [s for s in figures.strips(synthetic_trace(trigger="ess")).layout.shapes if s.line.dash == "dash"]
    assert [s.y0 for s in dashed] == [0.5]
    assert not [s for s in figures.strips(synthetic_trace()).layout.shapes if s.line.dash == "dash"]


def test_genealogy_and_strips_line_up() -> None:
    tree, strips = figures.genealogy(synthetic_trace()), figures.strips(synthetic_trace())
    assert (tree.layout.margin.l, tree.layout.margin.r) == (strips.layout.margin.l, strips.layout.margin.r)
    assert tree.layout.xaxis.range == strips.layout.xaxis.range
    assert tree.layout.margin.autoexpand is False
    assert strips.layout.margin.autoexpand is False
