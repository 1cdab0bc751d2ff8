"""Bars are the masses of the answers."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz import figures
from pfviz.figures import theme
from tests.figures.drawn import named
from tests.traces import synthetic_trace


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
