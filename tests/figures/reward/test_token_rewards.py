"""The reward token by token, along every lineage and along the selected one."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from pfviz import figures
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards.token_rewards import solution_rewards, steepest_changes
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.figures import theme
from tests.figures.drawn import named
from tests.figures.reward.traces import TOKEN_TRACE, TRACE


def test_the_strong_line_is_every_reading_of_the_selected_solution() -> None:
    uid = int(TOKEN_TRACE.uids[2, 5])
    figure, found = figures.inside(TOKEN_TRACE, selected=uid), solution_rewards(TOKEN_TRACE, uid)
    strong = named(figure, "selection")
    assert list(strong.x) == [*range(1, len(found.rewards) + 1)]
    assert list(strong.y) == pytest.approx(found.rewards.round(4))
    assert strong.line.color == theme.ACCENT
    assert list(strong.customdata) == found.uids.tolist()
    assert [shape.x0 for shape in figure.layout.shapes] == (np.flatnonzero(found.is_step_reward)[:-1] + 1).tolist()


def test_a_dot_stands_where_its_step_ends_and_lines_lead_to_it_from_its_parent() -> None:
    figure, known = figures.inside(TOKEN_TRACE), prefix_labels(TOKEN_TRACE, truth(TOKEN_TRACE))
    seen = []
    for name, label in (("right", RIGHT), ("wrong", WRONG), ("not known", UNKNOWN)):
        dots, lines = named(figure, name), named(figure, f"{name} lines")
        ends = np.flatnonzero(np.isnan(lines.x)) - 1
        assert list(lines.x[ends]) == list(dots.x)
        assert list(lines.y[ends]) == pytest.approx(list(dots.y), abs=1e-6)
        for x, y, uid in zip(dots.x, dots.y, dots.customdata, strict=True):
            assert x == len(solution_rewards(TOKEN_TRACE, int(uid)).rewards)
            assert y == pytest.approx(TOKEN_TRACE.rewards[TOKEN_TRACE.node(int(uid))], abs=1e-4)
            assert known[TOKEN_TRACE.node(int(uid))] == label
        starts = [lines.x[0], *lines.x[ends[:-1] + 2]]
        assert [int(start) for start in starts if start != 1] == [
            len(
                solution_rewards(
                    TOKEN_TRACE, int(TOKEN_TRACE.uids[TOKEN_TRACE.solution(*TOKEN_TRACE.node(int(uid)))[-2]])
                ).rewards
            )
            for uid in dots.customdata
            if len(TOKEN_TRACE.solution(*TOKEN_TRACE.node(int(uid)))) > 1
        ]
        seen += list(dots.customdata)
    assert sorted(seen) == sorted(TOKEN_TRACE.uids[TOKEN_TRACE.written].tolist())


def test_where_the_selected_step_turned_is_said_in_the_title_and_in_the_picture() -> None:
    steepest = steepest_changes(TOKEN_TRACE)[0]
    for figure in (figures.inside(TOKEN_TRACE), figures.inside(TOKEN_TRACE, selected=steepest.uids[0])):
        assert f"{steepest.reward_before:.2f} → {steepest.reward_after:.2f} at “" in figure.layout.meta["title"]
        assert any("<b>" in note.text and note.y == pytest.approx((steepest.reward_before + steepest.reward_after) / 2)
                   for note in figure.layout.annotations if isinstance(note.y, float))  # fmt: skip
    even = [[[0.5 for _ in ends] for ends in row] for row in TOKEN_TRACE.reward_ends]
    calm = replace(TOKEN_TRACE, rewards=np.full(TOKEN_TRACE.rewards.shape, 0.5), token_rewards=even)
    assert "Nowhere in this step" in figures.inside(calm).layout.meta["title"]
    assert named(figures.inside(TOKEN_TRACE), "selection").line.color == theme.INK, "nobody selected it"


def test_of_a_model_that_scores_steps_the_lines_join_the_ends_of_steps() -> None:
    figure = figures.inside(TRACE, selected=int(TRACE.uids[-1, 0]))
    assert figure.layout.meta["reads"].startswith("This reward model scores whole steps only")
    assert set(np.diff(named(figure, "selection").x)) == {1}


def test_of_a_large_tree_only_the_strong_line_is_drawn_token_by_token(monkeypatch: pytest.MonkeyPatch) -> None:
    uid = int(TOKEN_TRACE.uids[2, 5])
    fine = figures.inside(TOKEN_TRACE, selected=uid)
    monkeypatch.setattr(
        sys.modules["pfviz.figures.reward.token_rewards"], "MAX_TOKEN_REWARDS", 100
    )  # the name is the function's
    coarse = figures.inside(TOKEN_TRACE, selected=uid)
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
