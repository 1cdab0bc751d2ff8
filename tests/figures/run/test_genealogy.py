"""The genealogy says what the trace says."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.diagnostics import lanes, living_descendants, relatives
from pfviz.figures import genealogy, theme
from pfviz.figures.marks import MIN_DIAMETER, curves, diameters
from pfviz.figures.run.tree.leaves import leaf_groups
from pfviz.trace import Trace
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE, VALUES_BY_UID
from tests.traces import synthetic_trace


def pieces(trace: Any) -> list[np.ndarray]:
    """The polylines between the gaps, each (points, 2)."""
    points = np.column_stack([np.asarray(trace.x, float), np.asarray(trace.y, float)])
    breaks = np.flatnonzero(np.isnan(points[:, 0])) if len(points) else []
    return [part[~np.isnan(part[:, 0])] for part in np.split(points, breaks) if (~np.isnan(part[:, 0])).any()]


def edges(figure: go.Figure, *names: str) -> list[np.ndarray]:
    return [piece for trace in figure.data if trace.name.startswith(names) for piece in pieces(trace)]


def test_a_mark_per_slot_and_a_uid_per_mark() -> None:
    trace = synthetic_trace(32, 8, seed=4)
    steps = named(genealogy(trace), "steps")
    assert set(steps.customdata) == set(trace.uids.ravel())
    assert len(steps.x) == len(steps.y) == trace.uids.size
    assert len(set(zip(steps.x, steps.y, strict=True))) == trace.uids.size  # none on top of another


def test_area_is_proportional_to_weight() -> None:
    trace = synthetic_trace(8, 4)
    sizes = np.asarray(named(genealogy(trace), "steps").marker.size)
    weights = trace.weights.ravel()
    large = sizes > MIN_DIAMETER
    assert large.sum() > 10
    ratio = sizes[large] ** 2 / weights[large]
    assert ratio == pytest.approx(ratio[0], rel=0.01)
    assert diameters(np.array([1.0]), 4)[0] > diameters(np.array([1.0]), 1024)[0]


def test_colour_is_the_reward_on_a_fixed_scale() -> None:
    trace = synthetic_trace()
    marker = named(genealogy(trace), "steps").marker
    assert (marker.cmin, marker.cmax) == (0, 1)
    assert np.asarray(marker.color) == pytest.approx(trace.rewards.ravel(), abs=1e-4)


def test_state_is_told_by_shape_and_not_by_colour_alone() -> None:
    trace = synthetic_trace(16, 6)
    symbols = np.array(named(genealogy(trace), "steps").marker.symbol).reshape(6, 16)
    dead = living_descendants(trace) == 0
    assert dead.any()
    assert trace.finished.any()
    for place in np.ndindex(6, 16):
        assert symbols[place].startswith("diamond") == trace.finished[place]
        assert symbols[place].endswith("-open") == dead[place]


def test_each_edge_is_drawn_once_in_the_bucket_it_belongs_to() -> None:
    trace = synthetic_trace(16, 6)
    figure, dead = genealogy(trace), living_descendants(trace) == 0
    assert len(edges(figure, "dead")) == dead.sum()
    assert len(edges(figure, "waiting")) == (~trace.written & ~dead).sum()
    assert len(edges(figure, "dead", "survivors", "waiting", "selected")) == 16 * 6
    widths = [named(figure, f"survivors {k}").line.width for k in (1, 2, 3, 4)]
    assert widths == sorted(widths)
    assert named(figure, "dead").line.width < widths[0]


@given(st.integers(1, 20), st.integers(1, 7), st.integers(0, 9999), st.sampled_from(["always", "ess"]))
@settings(max_examples=15, deadline=None)
def test_no_two_drawn_edges_cross(n: int, steps: int, seed: int, trigger: str) -> None:
    trace = synthetic_trace(n, steps, seed, trigger)
    drawn = edges(genealogy(trace), "dead", "survivors", "waiting")
    for t in range(trace.steps):
        heights = np.array([piece[:, 1] for piece in drawn if piece[0, 0] == t])
        assert len(heights) == n
        heights = heights[np.lexsort((heights[:, 0], heights[:, -1]))]
        assert np.all(np.diff(heights, axis=0) >= -2e-3)  # coordinates are rounded to 0.001


def test_curves_leave_and_arrive_level() -> None:
    x, y = curves(np.array([0.0]), np.array([2.0]), np.array([1.0]), np.array([5.0]), points=50)
    assert (x[0], y[0], x[49], y[49]) == (0, 2, 1, 5)
    assert np.isnan(x[50])
    assert abs(y[1] - y[0]) < 0.02
    assert abs(y[49] - y[48]) < 0.02


def test_a_selection_lights_its_relatives_and_leaves_the_others_their_colours() -> None:
    trace = synthetic_trace()
    uid = int(trace.uids[2, 1])
    figure, related = genealogy(trace, selected=uid), relatives(trace, uid)
    assert related is not None
    assert len(edges(figure, "selected")) == related.sum()
    assert named(figure, "selected").line.color == theme.ACCENT
    before = genealogy(trace)
    assert named(figure, "steps").marker == named(before, "steps").marker
    assert [named(figure, f"survivors {k}").opacity for k in (1, 2, 3, 4)] == [1.0] * 4
    assert named(figure, "dead").opacity < named(before, "dead").opacity
    ring = named(figure, "selection")
    assert (ring.x[0], ring.marker.symbol) == (3, "circle-open")


def test_a_finished_selection_is_ringed_wherever_it_waits() -> None:
    trace = synthetic_trace(32, 8, seed=4)
    waiting = np.argwhere(~trace.written)
    uid = int(trace.uids[tuple(waiting[0])])
    assert len(named(genealogy(trace, selected=uid), "selection").x) == (trace.uids == uid).sum() > 1


@pytest.mark.parametrize("truth", ["12", "13", None])
def test_answers_stand_at_the_right_end_with_their_verdict(truth: str | None) -> None:
    trace = synthetic_trace(16, 6, truth=truth)
    figure = genealogy(trace)
    labels = named(figure, "answers")
    found = leaf_groups(trace, lanes(trace))
    assert len(labels.text) == len(found)
    for text in labels.text:
        assert ("✓" in text) == (truth is not None and f"<b>{truth}</b>" in text)
        assert ("✗" in text) == (truth is not None and f"<b>{truth}</b>" not in text)
    assert len(leaf_groups(trace.upto(1), lanes(trace))) == 0


@given(st.integers(1, 64), st.integers(0, 999))
@settings(max_examples=15, deadline=None)
def test_answer_labels_keep_their_distance_and_their_order(n: int, seed: int) -> None:
    labels = named(genealogy(synthetic_trace(n, 4, seed)), "answers")
    gaps = np.diff(np.asarray(labels.y, float))
    assert np.all(gaps >= n / 18 - 1e-6)
    assert np.all(np.isin(labels.customdata, named(genealogy(synthetic_trace(n, 4, seed)), "steps").customdata))


def test_every_resampling_has_its_line_and_the_first_its_word() -> None:
    trace = synthetic_trace(trigger="ess")
    figure = genealogy(trace)
    assert [s.x0 for s in figure.layout.shapes] == (np.flatnonzero(trace.resampled) + 1.5).tolist()
    assert "resampled" in [a.text for a in figure.layout.annotations]
    never = genealogy(synthetic_trace(trigger="never"))
    assert "resampled" not in [a.text for a in never.layout.annotations]


def test_traces_keep_their_order_while_a_run_grows() -> None:
    trace: Trace = synthetic_trace()
    names = {tuple(t.name for t in genealogy(trace.upto(t), selected=s).data) for t in (1, 3, 6) for s in (None, 0)}
    assert len(names) == 1


def test_a_genealogy_is_coloured_by_reward_minus_value() -> None:
    figure = genealogy(TRACE, values=VALUES_BY_UID, colour_by="gap")
    nodes = named(figure, "steps")
    for uid, colour in zip(nodes.customdata, nodes.marker.color, strict=True):
        value = VALUES_BY_UID.get(int(uid))
        assert colour == (
            theme.UNMEASURED_COLOUR if value is None else pytest.approx(value.reward - value.value, abs=1e-4)
        )
    assert nodes.marker.cmin == -nodes.marker.cmax  # 0 in the middle
    assert "reward minus value" in figure.layout.meta["reads"]
    assert "too high" in [note.text for note in figure.layout.annotations]


def test_values_stand_in_hovers_whatever_the_colours() -> None:
    plain, valued = genealogy(TRACE), genealogy(TRACE, values=VALUES_BY_UID)
    assert list(named(valued, "steps").marker.color) == list(named(plain, "steps").marker.color)
    for uid, text in zip(named(valued, "steps").customdata, named(valued, "steps").hovertext, strict=True):
        value = VALUES_BY_UID.get(int(uid))
        assert ("rollouts right" in text) == (value is not None)
        if value is not None:
            assert f"{value.right} of {value.rollouts}" in text
    assert plain == genealogy(TRACE, values={}, colour_by="reward")


def test_hovers_carry_the_text_and_the_numbers() -> None:
    trace = synthetic_trace()
    steps = next(t for t in genealogy(trace).data if t.name == "steps")
    assert "12 + 7" in steps.hovertext[0]
    assert f"reward <b>{trace.rewards[0, 0]:.3f}</b>" in steps.hovertext[0]
