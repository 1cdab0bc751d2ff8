"""The three figures of the reward's check say what the trace says."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pfviz import figures
from pfviz.diagnostics.counterfactual import replay_selections
from pfviz.diagnostics.length_bias import length_bias, prefix_lengths
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.residuals import residuals
from pfviz.diagnostics.reweighing import Rule, recorded_rule
from pfviz.diagnostics.token_rewards import solution_rewards, steepest_changes
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.figures import theme
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
RULE = replace(recorded_rule(TRACE), tau=5.0, resampler="systematic")


def named(figure: go.Figure, name: str, axis: str = "x") -> Any:
    return next(trace for trace in figure.data if trace.name == name and (trace.xaxis or "x") == axis)


def test_each_title_is_a_question_and_says_how_to_read() -> None:
    for draw in (figures.inside, figures.residuals, figures.profile, figures.counterfactual):
        meta = draw(TRACE).layout.meta
        assert "?" in meta["title"]
        assert len(meta["reads"]) > 80


def test_a_dot_is_a_residual_in_its_step_and_leads_to_its_particle() -> None:
    figure, found = figures.residuals(TRACE), residuals(TRACE)
    dots = named(figure, "residuals")
    assert len(dots.y) == found.overall.count
    for x, y, uid in zip(dots.x, dots.y, dots.customdata, strict=True):
        t, n = TRACE.node(int(uid))
        assert round(x) == t + 1
        assert y == pytest.approx(found.nodes[t, n], abs=1e-4)
    means = named(figure, "means")
    assert list(means.y) == pytest.approx([one.value for one in found.steps], abs=1e-4)
    low, high = figure.layout.yaxis.range
    assert low == -high  # 0 stands in the middle: above it is what rises


def test_marks_of_the_profile_are_rewards_over_step_and_length() -> None:
    figure, lengths, known = figures.profile(TRACE), prefix_lengths(TRACE), prefix_labels(TRACE, truth(TRACE))
    for kind, colour in (
        ("right", theme.RIGHT_COLOUR),
        ("wrong", theme.WRONG_COLOUR),
        ("not known", theme.SURVIVOR_COLOUR),
    ):
        by_step, by_length = named(figure, kind), named(figure, kind, "x2")
        assert by_step.marker.color == colour
        assert list(by_step.customdata) == list(by_length.customdata)
        for x, long, y, uid in zip(by_step.x, by_length.x, by_step.y, by_step.customdata, strict=True):
            node = TRACE.node(int(uid))
            assert (round(x), long, y) == (node[0] + 1, lengths[node], pytest.approx(TRACE.rewards[node], abs=1e-4))
            assert (known[node] == RIGHT) == (kind == "right")
    total = sum(len(named(figure, kind).x) for kind in ("right", "wrong", "not known"))
    assert total == TRACE.written.sum()


def test_lines_of_the_profile_have_the_slopes_that_are_told() -> None:
    found = length_bias(TRACE, prefix_labels(TRACE, truth(TRACE)))
    figure = figures.profile(TRACE)
    for kind, trend in (("right", found.by_length.right), ("wrong", found.by_length.wrong)):
        line = named(figure, f"slope of the {kind}", "x2")
        assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(trend.value, abs=1e-4)
    nobody = figures.profile(synthetic_trace(truth=None, problem="A riddle"))
    assert named(nobody, "slope of the all").line.color == theme.MUTED


def test_every_particle_has_one_fate_at_each_event() -> None:
    figure, found = figures.counterfactual(TRACE, rule=RULE), replay_selections(TRACE, RULE)
    seen = 0
    for name, was, would in (("alive", 1, 1), ("dead", 0, 0), ("saved", 0, 1), ("lost", 1, 0)):
        marks = named(figure, name)
        seen += len(marks.x)
        meant = [
            ((event.recorded.offspring > 0) == was) & ((event.alternative.offspring > 0) == would)
            for event in found.events
        ]
        assert len(marks.x) == np.sum(meant)
        for y, uid in zip(marks.y, marks.customdata, strict=True):
            assert uid in TRACE.uids[y - 1]
    assert seen == TRACE.particles * len(found.events)
    assert f"{len(named(figure, 'saved').x)} saved, {len(named(figure, 'lost').x)} lost" in figure.layout.meta["title"]


def test_rings_are_around_the_right_ones() -> None:
    rings = named(figures.counterfactual(TRACE), "right")
    assert len(rings.x) == (prefix_labels(TRACE, truth(TRACE))[:-1] == RIGHT).sum()


@pytest.mark.parametrize("draw", [figures.residuals, figures.profile, figures.counterfactual])
def test_the_selected_particle_is_outlined(draw: Any) -> None:
    uid = int(TRACE.uids[1, TRACE.ancestors[1, 0]])
    outline = named(draw(TRACE, selected=uid), "selection")
    assert len(outline.x) == 1
    assert outline.marker.color == theme.ACCENT
    assert len(named(draw(TRACE, selected=10**6), "selection").x) == 0


@pytest.mark.parametrize(("particles", "steps"), [(1, 1), (4, 1), (1, 5), (8, 2)])
def test_small_runs(particles: int, steps: int) -> None:
    trace = synthetic_trace(particles, steps)
    for draw in (figures.inside, figures.residuals, figures.profile, figures.counterfactual):
        assert np.isfinite(len(draw(trace, title=False).to_json()))
    if steps == 1:
        assert "two steps are needed" in figures.residuals(trace).layout.annotations[0].text
        assert "only step" in figures.counterfactual(trace).layout.annotations[0].text


def test_the_run_s_own_rule_changes_nothing() -> None:
    import pfviz
    from tests.contracts import toy

    trace = pfviz.run("toy", generator=toy.ToyGenerator(), reward=toy.reward, particles=8, max_steps=toy.LENGTH)
    assert "The same as in the run" in figures.counterfactual(trace).layout.meta["title"]
    assert "The same" not in figures.counterfactual(trace, rule=Rule(tau=0.001)).layout.meta["title"]


SPEAKS = synthetic_trace(inside=True)


def test_the_strong_line_is_every_reading_of_the_selected_solution() -> None:
    uid = int(SPEAKS.uids[2, 5])
    figure, found = figures.inside(SPEAKS, selected=uid), solution_rewards(SPEAKS, uid)
    strong = named(figure, "selection")
    assert list(strong.x) == [*range(1, len(found.rewards) + 1)]
    assert list(strong.y) == pytest.approx(found.rewards.round(4))
    assert strong.line.color == theme.ACCENT
    assert list(strong.customdata) == found.uids.tolist()
    assert [shape.x0 for shape in figure.layout.shapes] == (np.flatnonzero(found.is_step_reward)[:-1] + 1).tolist()


def test_a_dot_stands_where_its_step_ends_and_lines_lead_to_it_from_its_parent() -> None:
    figure, known = figures.inside(SPEAKS), prefix_labels(SPEAKS, truth(SPEAKS))
    seen = []
    for name, label in (("right", RIGHT), ("wrong", WRONG), ("not known", UNKNOWN)):
        dots, lines = named(figure, name), named(figure, f"{name} lines")
        ends = np.flatnonzero(np.isnan(lines.x)) - 1
        assert list(lines.x[ends]) == list(dots.x)
        assert list(lines.y[ends]) == pytest.approx(list(dots.y), abs=1e-6)
        for x, y, uid in zip(dots.x, dots.y, dots.customdata, strict=True):
            assert x == len(solution_rewards(SPEAKS, int(uid)).rewards)
            assert y == pytest.approx(SPEAKS.rewards[SPEAKS.node(int(uid))], abs=1e-4)
            assert known[SPEAKS.node(int(uid))] == label
        starts = [lines.x[0], *lines.x[ends[:-1] + 2]]
        assert [int(start) for start in starts if start != 1] == [
            len(solution_rewards(SPEAKS, int(SPEAKS.uids[SPEAKS.solution(*SPEAKS.node(int(uid)))[-2]])).rewards)
            for uid in dots.customdata
            if len(SPEAKS.solution(*SPEAKS.node(int(uid)))) > 1
        ]
        seen += list(dots.customdata)
    assert sorted(seen) == sorted(SPEAKS.uids[SPEAKS.written].tolist())


def test_where_the_selected_step_turned_is_said_in_the_title_and_in_the_picture() -> None:
    steepest = steepest_changes(SPEAKS)[0]
    for figure in (figures.inside(SPEAKS), figures.inside(SPEAKS, selected=steepest.uids[0])):
        assert f"{steepest.reward_before:.2f} → {steepest.reward_after:.2f} at “" in figure.layout.meta["title"]
        assert any("<b>" in note.text and note.y == pytest.approx((steepest.reward_before + steepest.reward_after) / 2)
                   for note in figure.layout.annotations if isinstance(note.y, float))  # fmt: skip
    even = [[[0.5 for _ in ends] for ends in row] for row in SPEAKS.reward_ends]
    calm = replace(SPEAKS, rewards=np.full(SPEAKS.rewards.shape, 0.5), token_rewards=even)
    assert "Nowhere in this step" in figures.inside(calm).layout.meta["title"]
    assert named(figures.inside(SPEAKS), "selection").line.color == theme.INK, "nobody selected it"


def test_of_a_model_that_scores_steps_the_lines_join_the_ends_of_steps() -> None:
    figure = figures.inside(TRACE, selected=int(TRACE.uids[-1, 0]))
    assert figure.layout.meta["reads"].startswith("This reward model scores whole steps only")
    assert set(np.diff(named(figure, "selection").x)) == {1}


def test_of_a_large_tree_only_the_strong_line_is_drawn_token_by_token(monkeypatch: pytest.MonkeyPatch) -> None:
    uid = int(SPEAKS.uids[2, 5])
    fine = figures.inside(SPEAKS, selected=uid)
    monkeypatch.setattr(
        sys.modules["pfviz.figures.reward.token_rewards"], "MAX_TOKEN_REWARDS", 100
    )  # the name is the function's
    coarse = figures.inside(SPEAKS, selected=uid)
    for name in ("right", "wrong", "not known"):
        lines, dots = named(coarse, f"{name} lines"), named(coarse, name)
        ends = np.flatnonzero(np.isnan(lines.x)) - 1
        assert list(lines.x[ends]) == list(dots.x)
        assert len(lines.x) < len(named(fine, f"{name} lines").x)
    assert list(named(coarse, "selection").y) == list(named(fine, "selection").y)


def test_a_step_that_failed_is_not_drawn() -> None:
    ends = [["failed"] * TRACE.particles, *TRACE.ends[1:]]
    figure = figures.inside(replace(TRACE, ends=ends))
    assert not {uid for name in ("right", "wrong", "not known") for uid in named(figure, name).customdata} & {
        *range(16)
    }
