"""The small picture of a run."""

from __future__ import annotations

import re
from dataclasses import replace

from pfviz.diagnostics import survivors
from pfviz.figures.theme import reward_colour
from pfviz.stories import STORIES, load_story
from pfviz.stories.thumbnail import draw_thumbnail
from tests.traces import synthetic_trace

TRACE = synthetic_trace()


def test_a_mark_stands_for_each_step_and_is_hollow_where_nobody_lives_on() -> None:
    drawn = draw_thumbnail(TRACE)
    alive = int((TRACE.written & survivors(TRACE)).sum())
    assert drawn.count('<circle class="alive"') == alive
    assert drawn.count('<circle class="dead"') == int(TRACE.written.sum()) - alive
    assert f"color: {reward_colour(float(TRACE.rewards[0, 0]))}" in drawn


def test_at_the_end_of_each_lane_stands_whether_its_answer_is_right() -> None:
    for truth, right in (("never given", 0), (TRACE.answer, None)):
        graded = replace(TRACE, truth=truth)
        ticks = {
            kind: re.findall(rf'class="{kind}" d="([^"]*)"', draw_thumbnail(graded))[0].count("M")
            for kind in ("right", "wrong")
        }
        answered = sum(row.count for row in graded.answers.rows)
        assert ticks["right"] == sum(row.count for row in graded.answers.rows if row.correct)
        assert sum(ticks.values()) == answered
        assert (ticks["right"] == 0) is (right == 0)


def test_a_muted_one_has_no_colour_of_a_reward() -> None:
    assert "color:" not in draw_thumbnail(TRACE, muted=True)


def test_a_picture_of_many_particles_stays_small() -> None:
    sizes = {name: len(draw_thumbnail(load_story(name))) for name in STORIES}
    assert max(sizes.values()) < 80_000, sizes
